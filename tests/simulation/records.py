"""What an event leaves in a plan, and what the people of the clinic do from day to day; pure functions."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from service.domain.adherence import AdherenceReport
from service.domain.appointment import Appointment, AppointmentKind, AppointmentStatus
from service.domain.coordination import FlagStatus, Task, TaskKind, TaskStatus
from service.domain.dosing import NewDose, change_dose
from service.domain.journal import JournalEntry
from service.domain.measure import AbsentReason, ItemAnswer, Measure, RecordStatus, Score
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import Plan, items, with_items
from service.domain.session import Session
from tests.builders import (
    PSYCHIATRIST,
    THERAPIST,
    a_dosage_step,
    a_journal_entry,
    a_score,
    a_session,
    a_side_effect,
    an_adherence_report,
    an_appointment,
)
from tests.simulation.events import Answered, Attended, Declined, Event, Felt, Missed, TakenBack, Took, Wrote
from tests.simulation.patients import RAISED, Patient

UNSHARED = "UNSHARED"
"""Stands in every entry that was not shared, and may stand nowhere else."""

BERLIN = ZoneInfo("Europe/Berlin")
_MOST_RAISES = 2
_LOOKED_AT = timedelta(days=21)
_RISK_ITEM = {Measure.PHQ_9: 9, Measure.C_SSRS: 1}


def entered(plan: Plan, event: Event, patient: Patient, day: date) -> Plan:
    """The plan after an event of a day, as the people concerned would enter it."""
    one: Any
    match event:
        case Answered() | Declined():
            group, one = "scores", _score(event, patient.named(_next(plan, "scores")), day)
        case Attended():
            group, one = "sessions", _session(patient, plan, day)
        case Missed():
            group, one = "appointments", _missed(patient, plan, day)
        case Wrote():
            group, one = "journal", _entry(event, patient, plan, day)
        case TakenBack():
            return _taken_back(plan)
        case Felt() | Took():
            return _of_the_medicine(plan, event, patient, day)
        case _:
            return plan  # it happens in the EHR
    return _with(plan, group, one)


def _of_the_medicine(plan: Plan, event: Felt | Took, patient: Patient, day: date) -> Plan:
    order = running(plan)
    if order is None:
        return plan
    if isinstance(event, Felt):
        name = patient.named(_next(plan, "side_effects"))
        felt = a_side_effect(
            id=name, medication=order.id, severity=event.severity, since=day, until=day + timedelta(days=30)
        )
        return _with(plan, "side_effects", felt)
    return _with(plan, "adherence", _report(event, order, patient.named(_next(plan, "adherence")), day))


def visit(name: str, kind: AppointmentKind, day: date) -> Appointment:
    """An appointment at nine o'clock by the wall clock of Berlin, booked."""
    start = datetime(day.year, day.month, day.day, 9, tzinfo=BERLIN)
    return an_appointment(id=name, kind=kind, start=start, end=start + timedelta(minutes=50))


def running(plan: Plan) -> MedicationOrder | None:
    """The order that is taken now."""
    return next((one for one in plan.medications if one.status is OrderStatus.ACTIVE), None)


def tended(plan: Plan, patient: Patient, day: date, draw: Random) -> Plan:
    """The plan after a day of the staff: what was asked for is booked, what was due is held or missed.

    Tasks are worked off after a week, a review of the treatment may raise a dose, flags are looked at after
    three weeks.
    """
    appointments = tuple(_handled(one, patient, day, draw) for one in plan.appointments)
    plan = replace(plan, appointments=appointments)
    for task in plan.tasks:
        if task.status is TaskStatus.REQUESTED and (day - task.authored_at.date()).days >= 7:
            plan = _worked_off(plan, task, patient, day=day, draw=draw)
    flags = tuple(
        replace(one, status=FlagStatus.INACTIVE, end=day)
        if one.status is FlagStatus.ACTIVE and day - one.start >= _LOOKED_AT
        else one
        for one in plan.flags
    )
    return replace(plan, flags=flags)


