"""How a resource of ours is created so that a second attempt finds the first one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from service.mapping.references import Key
from service.ports.ehr import Capabilities, Ehr, Gone, Held, Missing
from service.sync.planner import Vanished

# FHIR R4 gives these no identifier: they can only be told by an id of our choice.
_NAMELESS = frozenset({"Provenance"})
_NO_NAME = "the server lets nobody choose an id, and this type has no identifier"


@dataclass(frozen=True, slots=True)
class ByCondition:
    """The server looks the identifier up itself, with the create (If-None-Exist)."""


@dataclass(frozen=True, slots=True)
class ByClientId:
    """We choose the id: a second PUT meets the first."""

    reference: str


@dataclass(frozen=True, slots=True)
class BySearch:
    """We look the identifier up before a plain create."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """The server offers no way that cannot make duplicates."""

    reason: str


Way: TypeAlias = ByCondition | ByClientId | BySearch | Impossible


def way_to_create(key: Key, capabilities: Capabilities) -> Way:
    """Return the safest way that the server offers for this type."""
    offered = capabilities.of(key.type)
    chooses_ids = "update" in offered.interactions and offered.update_create
    creates = "create" in offered.interactions
    if key.type in _NAMELESS:
        return by_client_id(key) if chooses_ids else Impossible(_NO_NAME)
    if creates and offered.conditional_create:
        return ByCondition()
    if chooses_ids:
        return by_client_id(key)
    if creates and "identifier" in offered.search_params:
        return BySearch()
    reason = "cannot tell a second one from the first" if creates else "takes no new one"
    return Impossible(f"the server {reason}: enter this {key.type} by hand")


def by_client_id(key: Key) -> ByClientId:
    """Return the id that we choose: a UUID made from the key, so that a replay chooses the same."""
    return ByClientId(f"{key.type}/{key.urn.removeprefix('urn:uuid:')}")


def look_up(key: Key, way: Way, *, system: str, ehr: Ehr) -> Held | None:
    """Return what the chart holds under the identity, before we create; raises `Ambiguous` for several."""
    match way:
        case ByClientId(reference):
            try:
                return ehr.read(reference)
            except (Missing, Gone):
                return None
        case BySearch():
            return found_by_identifier(key, system, ehr)
        case _:
            return None


def found_by_identifier(key: Key, system: str, ehr: Ehr) -> Held | None:
    """Return the one resource with our identifier; raises `Ambiguous` when several claim it."""
    found = tuple(_matches(key, system, ehr))
    if len(found) > 1:
        raise Ambiguous(key)
    return found[0] if found else None


def read_again(reference: str, ehr: Ehr) -> Held | Vanished:
    """Return the resource as the chart holds it now, or that it is gone."""
    try:
        return ehr.read(reference)
    except (Missing, Gone):
        return Vanished()


class Ambiguous(Exception):
    """Several resources claim one identifier: stop, a person chooses."""

    def __init__(self, key: Key) -> None:
        self.key = key
        super().__init__(f"several resources of the chart claim to be {key}")


def _matches(key: Key, system: str, ehr: Ehr) -> Iterator[Held]:
    for held in ehr.search(key.type, {"identifier": f"{system}|{key.item}"}):
        if held.reference.startswith(f"{key.type}/"):
            yield held
