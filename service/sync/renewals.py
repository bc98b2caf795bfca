"""Renewals: an order that ended in the chart may go on there under a new id, and is then not stopped.

The successor says so itself (`priorPrescription`), or it is of the same ingredient and written near the end
of the one before. A person confirms it; across ingredients nothing is ever linked: that is another treatment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from service.domain.medication import MedicationOrder
from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry, LinkState
from service.sync.adopting import unlinked
from service.sync.agenda import Agenda, remote_of
from service.sync.imported import plainly_said
from service.sync.prescriptions import RUNNING_HERE, medications_in, orders_drug_of, ran, running_orders
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.tracked import Seen

_TREATMENT = frozenset({"dosageInstruction", "medicationCodeableConcept", "medicationReference", "contained"})
_ENDED = frozenset({"stopped", "completed", "cancelled"})


@dataclass(slots=True, kw_only=True)
class Renewals:
    """Orders whose renewal was confirmed, by what stands for them now, and those that wait for a word."""

    taken: dict[Key, Held] = field(default_factory=dict)
    waiting: list[Question] = field(default_factory=list)


def look_for_renewals(agenda: Agenda, seen: Seen) -> Renewals:
    """Find the successors of orders that ended; those that a person confirmed stand for ours from now on."""
    found = Renewals()
    running = list(unlinked(agenda, running_orders(agenda)))
    for order in agenda.plan.medications:
        key = Key("MedicationRequest", order.id)
        ended = _ended(agenda, key, seen)
        if order.status not in RUNNING_HERE or ended is None:
            continue
        question = _question(agenda, order, ended, running=running)
        confirmed = sorted(agenda.answers.confirmed(question))
        if confirmed:
            (held,) = [one for one in running if one.reference == confirmed[0]]
            running.remove(held)
            _renew(agenda, key, ended=ended, held=held)
            found.taken[key] = held
        elif question.candidates:
            found.waiting.append(question)
    return found


def _ended(agenda: Agenda, key: Key, seen: Seen) -> Held | None:
    """Return the request by which an order stood and which has ended in the chart."""
    address = remote_of(agenda.ledger.get(key))
    if address is None or key.item in agenda.chart_orders:
        return None
    held = seen.get(key) or next((one for one in agenda.ordered or () if one.reference == address), None)
    known = agenda.entry(key).agreed_theirs
    stood = agenda.matched(key) or ran(known)
    ended = isinstance(held, Held) and held.resource.get("status") in _ENDED
    return held if stood and ended and isinstance(held, Held) else None


def _question(agenda: Agenda, order: MedicationOrder, ended: Held, *, running: list[Held]) -> Question:
    key = Key("MedicationRequest", order.id)
    declined = agenda.answers.declined(key, Cause.RENEWED_THERE)
    drugs = medications_in(agenda.ordered or ())
    candidates = {
        one.reference: one.resource
        for one in running
        if one.reference not in declined
        and orders_drug_of(order, one.resource, drugs)
        and follows(ended, one, agenda.asking.renewal_days)
    }
    return Question(key=key, cause=Cause.RENEWED_THERE, ours=plainly_said(agenda)[key], candidates=candidates)


def follows(ended: Held, running: Held, days: int) -> bool:
    """Tell whether an order says that it follows another, or was written near its end."""
    prior = running.resource.get("priorPrescription", {}).get("reference")
    if prior == ended.reference:
        return True
    written = _day(running.resource.get("authoredOn")) or _day(running.last_updated)
    ends = [one for one in _ends(ended) if one is not None]
    return written is not None and any(abs((written - one).days) <= days for one in ends)


def _ends(ended: Held) -> Iterator[date | None]:
    """Yield the days on which an order may have ended: what it says, and when it was changed last."""
    valid = ended.resource.get("dispenseRequest", {}).get("validityPeriod", {})
    yield _day(valid.get("end"))
    yield _day(ended.last_updated)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _renew(agenda: Agenda, key: Key, *, ended: Held, held: Held) -> None:
    """Let an order stand for its successor; what was agreed on the one before stays the base."""
    entry = agenda.entry(key)
    agenda.left[ended.reference] = key
    agenda.chart_orders = {**agenda.chart_orders, key.item: held.reference}
    agenda.ledger[key] = replace(
        _with_base(agenda, entry, ended),
        state=LinkState.PULL_ONLY,
        remote_id=held.reference.partition("/")[2],
        version=None,
        reason="renewed in the chart",
        not_kept=(),
    )


def _with_base(agenda: Agenda, entry: LedgerEntry, ended: Held) -> LedgerEntry:
    """Return the entry with the order before as it ran: its end is no edit of the successor."""
    before: JsonObject = entry.agreed_theirs or {**ended.resource, "status": "active"}
    if entry.state is LinkState.PULL_ONLY and entry.agreed_ours is not None:
        return replace(entry, agreed_theirs=before)
    said = plainly_said(agenda)[Key(entry.resource_type, entry.item_id)]
    meant = {name: one for name, one in (entry.agreed_ours or {}).items() if name in _TREATMENT}
    base = {**said, **meant}  # a dose that was changed here meanwhile stays a change of ours
    return replace(
        entry, agreed_ours=base, agreed_theirs=before, ours_digest=digest(base), theirs_digest=digest(before)
    )
