"""A server that went back: restored from a backup, emptied and set up again, or another one at its address.

The ledger knows what a server has answered before. When its versions are lower than that, or its resources
are others, nothing is taken in or written over the whole connection until a person accepts the server. After
that every base is in doubt: what the chart says otherwise than was agreed is shown, and taken for no edit.
"""

from collections.abc import Iterator
from dataclasses import replace

from service.mapping.references import Key, Refs
from service.ports.ehr import Ehr, Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.identity import read_again
from service.sync.planner import Vanished
from service.sync.tracked import Seen, went_back


class ServerReset(Exception):
    """The server went back or is another: nothing is read in or written until a person accepts it."""


_RENAMED_AT_LEAST = 2


def in_doubt(entry: LedgerEntry) -> bool:
    """Tell whether what was agreed must be compared anew, because the server went back since."""
    return entry.agreed_theirs is not None and entry.theirs_digest is None


def doubted(entry: LedgerEntry) -> LedgerEntry:
    """Return an entry after its server was accepted anew: the base is shown, and nothing counts by it."""
    return replace(entry, version=None, last_updated=None, theirs_digest=None)


def looks_reset(agenda: Agenda, seen: Seen) -> str | None:
    """Return why the server looks restored, emptied or exchanged, by counts alone; None when it does not."""
    known = {key: agenda.entry(key) for key in seen}
    pairs = [(known[key], held) for key, held in seen.items() if not in_doubt(known[key])]
    back = sum(went_back(entry, held) for entry, held in pairs if isinstance(held, Held))
    if back:
        return f"{back} resources of this plan have older versions than the server gave before"
    others = sum(_is_another(agenda, entry, held) for entry, held in pairs if isinstance(held, Held))
    if others >= _RENAMED_AT_LEAST:
        return f"{others} resources of this plan are other resources by now"
    return None


def check_patient(agenda: Agenda, held: Held | Vanished, ehr: Ehr) -> None:
    """Raise `ServerReset` when the patient is gone together with the plan, or older than was known."""
    entry = agenda.entry(agenda.patient)
    if in_doubt(entry):
        return
    if isinstance(held, Held) and went_back(entry, held):
        raise ServerReset("the patient has an older version than the server gave before")
    plan = remote_of(agenda.ledger.get(Key("CarePlan", agenda.plan.id)))
    if isinstance(held, Vanished) and plan is not None and isinstance(read_again(plan, ehr), Vanished):
        raise ServerReset("the patient and the plan are both gone")


def _is_another(agenda: Agenda, entry: LedgerEntry, held: Held) -> bool:
    """Tell whether what carried our identifier does so no more."""
    refs = Refs(system=agenda.connection.identifier_system)
    ours = refs.own_item(entry.agreed_theirs or {}) == entry.item_id
    return ours and entry.state is not LinkState.PULL_ONLY and refs.own_item(held.resource) is None


def counted_as_gone(agenda: Agenda, seen: Seen) -> Iterator[bool]:
    """Yield of each tracked resource whether it is gone, those aside of which a person knows that."""
    for key, held in seen.items():
        if not in_doubt(agenda.entry(key)):
            yield isinstance(held, Vanished)
