"""Therapy courses: which modality, how often, how long, with whom."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain.concept import ALWAYS, Period
from service.domain.references import CONDITION, MEDICATION, PERSON
from service.domain.values import Problem, Status, Value, unique, within


class Modality(StrEnum):
    """The kinds of psychotherapy that a plan names."""

    CBT = "cbt"
    DBT = "dbt"
    IPT = "ipt"
    ERP = "erp"
    TRAUMA_FOCUSED = "trauma-focused"
    OTHER = "other"


class SkillSet(StrEnum):
    """The four skill sets of dialectical behaviour therapy."""

    MINDFULNESS = "mindfulness"
    DISTRESS_TOLERANCE = "distress-tolerance"
    EMOTION_REGULATION = "emotion-regulation"
    INTERPERSONAL_EFFECTIVENESS = "interpersonal-effectiveness"


class Format(StrEnum):
    """Who sits in the room."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    FAMILY = "family"


class RequestStatus(Status):
    """FHIR request-status, of plans and of therapy courses."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    REVOKED = "revoked"
    COMPLETED = "completed"
    ENTERED_IN_ERROR = "entered-in-error"


class RhythmUnit(StrEnum):
    """UCUM units of a rhythm of sessions."""

    DAY = "d"
    WEEK = "wk"
    MONTH = "mo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm(Value):
    """How often: `sessions` in every `every` units."""

    sessions: int
    every: int = 1
    unit: RhythmUnit = RhythmUnit.WEEK

    def problems(self) -> Iterator[Problem]:
        yield from within("sessions", self.sessions, (1, 31))
        yield from within("every", self.every, (1, 52))


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyCourse(Value):
    """One course of therapy; `session_minutes` in minutes, `title` names a modality that is `other`.

    `rhythm` and `session_minutes` are None where nobody said them, as in many charts. `supports` names the
    medication orders that the therapy helps with: to live with a side effect, or to watch for a mood shift.
    """

    id: str
    modality: Modality
    title: str | None = None
    skill_sets: tuple[SkillSet, ...] = ()
    format: Format = Format.INDIVIDUAL
    rhythm: Rhythm | None = None
    session_minutes: int | None = None
    sessions_planned: int | None = None
    period: Period = ALWAYS
    performer: str | None = field(default=None, metadata=PERSON)
    status: RequestStatus
    authored_on: date
    reasons: tuple[str, ...] = field(default=(), metadata=CONDITION)
    supports: tuple[str, ...] = field(default=(), metadata=MEDICATION)

    def problems(self) -> Iterator[Problem]:
        if (self.modality is Modality.OTHER) != (self.title is not None):
            yield Problem("title", "is given exactly when the modality is other")
        if self.skill_sets and self.modality is not Modality.DBT:
            yield Problem("skill_sets", "belong to DBT only")
        yield from within("session_minutes", self.session_minutes, (5, 480))
        yield from within("sessions_planned", self.sessions_planned, (1, 500))
        yield from unique("skill_sets", self.skill_sets)
        yield from unique("reasons", self.reasons)
        yield from unique("supports", self.supports)
