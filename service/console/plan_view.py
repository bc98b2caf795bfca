"""A plan on a terminal: both halves of the treatment side by side, and what comes next."""

from collections.abc import Iterator
from typing import TextIO

from rich.table import Table

from service.application.seeing import Seen
from service.console.tables import page, table
from service.domain.concept import Concept
from service.domain.medication import DosageStep, MedicationOrder
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.therapy import Rhythm, TherapyCourse

_SHOWN = ("conditions", "goals", "therapies", "medications", "phases", "appointments")


def show_plan(sight: Seen, stream: TextIO) -> None:
    """Write what somebody sees of a revision's plan."""
    plan, revision = sight.plan, sight.revision
    screen = page(stream)
    screen.print(f"{plan.title}\nplan {plan.id}, revision {revision.number}, {plan.status}")
    screen.print(f"balance: {plan.balance or 'not decided'}; next check-in: {_next_check_in(plan)}")
    for part in _parts(plan):
        if part.row_count:
            screen.print(part)
    others = [f"{len(items(plan, group))} {group.replace('_', ' ')}" for group in _others(plan)]
    screen.print(f"and {', '.join(others)}" if others else "")
    if sight.withheld:
        screen.print(f"withheld: {sight.withheld} of the journal, which the patient has not shared")


def _parts(plan: Plan) -> Iterator[Table]:
    rows = [(_name(one.code), one.severity, one.course) for one in plan.conditions]
    yield table("Conditions", ("condition", "severity", "course"), rows)
    yield table("Therapy", ("therapy", "rhythm", "status"), [_course(one) for one in plan.therapies])
    yield table("Medication", ("drug", "dose", "status"), [_order(one) for one in plan.medications])
    goals = [(one.description, one.due, one.status) for one in plan.goals]
    yield table("Goals", ("goal", "due", "status"), goals)
    phases = [(one.balance, one.start, one.end, one.reason) for one in plan.phases]
    yield table("Balance", ("balance", "from", "to", "reason"), phases)
    meetings = [(one.kind, one.start, one.zone, one.status) for one in plan.appointments]
    yield table("Appointments", ("kind", "start", "zone", "status"), meetings)


def _others(plan: Plan) -> Iterator[str]:
    return (group for group in LIST_GROUPS if group not in _SHOWN and items(plan, group))


def _next_check_in(plan: Plan) -> str:
    due = plan.check_ins.next_due if plan.check_ins else None
    return due.isoformat() if due else "none planned"


def _course(course: TherapyCourse) -> tuple[object, ...]:
    often = None if course.rhythm is None else _rhythm(course.rhythm)
    length = None if course.session_minutes is None else f"{course.session_minutes} min"
    said = ", ".join(filter(None, (often, length))) or "not said"
    return course.title or course.modality.upper(), said, course.status


def _rhythm(rhythm: Rhythm) -> str:
    span = f"{rhythm.every} {rhythm.unit}" if rhythm.every > 1 else rhythm.unit
    return f"{rhythm.sessions} in every {span}"


def _order(order: MedicationOrder) -> tuple[object, ...]:
    return _name(order.drug.code), "; ".join(map(_step, order.dosage)), order.status


def _step(step: DosageStep) -> str:
    since = f" from {step.start}" if step.start else ""
    return f"{step.dose.value} {step.dose.unit}{' as needed' if step.as_needed else ''}{since}"


def _name(concept: Concept) -> str:
    return concept.text or concept.codings[0].display or concept.codings[0].code
