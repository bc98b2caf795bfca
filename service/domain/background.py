"""What shapes the treatment: preferences, personal factors and treatments of the past."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.concept import ALWAYS, Concept, Period
from service.domain.measure import RecordStatus
from service.domain.values import Problem, Value


class PreferenceKind(StrEnum):
    """The two kinds of preference that US Core knows."""

    TREATMENT = "treatment-intervention"
    CARE_EXPERIENCE = "care-experience"


class FactorKind(StrEnum):
    """Whether a personal factor is biological or lies in the situation."""

    BIOLOGICAL = "biological"
    SITUATIONAL = "situational"


class TreatmentKind(StrEnum):
    """Whether a past treatment was a therapy or a medicine."""

    THERAPY = "therapy"
    MEDICATION = "medication"


class Outcome(StrEnum):
    """What came of a past treatment."""

    HELPED = "helped"
    PARTLY_HELPED = "partly-helped"
    GOT_STUCK = "got-stuck"
    NO_BENEFIT = "no-benefit"
    NOT_TOLERATED = "not-tolerated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference(Value):
    """What the patient wants of the treatment, in few words."""

    id: str
    kind: PreferenceKind
    text: str
    recorded_on: date
    status: RecordStatus = RecordStatus.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalFactor(Value):
    """Something of the person or the situation that bears on the treatment."""

    id: str
    kind: FactorKind
    text: str
    recorded_on: date
    status: RecordStatus = RecordStatus.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTreatment(Value):
    """A treatment that came before this plan, and how it went."""

    id: str
    kind: TreatmentKind
    what: Concept
    period: Period = ALWAYS
    outcome: Outcome
    status: RecordStatus = RecordStatus.FINAL

    def problems(self) -> Iterator[Problem]:
        if self.status not in (RecordStatus.FINAL, RecordStatus.ENTERED_IN_ERROR):
            yield Problem("status", "must be final or entered-in-error")
