"""The agenda of a treatment meeting: what is noticed, what is open, and what changed since the last one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.appointment import AppointmentKind, AppointmentStatus
from service.domain.coordination import FlagStatus, NoteStatus, TaskIntent, TaskStatus
from service.domain.findings.finding import Finding
from service.domain.plan import Plan
from service.domain.timeline import Event, EventKind

_MEETINGS = frozenset({AppointmentKind.TEAM_MEETING, AppointmentKind.INTEGRATED_CHECK_IN})
_HELD = frozenset({AppointmentStatus.FULFILLED, AppointmentStatus.ARRIVED, AppointmentStatus.CHECKED_IN})
_OPEN = frozenset({
    TaskStatus.DRAFT, TaskStatus.REQUESTED, TaskStatus.ACCEPTED, TaskStatus.IN_PROGRESS, TaskStatus.ON_HOLD,
})  # fmt: skip


class Topic(StrEnum):
    """Why something stands on an agenda, in the order in which a meeting takes it up."""

    FINDING = "finding"
    PROPOSAL = "proposal"
    FLAG = "flag"
    TASK = "task"
    NOTE = "note"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of an agenda; `item` is the id of what it is about, `rule` the rule of a finding."""

    topic: Topic
    text: str
    item: str | None = None
    rule: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The points in their order; `since` is the end of the last meeting, None before the first."""

    since: datetime | None
    points: tuple[Point, ...]


def last_meeting(plan: Plan, now: datetime) -> datetime | None:
    """Return when the last team meeting or integrated check-in that was held ended."""
    held = (
        one.end
        for one in plan.appointments
        if one.kind in _MEETINGS and one.status in _HELD and one.end is not None and one.end <= now
    )
    return max(held, default=None)


def agenda_of(plan: Plan, findings: Iterable[Finding], events: Iterable[Event], *, now: datetime) -> Agenda:
    """Return the agenda; `findings` come the most urgent first, `events` are the plan's story."""
    since = last_meeting(plan, now)
    points = (
        *(Point(topic=Topic.FINDING, text=one.text, rule=one.rule) for one in findings),
        *_open_points(plan),
        *_changes(events, since, now),
    )
    order = tuple(Topic)
    return Agenda(since=since, points=tuple(sorted(points, key=lambda one: order.index(one.topic))))


def _open_points(plan: Plan) -> Iterable[Point]:
    for task in plan.tasks:
        if task.status in _OPEN:
            proposed = task.intent is TaskIntent.PROPOSAL
            topic = Topic.PROPOSAL if proposed else Topic.TASK
            yield Point(topic=topic, text=task.description, item=task.id, at=task.authored_at)
    for flag in plan.flags:
        if flag.status is FlagStatus.ACTIVE:
            yield Point(topic=Topic.FLAG, text=flag.text, item=flag.id)


_NOT_A_CHANGE = frozenset({EventKind.TASK, EventKind.FLAG})


def _changes(events: Iterable[Event], since: datetime | None, now: datetime) -> Iterable[Point]:
    for event in events:
        if event.at > now or (since is not None and event.at <= since):
            continue
        if event.kind is EventKind.NOTE:
            words = event.detail or event.title
            yield Point(topic=Topic.NOTE, text=words, item=event.item, at=event.at)
        elif event.kind not in _NOT_A_CHANGE:
            yield Point(topic=Topic.CHANGE, text=event.title, item=event.item, at=event.at)


def unseen_notes(plan: Plan, seen: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the notes that stand and that somebody has not seen."""
    known = set(seen)
    return tuple(
        one.id for one in plan.notes if one.status is not NoteStatus.ENTERED_IN_ERROR and one.id not in known
    )
