"""One ordered story of a plan: what was measured, given, held, decided and changed, and by whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from service.domain.appointment import Appointment, AppointmentStatus
from service.domain.concept import Concept
from service.domain.coordination import FlagStatus, NoteStatus
from service.domain.findings.risk import NEEDS_ASSESSMENT, positive_items
from service.domain.instruments import title_of
from service.domain.measure import RecordStatus, Score
from service.domain.medication import DosageStep, MedicationOrder, OrderStatus
from service.domain.plan import Plan
from service.domain.revision import Origin
from service.domain.session import SessionStatus
from service.domain.therapy import TherapyCourse


class EventKind(StrEnum):
    """What happened."""

    SCORE = "score"
    DOSE = "dose"
    ORDER = "order"
    SESSION = "session"
    APPOINTMENT = "appointment"
    THERAPY = "therapy"
    PHASE = "phase"
    DECISION = "decision"
    SIDE_EFFECT = "side-effect"
    JOURNAL = "journal"
    NOTE = "note"
    FLAG = "flag"
    TASK = "task"
    PLAN = "plan"
    CHART_CHANGE = "chart-change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened; `at` is the first moment (UTC) of a day where only the day is known.

    `item` is the id of the plan's item in `group`. `needs_assessment` marks a positive risk item.
    """

    at: datetime
    day_only: bool = False
    kind: EventKind
    title: str
    group: str
    item: str | None = None
    detail: str | None = None
    by: tuple[str, ...] = ()
    origin: Origin | None = None
    revision: int | None = None
    needs_assessment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One revision on top of another: both plans as the reader sees them, and who made it."""

    before: Plan
    after: Plan
    number: int
    groups: tuple[str, ...]
    author: str
    origin: Origin
    recorded_at: datetime


def timeline(plan: Plan, changes: Iterable[Change] = ()) -> tuple[Event, ...]:
    """Return the story of a plan as it stands, with what its revisions tell beyond it, oldest first."""
    events = [
        *_scores(plan),
        *_medication(plan),
        *_meetings(plan),
        *_therapies(plan),
        *_phases(plan),
        *_notes(plan),
        *_journal(plan),
        *(event for change in changes for event in _changed(change)),
    ]
    return tuple(sorted(events, key=lambda one: (one.at, not one.day_only, one.kind, one.item or "")))


def first_moment(day: date) -> datetime:
    """Return the moment under which a day without a time is ordered."""
    return datetime.combine(day, time.min, UTC)


def _on(day: date, kind: EventKind, title: str, *, group: str, item: str, **more: str | None) -> Event:
    return Event(
        at=first_moment(day), day_only=True, kind=kind, title=title, group=group, item=item,
        detail=more.get("detail"),
    )  # fmt: skip


def _stands(status: RecordStatus) -> bool:
    return status is not RecordStatus.ENTERED_IN_ERROR


def _scores(plan: Plan) -> Iterator[Event]:
    for score in plan.scores:
        if _stands(score.status):
            yield Event(
                at=score.taken_at,
                kind=EventKind.SCORE,
                title=_score_words(score),
                group="scores",
                item=score.id,
                by=() if score.recorded_by is None else (score.recorded_by,),
                detail=f"a risk item is positive: {NEEDS_ASSESSMENT}" if positive_items(score) else None,
                needs_assessment=bool(positive_items(score)),
            )


def _score_words(score: Score) -> str:
    said = f"no value ({score.absent_reason})" if score.value is None else str(score.value)
    return f"{title_of(score.measure)}: {said}"


def _medication(plan: Plan) -> Iterator[Event]:
    orders = {one.id: one for one in plan.medications}
    for order in plan.medications:
        if order.status in {OrderStatus.DRAFT, OrderStatus.ENTERED_IN_ERROR}:
            continue
        name, old = concept_words(order.drug.code), orders.get(order.replaces or "")
        words = f"{name}: {dose_words(order.dosage[0])}"
        if old is not None:
            words += f" in place of {concept_words(old.drug.code)}: {dose_words(old.dosage[-1])}"
        by = () if order.prescriber is None else (order.prescriber,)
        kind = EventKind.ORDER if old is None else EventKind.DOSE
        yield Event(
            at=first_moment(order.authored_on), day_only=True, kind=kind, title=words,
            group="medications", item=order.id, by=by,
        )  # fmt: skip
        yield from _steps(order, name)
    for effect in plan.side_effects:
        if _stands(effect.status):
            words = f"{effect.effect} ({effect.severity})"
            yield _on(
                effect.since, EventKind.SIDE_EFFECT, words, group="side_effects", item=effect.id,
                detail=concept_words(orders[effect.medication].drug.code),
            )  # fmt: skip
            if effect.until is not None:
                words = f"{effect.effect} is over"
                yield _on(effect.until, EventKind.SIDE_EFFECT, words, group="side_effects", item=effect.id)


def _steps(order: MedicationOrder, name: str) -> Iterator[Event]:
    for step in order.dosage[1:]:
        if step.start is not None and not step.as_needed:
            words = f"{name}: {dose_words(step)}"
            yield _on(step.start, EventKind.DOSE, words, group="medications", item=order.id)


def concept_words(concept: Concept) -> str:
    """Return a concept as people read it."""
    return concept.text or concept.codings[0].display or concept.codings[0].code


def dose_words(step: DosageStep) -> str:
    """Return the dose of a step as people read it."""
    often = ""
    if step.timing is not None:
        span = step.timing.unit if step.timing.period == 1 else f"{step.timing.period} {step.timing.unit}"
        often = f", {step.timing.frequency} per {span}"
    return f"{step.dose.value} {step.dose.unit}{often}{' as needed' if step.as_needed else ''}"


def _meetings(plan: Plan) -> Iterator[Event]:
    courses = {one.id: one for one in plan.therapies}
    for session in plan.sessions:
        if session.status is not SessionStatus.ENTERED_IN_ERROR:
            course = courses.get(session.therapy or "")
            words = "Session held" if course is None else f"Session held: {course_words(course)}"
            yield Event(
                at=session.start, kind=EventKind.SESSION, title=words, group="sessions", item=session.id,
                by=session.attended_by,
            )  # fmt: skip
    for one in plan.appointments:
        if one.start is not None and one.status is not AppointmentStatus.ENTERED_IN_ERROR:
            yield _appointment(one, one.start)


def _appointment(one: Appointment, start: datetime) -> Event:
    words = one.kind.value.replace("-", " ").capitalize()
    return Event(
        at=start, kind=EventKind.APPOINTMENT, title=f"{words}: {one.status}", group="appointments",
        item=one.id, detail=one.cancellation_reason,
    )  # fmt: skip


def course_words(course: TherapyCourse) -> str:
    """Return a course of therapy as people read it."""
    return course.title or course.modality.upper()


def _therapies(plan: Plan) -> Iterator[Event]:
    for one in plan.therapies:
        words = course_words(one)
        if one.period.start is not None:
            yield _on(one.period.start, EventKind.THERAPY, f"{words} begins", group="therapies", item=one.id)
        if one.period.end is not None:
            yield _on(one.period.end, EventKind.THERAPY, f"{words} ends", group="therapies", item=one.id)


def _phases(plan: Plan) -> Iterator[Event]:
    for one in plan.phases:
        words = one.balance.value.replace("-", " ")
        yield _on(one.start, EventKind.PHASE, f"Balance: {words}", group="phases", item=one.id)
        yield Event(
            at=one.decided_at, kind=EventKind.DECISION, title=f"Decided: {words}", group="phases",
            item=one.id, detail=one.reason, by=one.decided_by,
        )  # fmt: skip


def _notes(plan: Plan) -> Iterator[Event]:
    for note in plan.notes:
        if note.status is not NoteStatus.ENTERED_IN_ERROR:
            words = note.medium.value.replace("-", " ").capitalize()
            yield Event(
                at=note.sent_at, kind=EventKind.NOTE, title=words, group="notes", item=note.id,
                detail=note.text, by=(note.author,),
            )  # fmt: skip
    for task in plan.tasks:
        yield Event(
            at=task.authored_at, kind=EventKind.TASK, title=f"{task.description} ({task.status})",
            group="tasks", item=task.id, by=() if task.owner is None else (task.owner,),
        )  # fmt: skip
    for flag in plan.flags:
        if flag.status is not FlagStatus.ENTERED_IN_ERROR:
            words = flag.kind.value.replace("-", " ")
            yield _on(
                flag.start, EventKind.FLAG, f"Flag raised: {words}", group="flags", item=flag.id,
                detail=flag.text,
            )  # fmt: skip
            if flag.end is not None:
                yield _on(flag.end, EventKind.FLAG, f"Flag ended: {words}", group="flags", item=flag.id)


def _journal(plan: Plan) -> Iterator[Event]:
    for one in plan.journal:
        if _stands(one.status):
            said = [("energy", one.energy), ("mood", one.mood)]
            numbers = ", ".join(f"{name} {value}" for name, value in said if value is not None)
            yield Event(
                at=one.written_at, kind=EventKind.JOURNAL, title=numbers or "Journal entry",
                group="journal", item=one.id, detail=one.insights,
            )  # fmt: skip


def _changed(change: Change) -> Iterator[Event]:
    """Yield what a revision says that the plan does not keep: changes by the chart, endings, its status."""
    if change.origin is not Origin.PERSON and change.groups:
        groups = ", ".join(group.replace("_", " ") for group in change.groups)
        where = "Changed in the chart" if change.origin is Origin.EHR else "Changed by a rule"
        yield _revised(change, EventKind.CHART_CHANGE, f"{where}: {groups}")
    if change.before.status is not change.after.status:
        yield _revised(change, EventKind.PLAN, f"The plan becomes {change.after.status}")
    before = {one.id: one for one in change.before.medications}
    for order in change.after.medications:
        old = before.get(order.id)
        if old is not None and old.status is not order.status:
            words = f"{concept_words(order.drug.code)}: {old.status} becomes {order.status}"
            yield _revised(
                change, EventKind.ORDER, words, group="medications", item=order.id,
                detail=order.status_note or order.status_reason,
            )  # fmt: skip


def _revised(
    change: Change, kind: EventKind, title: str, *, group: str = "plan", item: str | None = None,
    detail: str | None = None,
) -> Event:  # fmt: skip
    return Event(
        at=change.recorded_at,
        kind=kind,
        title=title,
        group=group,
        item=item,
        detail=detail,
        by=(change.author,),
        origin=change.origin,
        revision=change.number,
    )
