"""Whose resource it is: before any edit is judged, links are found, asked about, and made as people said.

In this order: who claims our identifiers, those of what was lost too, what the chart holds now, whether the
server went back, renewals, bookings, offers, and evidence that was withdrawn. Then the edits of what is the
clinic's own come in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.domain.plan import Plan
from service.fhir.labels import is_labelled_closed
from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.ports.storage import LedgerEntry
from service.sync.additions import Additions, additions_there
from service.sync.adopting import Copying
from service.sync.aftermath import note_unmade
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.bookings import appointments_there, look_for_bookings
from service.sync.claimants import Claims, look_for_claimants
from service.sync.drafts import meant
from service.sync.evidence import look_for_withdrawn
from service.sync.intake import Intake, RulesOf, asked, closed, take_in
from service.sync.lost import ask_about_lost, carried, link_confirmed, make_again, untold
from service.sync.offers import look_for_offers
from service.sync.planner import Vanished
from service.sync.prescriptions import orders_there
from service.sync.pulling import is_pulled, pull
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.renewals import look_for_renewals
from service.sync.restored import ServerReset, looks_reset
from service.sync.tracked import Seen, read_tracked, tracked
from service.sync.unagreed import note_places, unagreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the chart holds of a plan now, and which items wait until a person says who claims them.

    `carried` are the items whose identifier something carries by which they do not stand.
    """

    seen: Seen
    waiting: tuple[Question, ...]
    carried: frozenset[Key] = frozenset()
    unagreed: Seen = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """What of the patient's chart may be linked: appointments of its own, and what people added to it."""

    appointments: tuple[Held, ...] = ()
    added: Additions = field(default_factory=Additions)


def look_at_chart(agenda: Agenda, ports: Ports, unknown: frozenset[Key]) -> Sight:
    """Read all that is tracked, but for what nobody knows the outcome of; raises `ServerReset`.

    What stands exactly before our last write of it is no server that went back: that write was never made.
    """
    ehr = ports.ehr
    patient = agenda.address(agenda.patient)
    said = meant(agenda).ours
    claims = Claims() if patient is None else look_for_claimants(agenda, ehr, said)
    others = carried(agenda, claims.carriers)
    link_confirmed(agenda, said, others)
    stopped = unknown | {one.key for one in claims.waiting}
    addresses = {key: one for key, one in _read_anew(agenda).items() if key not in stopped}
    seen = read_tracked(agenda, ehr, addresses, just=claims.carriers)
    note_places(agenda, {key: one for key, one in said.items() if key not in stopped}, claims.carriers)
    without_base = read_tracked(
        agenda, ehr, unagreed(agenda, said, stopped=stopped | addresses.keys()), just=claims.carriers
    )
    note_unmade(agenda, ports, seen)
    reason = looks_reset(agenda, seen)
    if reason is not None:
        raise ServerReset(reason)
    ask_about_lost(agenda, said, others, seen=seen)
    return Sight(seen=seen, waiting=tuple(claims.waiting), carried=frozenset(others), unagreed=without_base)


def _read_anew(agenda: Agenda) -> Mapping[Key, str]:
    """Return the address of what is tracked, and of problems that were matched before bases were kept."""
    problems = {key: remote_of(agenda.ledger[key]) for key in agenda.ledger if key.type == "Condition"}
    matched = {key: one for key, one in problems.items() if one is not None and agenda.matched(key)}
    return {**matched, **tracked(agenda)}


def take_in_all(
    agenda: Agenda, sight: Sight, ehr: Ehr, *, rules_of: RulesOf, copying: Copying, now: datetime
) -> Intake:
    """Return the plan with links and edits of the chart in it, and what people have to see."""
    before = dict(agenda.ledger)
    _note_mended(agenda, sight.seen)
    make_again(agenda, sight.carried)
    lost = untold(agenda)
    patient = agenda.address(agenda.patient)
    there = _There()
    if patient is not None:
        orders_there(agenda, ehr, patient)
        care_plan = _readable(agenda, sight.seen.get(Key("CarePlan", agenda.plan.id)))
        there = _There(
            appointments=appointments_there(agenda, ehr, patient, today=now.date()),
            added=additions_there(agenda, ehr, patient, care_plan=care_plan),
        )
    renewals = look_for_renewals(agenda, sight.seen)
    waiting = (*sight.waiting, *renewals.waiting)
    seen = {key: one for key, one in sight.seen.items() if key not in {ask.key for ask in waiting}}
    seen |= renewals.taken
    working = replace(agenda)
    told = [*look_for_withdrawn(agenda, seen), *_linked(working, there, copying, now=now, waiting=waiting)]
    agenda.chart_orders = working.chart_orders
    pulled = pull(working, seen, rules_of=rules_of, copying=copying, confirmed=renewals.taken.keys())
    theirs = {key for key in seen if is_pulled(working, key)}
    _proceed(working, pulled.plan, pulled.entries)
    ours = {key: one for key, one in seen.items() if key not in theirs}
    taken = take_in(working, {**sight.unagreed, **ours}, rules_of)
    changed = {key: one for key, one in working.ledger.items() if before.get(key) != one}
    return Intake(
        plan=taken.plan,
        entries={**changed, **taken.entries},
        open=(*map(asked, waiting), *pulled.open, *taken.open),
        told=(*map(asked, (*agenda.questions, *told)), *pulled.told, *taken.told, *lost),
    )


def _readable(agenda: Agenda, held: Held | Vanished | None) -> Held | None:
    """Return a resource of which something may be told: one that is understood, open, and of this patient."""
    if not isinstance(held, Held) or is_labelled_closed(held.resource):
        return None
    return held if closed(agenda, held) is None else None


def _note_mended(agenda: Agenda, seen: Seen) -> None:
    """Note what spoke of another patient and does so no more: it keeps nothing back that refers to it."""
    there = {key: held for key, held in seen.items() if isinstance(held, Held)}
    for key, held in there.items():
        entry = agenda.entry(key)
        if entry.reason == Cause.OTHER_PATIENT and closed(agenda, held) is not Cause.OTHER_PATIENT:
            agenda.ledger[key] = replace(entry, reason=None)


def _linked(
    working: Agenda,
    there: _There,
    copying: Copying,
    *,
    now: datetime,
    waiting: tuple[Question, ...],
) -> list[Question]:
    """Make the links that people confirmed, and return the questions that go on beside everything else."""
    booked = look_for_bookings(working, there.appointments, copying)
    _proceed(working, booked.plan, booked.entries)
    taken = {remote_of(entry) for entry in booked.entries.values()}
    left = [one for one in there.appointments if one.reference not in taken]
    asked_already = (*booked.questions, *waiting)
    offered = look_for_offers(working, left, copying, added=there.added, now=now, asked=asked_already)
    _proceed(working, offered.plan, offered.entries)
    return [*booked.questions, *([] if offered.question is None else [offered.question]), *offered.told]


def _proceed(working: Agenda, plan: Plan, entries: Mapping[Key, LedgerEntry]) -> None:
    working.plan = plan
    working.ledger.update(entries)
