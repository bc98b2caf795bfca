"""What the chart lost: who carries its identifier there now is asked about, and what people ask for is made.

A resource that is gone is detached: nothing is made again by itself. When somebody entered it anew under our
identifier, a person says whether that is ours; what they confirm is linked and compared anew. What a person
asks to have again is created as new, unless something in the chart carries its identifier already.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from service.fhir.json import JsonObject
from service.mapping.references import Key, Refs
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.claimants import by_item, chosen, claim
from service.sync.intake import Contested
from service.sync.planner import Vanished
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.tracked import Seen

LOST = "the chart holds it no longer; it is made again only when somebody asks for it in the inbox"
_ASKED_FOR = "somebody asked to have it made again"


def is_ours(entry: LedgerEntry, system: str) -> bool:
    """Tell whether a resource was made by us, as far as is known, and not the clinic's own."""
    return entry.agreed_theirs is None or Refs(system=system).own_item(entry.agreed_theirs) == entry.item_id


def carried(agenda: Agenda, carriers: Iterable[Held]) -> Mapping[Key, tuple[Held, ...]]:
    """Return what carries our identifier of each item, but for the resource by which the item stood."""
    others = {
        key: tuple(one for one in found if one.reference != remote_of(agenda.ledger.get(key)))
        for key, found in by_item(agenda, carriers).items()
    }
    return {key: found for key, found in others.items() if found}


def link_confirmed(
    agenda: Agenda, said: Mapping[Key, JsonObject], found: Mapping[Key, tuple[Held, ...]]
) -> None:
    """Link, of what is detached, the one that a person confirmed: it is compared anew, nothing is merged."""
    for question in _questions(agenda, said, found, keys=_detached(agenda, said)):
        for address in sorted(agenda.answers.confirmed(question))[:1]:
            agenda.ledger[question.key] = chosen(agenda.entry(question.key), address)


def ask_about_lost(
    agenda: Agenda, said: Mapping[Key, JsonObject], found: Mapping[Key, tuple[Held, ...]], *, seen: Seen
) -> None:
    """Ask whether what carries our identifier of a resource that is gone is ours."""
    gone = {key for key, held in seen.items() if key in said and isinstance(held, Vanished)}
    agenda.questions += _questions(agenda, said, found, keys=gone | _detached(agenda, said))


def make_again(agenda: Agenda, found: Set[Key]) -> None:
    """Let go of the lost resource of what a person asked for: it is created as anything new is.

    Not so what is `found` in the chart under its identifier, whoever made it: that would stand there twice.
    """
    for key in [key for key in agenda.ledger if agenda.detached(key) and key not in found]:
        if agenda.answers.asked_again(key):
            agenda.ledger[key] = _new(agenda.entry(key))


def untold(agenda: Agenda) -> tuple[Contested, ...]:
    """Return what a push found to be gone, which asks nobody."""
    lost = [key for key in sorted(agenda.ledger) if agenda.detached(key)]
    return tuple(
        Contested(key=key, reference=str(remote_of(agenda.ledger[key])), cause=Cause.VANISHED)
        for key in lost
        if not agenda.answers.told(key, Cause.VANISHED)
    )


def _new(entry: LedgerEntry) -> LedgerEntry:
    return replace(
        entry,
        state=LinkState.WAITING,
        remote_id=None,
        version=None,
        last_updated=None,
        agreed_ours=None,
        agreed_theirs=None,
        ours_digest=None,
        theirs_digest=None,
        not_kept=(),
        reason=_ASKED_FOR,
    )


def _detached(agenda: Agenda, said: Mapping[Key, JsonObject]) -> set[Key]:
    return {key for key in said if agenda.detached(key)}


def _questions(
    agenda: Agenda,
    said: Mapping[Key, JsonObject],
    found: Mapping[Key, tuple[Held, ...]],
    *,
    keys: Iterable[Key],
) -> Iterator[Question]:
    for key in sorted(found.keys() & set(keys)):
        question = claim(agenda, key, found[key], ours=said[key])
        if question.candidates:
            yield question
