"""Leaving out references to what is not in the chart, so that the rest can be there without it."""

from collections.abc import Set
from typing import Any

from service.fhir.json import JsonObject

_NOTHING: Any = object()


def without(resource: JsonObject, urns: Set[str]) -> JsonObject:
    """Return the resource without its references to these urns, and without what held nothing else.

    Everything else stays to the letter: a null in a list of primitives keeps the place of its extension.
    """
    if not urns:
        return resource
    left = _cut(resource, urns)
    return {} if left is _NOTHING else left


def _cut(value: Any, urns: Set[str]) -> Any:
    match value:
        case {"reference": str(target)} if target in urns:
            return _NOTHING
        case dict():
            members = {name: _cut(one, urns) for name, one in value.items()}
            kept = {name: one for name, one in members.items() if one is not _NOTHING}
            return kept if kept or not value else _NOTHING
        case list():
            entries = [one for one in (_cut(entry, urns) for entry in value) if one is not _NOTHING]
            return entries if entries or not value else _NOTHING
        case _:
            return value