def _handled(one: Appointment, patient: Patient, day: date, draw: Random) -> Appointment:
    if one.status is AppointmentStatus.PROPOSED and one.requested is not None:
        first = max(one.requested.start or day, day + timedelta(days=1))
        last = max(one.requested.end or first, first)
        booked = first + timedelta(days=draw.randint(0, min((last - first).days, 6)))
        timed = visit(one.id, one.kind, booked)
        return replace(one, status=AppointmentStatus.BOOKED, start=timed.start, end=timed.end)
    if one.status is AppointmentStatus.BOOKED and one.start is not None and one.start.date() <= day:
        came = draw.random() < patient.comes
        return replace(one, status=AppointmentStatus.FULFILLED if came else AppointmentStatus.NOSHOW)
    return one


def _worked_off(plan: Plan, task: Task, patient: Patient, *, day: date, draw: Random) -> Plan:
    done = tuple(
        replace(one, status=TaskStatus.COMPLETED) if one.id == task.id else one for one in plan.tasks
    )
    plan = replace(plan, tasks=done)
    order = running(plan)
    if task.kind is TaskKind.BOOK_CHECK_IN:
        name = patient.named(_next(plan, "appointments"))
        soon = day + timedelta(days=draw.randint(3, 10))
        return _with(plan, "appointments", visit(name, AppointmentKind.INTEGRATED_CHECK_IN, soon))
    may_rise = order is not None and len(plan.medications) <= _MOST_RAISES
    if task.kind is TaskKind.REVIEW_TREATMENT and order is not None and may_rise and draw.random() < 0.5:
        return _raised(plan, order, patient, day)
    return plan


def _raised(plan: Plan, order: MedicationOrder, patient: Patient, day: date) -> Plan:
    """The prescriber decides on a higher dose: in the simulation alone, no rule ever says one."""
    dose = order.dosage[-1].dose
    new = NewDose(
        order_id=order.id,
        new_order_id=patient.named(f"order-{len(plan.medications)}"),
        dosage=(a_dosage_step(dose=replace(dose, value=dose.value * RAISED), start=day),),
        prescriber=PSYCHIATRIST.id,
        authored_on=day,
    )
    return change_dose(plan, new)


def _score(event: Answered | Declined, name: str, day: date) -> Score:
    at = _at(day)
    if isinstance(event, Declined):
        reason = AbsentReason.ASKED_DECLINED
        return a_score(id=name, measure=event.measure, value=None, absent_reason=reason, taken_at=at)
    number = _RISK_ITEM.get(event.measure)
    asked = number is not None and event.risk is not None
    answers = (ItemAnswer(item=number or 1, value=event.risk or 0),) if asked else ()
    if event.measure is Measure.C_SSRS and not event.value:
        answers = ()
    return a_score(id=name, measure=event.measure, value=event.value, items=answers, taken_at=at)


def _taken_back(plan: Plan) -> Plan:
    last = plan.scores[-1]
    return replace(plan, scores=(*plan.scores[:-1], replace(last, status=RecordStatus.ENTERED_IN_ERROR)))


def _session(patient: Patient, plan: Plan, day: date) -> Session:
    return a_session(
        id=patient.named(_next(plan, "sessions")),
        start=_at(day),
        end=_at(day) + timedelta(minutes=50),
        therapy=patient.named("therapy"),
        attended_by=(THERAPIST.id,),
    )


def _missed(patient: Patient, plan: Plan, day: date) -> Appointment:
    held = visit(patient.named(_next(plan, "appointments")), AppointmentKind.THERAPY_SESSION, day)
    return replace(held, status=AppointmentStatus.NOSHOW, therapy=patient.named("therapy"))


def _entry(event: Wrote, patient: Patient, plan: Plan, day: date) -> JournalEntry:
    signs = (patient.named("sign"),) if event.ticked else ()
    return a_journal_entry(
        id=patient.named(_next(plan, "journal")),
        written_at=_at(day, hour=20),
        mood=event.mood,
        insights=f"{'shared' if event.shared else UNSHARED}-walked today",
        warning_signs=signs,
        shared=event.shared,
    )


def _report(event: Took, order: MedicationOrder, name: str, day: date) -> AdherenceReport:
    since = max(day - timedelta(days=14), order.authored_on)
    return an_adherence_report(
        id=name, medication=order.id, taking=event.taking, start=since, end=day, reported_on=day
    )


def _at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)


def _next(plan: Plan, group: str) -> str:
    return f"{group}-{len(items(plan, group))}"


def _with(plan: Plan, group: str, one: Any) -> Plan:
    return with_items(plan, group, (*items(plan, group), one))
