"""What is treated: a diagnosis with its severity and its course."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.concept import Concept
from service.domain.values import Problem, Value, ordered


class Severity(StrEnum):
    """How severe a condition or a side effect is."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Course(StrEnum):
    """FHIR condition-clinical: where the condition stands now."""

    ACTIVE = "active"
    RECURRENCE = "recurrence"
    RELAPSE = "relapse"
    INACTIVE = "inactive"
    REMISSION = "remission"
    RESOLVED = "resolved"


class Verification(StrEnum):
    """FHIR condition-ver-status: how sure the diagnosis is."""

    UNCONFIRMED = "unconfirmed"
    PROVISIONAL = "provisional"
    DIFFERENTIAL = "differential"
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    ENTERED_IN_ERROR = "entered-in-error"


_ABATED = frozenset({Course.INACTIVE, Course.REMISSION, Course.RESOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Value):
    """A diagnosis; `course` is None exactly when it was entered in error (FHIR con-5)."""

    id: str
    code: Concept
    severity: Severity | None = None
    course: Course | None = Course.ACTIVE
    verification: Verification = Verification.CONFIRMED
    onset: date | None = None
    abatement: date | None = None

    def problems(self) -> Iterator[Problem]:
        mistaken = self.verification is Verification.ENTERED_IN_ERROR
        if mistaken != (self.course is None):
            yield Problem("course", "is left out exactly when the condition was entered in error (con-5)")
        if self.abatement and self.course not in _ABATED:
            yield Problem("abatement", "needs a course of inactive, remission or resolved (con-4)")
        yield from ordered(self.onset, self.abatement, "abatement")
