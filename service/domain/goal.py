"""Goals: what the patient wants to reach, how it is measured and by when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from service.domain.measure import AnyMeasure, range_of
from service.domain.references import CONDITION
from service.domain.values import Problem, Status, Value, ordered, unique, within


class GoalStatus(Status):
    """FHIR goal-status."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ENTERED_IN_ERROR = "entered-in-error"


class Achievement(StrEnum):
    """FHIR goal-achievement."""

    IN_PROGRESS = "in-progress"
    IMPROVING = "improving"
    WORSENING = "worsening"
    NO_CHANGE = "no-change"
    ACHIEVED = "achieved"
    SUSTAINING = "sustaining"
    NOT_ACHIEVED = "not-achieved"
    NO_PROGRESS = "no-progress"
    NOT_ATTAINABLE = "not-attainable"


class Comparator(StrEnum):
    """On which side of the number the goal lies."""

    AT_MOST = "at-most"
    AT_LEAST = "at-least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Value):
    """The score that reaches the goal, both ends included."""

    measure: AnyMeasure
    comparator: Comparator
    value: Decimal

    def problems(self) -> Iterator[Problem]:
        if not self.value.is_finite():
            yield Problem("value", "must be a number")
        else:
            yield from within("value", self.value, range_of(self.measure))


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Value):
    """One goal; a response and a full benefit are two goals with two due dates."""

    id: str
    description: str
    status: GoalStatus
    status_reason: str | None = None
    achievement: Achievement | None = None
    start: date | None = None
    due: date | None = None
    target: Target | None = None
    addresses: tuple[str, ...] = field(default=(), metadata=CONDITION)

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.due, "due")
        yield from unique("addresses", self.addresses)
