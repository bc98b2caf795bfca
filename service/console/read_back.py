"""Whether a chart says what a plan's Bundle says: every element of ours is there, wherever in its list."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.fhir.canonical import canonical
from service.fhir.json import JsonObject

# HAPI 8.8 writes narratives by itself; ids and meta are every server's own.
_SERVERS_OWN = frozenset({"id", "meta", "text"})


def lost(ours: JsonObject, theirs: JsonObject, addresses: Mapping[str, str]) -> Iterator[str]:
    """Yield the FHIR paths that the chart's resource lacks; `addresses` has the reference of each urn."""
    said, held = canonical(_addressed(ours, addresses)), canonical(theirs)
    for name, one in said.items():
        if name not in _SERVERS_OWN and not _among(one, held.get(name)):
            yield f"{ours['resourceType']}.{name}"


def _addressed(value: Any, addresses: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {name: _addressed(one, addresses) for name, one in value.items()}
        case list():
            return [_addressed(one, addresses) for one in value]
        case str():
            return addresses.get(value, value)
        case _:
            return value


def _among(said: Any, held: Any) -> bool:
    """Tell whether all that was said is held; what was added later stands at the end of its list."""
    match said, held:
        case dict(), dict():
            return all(_among(one, held.get(name)) for name, one in said.items())
        case list(), list():
            return all(any(_among(one, other) for other in held) for one in said)
        case _:
            return bool(said == held)
