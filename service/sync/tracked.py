"""What the chart holds now of everything that is agreed with it, read by ids and never from a cache."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.ports.storage import LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.identity import read_again
from service.sync.planner import Vanished

Seen: TypeAlias = Mapping[Key, Held | Vanished]

# A URL of a search stays below 8 KB with ids of at most 64 characters.
_AT_ONCE = 50


def tracked(agenda: Agenda) -> dict[Key, str]:
    """Return the address of every resource in which both sides have once agreed."""
    known = {key: remote_of(entry) for key, entry in agenda.ledger.items() if entry.agreed_theirs is not None}
    return {
        key: address
        for key, address in known.items()
        if address is not None and agenda.ledger[key].state is not LinkState.DETACHED
    }


def read_tracked(agenda: Agenda, ehr: Ehr, addresses: Mapping[Key, str]) -> Seen:
    """Return what the chart holds of these; what a search does not show is read before it is called gone."""
    found = {one.reference: one for one in _searched(agenda, ehr, addresses.values())}
    return {key: found.get(address) or read_again(address, ehr) for key, address in addresses.items()}


def _searched(agenda: Agenda, ehr: Ehr, addresses: Iterable[str]) -> Iterator[Held]:
    by_type: dict[str, list[str]] = {}
    for address in sorted(set(addresses)):
        kind, _, remote_id = address.partition("/")
        offered = agenda.capabilities.of(kind)
        if "search-type" in offered.interactions and "_id" in offered.search_params:
            by_type.setdefault(kind, []).append(remote_id)
    for kind, ids in by_type.items():
        for start in range(0, len(ids), _AT_ONCE):
            yield from ehr.search(kind, {"_id": ",".join(ids[start : start + _AT_ONCE])})
