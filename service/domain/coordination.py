"""How the team works together: notes, tasks and flags."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.domain.references import PERSON
from service.domain.values import Problem, Status, Value, ordered, unique


class Medium(StrEnum):
    """How the team spoke: a shared note, or the summary of a conversation or a meeting."""

    SHARED_NOTE = "shared-note"
    CONVERSATION = "conversation"
    MEETING = "meeting"


class NoteStatus(StrEnum):
    """FHIR event-status, as far as a plan records."""

    COMPLETED = "completed"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinationNote(Value):
    """A short note between members of the team; never what was said in therapy."""

    id: str
    author: str = field(metadata=PERSON)
    recipients: tuple[str, ...] = field(default=(), metadata=PERSON)
    sent_at: datetime
    medium: Medium = Medium.SHARED_NOTE
    text: str
    status: NoteStatus = NoteStatus.COMPLETED

    def problems(self) -> Iterator[Problem]:
        yield from unique("recipients", self.recipients)


class TaskKind(StrEnum):
    """What the team is asked to do."""

    REVIEW_TREATMENT = "review-treatment"
    BOOK_CHECK_IN = "book-check-in"
    FOLLOW_UP = "follow-up"


class TaskStatus(Status):
    """FHIR task-status, as far as a plan uses it."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class TaskIntent(StrEnum):
    """FHIR task-intent: a proposal until a person makes it a plan."""

    PROPOSAL = "proposal"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Value):
    """Something to do about the plan, with its owner and the days in which to do it."""

    id: str
    kind: TaskKind
    description: str
    status: TaskStatus
    intent: TaskIntent = TaskIntent.PLAN
    owner: str | None = field(default=None, metadata=PERSON)
    authored_at: datetime
    start: date | None = None
    due: date | None = None

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.due, "due")


class FlagKind(StrEnum):
    """What a flag warns of."""

    WARNING_SIGN = "warning-sign"
    SAFETY = "safety"
    LINKED_CHANGE = "linked-change"


class FlagStatus(Status):
    """FHIR flag-status."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Value):
    """A warning that everyone who opens the chart must see; a person raised it."""

    id: str
    kind: FlagKind
    text: str
    status: FlagStatus
    raised_by: str = field(metadata=PERSON)
    start: date
    end: date | None = None

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.end, "end")
        if (self.status is FlagStatus.INACTIVE) != (self.end is not None) and (
            self.status is not FlagStatus.ENTERED_IN_ERROR
        ):
            yield Problem("end", "is given exactly when the flag is inactive")
