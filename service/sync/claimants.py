"""Two claimants: resources of the chart that carry one identifier of ours, because somebody copied one.

The item stops until a person says which one is ours; the others are left as they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from service.fhir.json import JsonObject
from service.mapping.references import Key, Refs
from service.ports.ehr import Ehr, Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.searching import Wanted, search_in_parts

# A URL of a search stays below 8 KB with systems of at most 100 characters.
_AT_ONCE = 30


@dataclass(slots=True, kw_only=True)
class Claims:
    """Every resource that carries an identifier of ours, and the questions of items that several claim."""

    carriers: tuple[Held, ...] = ()
    waiting: list[Question] = field(default_factory=list)


def look_for_claimants(agenda: Agenda, ehr: Ehr, said: Mapping[Key, JsonObject]) -> Claims:
    """Find who carries an identifier of ours twice, and link the one that a person confirmed."""
    claims = Claims(carriers=tuple(_carriers(agenda, ehr, said)))
    for key, found in sorted(_several(agenda, said, claims.carriers).items()):
        question = claim(agenda, key, found, ours=said[key])
        confirmed = sorted(agenda.answers.confirmed(question))
        if confirmed:
            _link(agenda, key, confirmed[0])
        elif len(question.candidates) > 1:
            claims.waiting.append(question)
    return claims


def claim(agenda: Agenda, key: Key, found: Iterable[Held], *, ours: JsonObject) -> Question:
    """Return the question which of these is ours, but for those of which somebody said that they are not."""
    declined = agenda.answers.declined(key, Cause.TWO_CLAIMANTS)
    candidates = {one.reference: one.resource for one in found if one.reference not in declined}
    return Question(key=key, cause=Cause.TWO_CLAIMANTS, ours=ours, candidates=candidates)


def by_item(agenda: Agenda, carriers: Iterable[Held]) -> dict[Key, tuple[Held, ...]]:
    """Return what carries our identifiers by the items that these name, each resource once."""
    refs = Refs(system=agenda.connection.identifier_system)
    found: dict[Key, dict[str, Held]] = {}
    for held in carriers:
        key = Key(str(held.resource["resourceType"]), refs.own_item(held.resource) or "")
        found.setdefault(key, {})[held.reference] = held
    return {key: tuple(one.values()) for key, one in found.items()}


def chosen(entry: LedgerEntry, address: str) -> LedgerEntry:
    """Return the entry linked to the resource that a person chose, whose content nobody has agreed on."""
    return replace(
        entry,
        remote_id=address.partition("/")[2],
        state=LinkState.WAITING,
        version=None,
        theirs_digest=None,
        reason="chosen by a person",
    )


def _link(agenda: Agenda, key: Key, address: str) -> None:
    """Link the one that is ours; where another was linked, it is compared anew and nothing is merged."""
    entry = agenda.entry(key)
    if remote_of(entry) != address:
        agenda.ledger[key] = chosen(entry, address)


def _carriers(agenda: Agenda, ehr: Ehr, said: Mapping[Key, JsonObject]) -> Iterator[Held]:
    """Yield the resources that carry an identifier of what is said, but for what is the clinic's own."""
    system = agenda.connection.identifier_system
    by_type: dict[str, list[str]] = {}
    for key in sorted(said):
        if "identifier" in said[key] and not agenda.matched(key):
            by_type.setdefault(key.type, []).append(key.item)
    for kind, items in by_type.items():
        named = [f"{system}|{item}" for item in items]
        yield from search_in_parts(
            agenda.capabilities, ehr, Wanted(kind, "identifier", named, at_once=_AT_ONCE)
        )


def _several(
    agenda: Agenda, said: Mapping[Key, JsonObject], carriers: Iterable[Held]
) -> dict[Key, tuple[Held, ...]]:
    """Return, for each item of ours that several resources carry, those resources; lost ones aside."""
    found = by_item(agenda, carriers)
    return {
        key: one for key, one in found.items() if len(one) > 1 and key in said and not agenda.detached(key)
    }
