"""What the chart holds now of everything that is agreed with it, read by ids and never from a cache."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TypeAlias

from service.fhir.instant import moment_of
from service.fhir.version import are_numbers, is_older
from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.identity import read_again
from service.sync.planner import Vanished
from service.sync.searching import Wanted, search_in_parts

Seen: TypeAlias = Mapping[Key, Held | Vanished]

# A URL of a search stays below 8 KB with ids of at most 64 characters.
_AT_ONCE = 50
# A server's clock may be five minutes off, and two nodes of one server each in its own direction.
_CLOCKS_APART = timedelta(minutes=15)


def tracked(agenda: Agenda) -> dict[Key, str]:
    """Return the address of every resource in which both sides have once agreed."""
    known = {key: remote_of(entry) for key, entry in agenda.ledger.items() if entry.agreed_theirs is not None}
    return {
        key: address
        for key, address in known.items()
        if address is not None and agenda.ledger[key].state is not LinkState.DETACHED
    }


def read_tracked(
    agenda: Agenda, ehr: Ehr, addresses: Mapping[Key, str], *, just: Iterable[Held] = ()
) -> Seen:
    """Return what the chart holds of these; what a search has `just` found is not searched for again.

    What a search does not show, or shows older than the server gave before, is read by its id: a search may
    lag behind (HAPI 8.8 shows its cached result for a minute where a proxy drops `no-cache`).
    """
    found = {one.reference: one for one in just}
    rest = [address for address in addresses.values() if address not in found]
    found |= {one.reference: one for one in searched_by_id(agenda, ehr, rest)}
    fresh = {
        key: held
        for key, address in addresses.items()
        if (held := found.get(address)) is not None and not went_back(agenda.entry(key), held)
    }
    return {key: fresh.get(key) or read_again(address, ehr) for key, address in addresses.items()}


def searched_by_id(agenda: Agenda, ehr: Ehr, addresses: Iterable[str]) -> Iterator[Held]:
    """Yield what searches by ids show of these addresses, in as few requests as fit."""
    by_type: dict[str, list[str]] = {}
    for address in sorted(set(addresses)):
        kind, _, remote_id = address.partition("/")
        by_type.setdefault(kind, []).append(remote_id)
    for kind, ids in by_type.items():
        yield from search_in_parts(agenda.capabilities, ehr, Wanted(kind, "_id", ids, at_once=_AT_ONCE))


def went_back(entry: LedgerEntry, held: Held) -> bool:
    """Tell whether a resource is older than what the server gave of it before, by version, else by time."""
    before, now = entry.version, held.version
    if before is None or now is None or before == now:
        return False
    if are_numbers(before, now):
        return is_older(now, before)
    then, later = moment_of(entry.last_updated), moment_of(held.last_updated)
    return then is not None and later is not None and later < then - _CLOCKS_APART
