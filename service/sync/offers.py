"""What only the chart has is offered: running orders of other drugs, coming appointments, and additions.

All of it stands in one item of the inbox, resource by resource; what is declined is never offered again.
What no plan can hold is no offer: an order is told (`service.sync.untaken`), and so is what somebody put into
the CarePlan (`service.sync.unplaced`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.plan import Plan
from service.fhir.labels import is_labelled_closed
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.storage import LedgerEntry
from service.sync.additions import Additions
from service.sync.adopting import TAKEN_UP_AS, Copying, adopted_entry, left_behind, taken_up, unlinked
from service.sync.agenda import Agenda
from service.sync.along import come_along
from service.sync.bookings import start_of
from service.sync.prescriptions import (
    RUNNING_HERE,
    medication_of,
    medications_in,
    orders_drug_of,
    running_orders,
)
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.unplaced import tell_unplaced
from service.sync.untaken import tell_untaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The plan with what a person took up, the links of that, what is still offered, and what is told."""

    plan: Plan
    entries: dict[Key, LedgerEntry]
    question: Question | None
    told: tuple[Question, ...] = ()


def look_for_offers(
    agenda: Agenda,
    found: Iterable[Held],
    copying: Copying,
    *,
    added: Additions,
    now: datetime,
    asked: Iterable[Question],
) -> Offered:
    """Take up what was confirmed, and offer the rest; what is `asked` in another question is no offer."""
    key = Key("CarePlan", agenda.plan.id)
    elsewhere = {address for one in asked for address in one.candidates}
    left = elsewhere | agenda.answers.declined(key, Cause.EXISTS_THERE)
    all_there = (*_orders(agenda), *_appointments(found, now), *added.found)
    there = [one for one in all_there if one.reference not in left]
    offered = {one.reference: one for one in there if taken_up(agenda, one, copying) is not None}
    orders = [one for one in there if one.reference.startswith("MedicationRequest/")]
    told = tell_untaken(agenda, [one for one in orders if one.reference not in offered], copying)
    told += tell_unplaced(agenda, added, copying, spared=offered.keys() | elsewhere)
    behind = {address: left_behind(agenda, one, copying) for address, one in offered.items()}
    question = _question(key, offered, behind)
    plan, entries = agenda.plan, dict[Key, LedgerEntry]()
    for address in sorted(agenda.answers.confirmed(question), key=_first_what_others_name):
        before = replace(agenda, plan=plan, ledger={**agenda.ledger, **entries})
        made = taken_up(before, offered[address], copying)
        if made is not None:
            plan, item = made
            entries[item] = adopted_entry(replace(before, plan=plan), item, offered.pop(address))
            after = replace(before, plan=plan, ledger={**before.ledger, item: entries[item]})
            plan, linked = come_along(after, item, address)
            entries |= linked
            _stand_by(agenda, item, address)
    rest = _question(key, offered, behind)
    return Offered(plan=plan, entries=entries, question=rest if offered else None, told=told)


def _first_what_others_name(address: str) -> tuple[int, str]:
    """Sort a problem before the goal that addresses it, and a course of therapy before its appointment."""
    return [*TAKEN_UP_AS].index(address.partition("/")[0]), address


def _question(key: Key, offered: Mapping[str, Held], behind: Mapping[str, tuple[str, ...]]) -> Question:
    """Return the question what is to be taken up; whoever confirms sees what of it stays behind."""
    return Question(
        key=key,
        cause=Cause.EXISTS_THERE,
        candidates={address: one.resource for address, one in offered.items()},
        unread={address: behind[address] for address in offered if behind[address]},
    )


def _stand_by(agenda: Agenda, item: Key, address: str) -> None:
    if item.type == "MedicationRequest":
        agenda.chart_orders = {**agenda.chart_orders, item.item: address}


def _orders(agenda: Agenda) -> list[Held]:
    """Return running orders of the chart that are of no drug which runs in the plan, nor of a closed one."""
    drugs = medications_in(agenda.ordered or ())
    closed = {address for address, one in drugs.items() if is_labelled_closed(one)}
    known = [one for one in agenda.plan.medications if one.status in RUNNING_HERE]
    return [
        one
        for one in unlinked(agenda, running_orders(agenda))
        if not any(orders_drug_of(order, one.resource, drugs) for order in known)
        and medication_of(one.resource) not in closed
    ]


def _appointments(found: Iterable[Held], now: datetime) -> list[Held]:
    starts = ((one, start_of(one.resource)) for one in found)
    return [one for one, start in starts if start is not None and start > now]
