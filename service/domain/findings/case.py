"""What a rule may see of a plan: only what counts and only what was shared, in an order of its own.

Rules take a `Case` and no plan, so no rule can read an entry of the journal that its patient kept, nor
evidence that was taken back. Every list is sorted by time and id: the order in which things were entered
changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.domain.adherence import AdherenceReport
from service.domain.appointment import Appointment
from service.domain.condition import Condition, Course, Verification
from service.domain.findings.decision import Decision
from service.domain.findings.numbers import DEFAULTS, Numbers
from service.domain.goal import Goal
from service.domain.instruments import PUBLISHED, Instruments
from service.domain.journal import JournalEntry
from service.domain.measure import AnyMeasure, RecordStatus, Score
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import Plan
from service.domain.session import Session, SessionStatus
from service.domain.sharing import without_unshared
from service.domain.side_effect import SideEffect
from service.domain.therapy import RequestStatus, TherapyCourse

_NO_ORDER = frozenset({OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.ENTERED_IN_ERROR})
_DOUBTED = frozenset({Verification.REFUTED, Verification.ENTERED_IN_ERROR})
_PRESENT = frozenset({Course.ACTIVE, Course.RECURRENCE, Course.RELAPSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A plan as it was from one day on."""

    plan: Plan
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A plan on one day as rules see it, with what the clinic judges by, its past and its decisions."""

    plan: Plan
    today: date
    numbers: Numbers = DEFAULTS
    instruments: Instruments = PUBLISHED
    past: tuple[Snapshot, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def __post_init__(self) -> None:
        """Leave out what was not shared, before any rule sees it."""
        object.__setattr__(self, "plan", without_unshared(self.plan))
        past = sorted(self.past, key=lambda one: one.day)
        shared = tuple(Snapshot(plan=without_unshared(one.plan), day=one.day) for one in past)
        object.__setattr__(self, "past", shared)

    @property
    def diagnoses(self) -> tuple[Condition, ...]:
        """The diagnoses that stand, those that are over or in remission among them."""
        held = (one for one in self.plan.conditions if one.verification not in _DOUBTED)
        return _sorted(held, lambda one: one.onset or date.min)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The diagnoses that stand and are present: neither refuted, mistaken nor over."""
        return tuple(one for one in self.diagnoses if one.course in _PRESENT)

    @property
    def scores(self) -> tuple[Score, ...]:
        """The scores that were not taken back, those without a value among them; the oldest first."""
        return _sorted(_standing(self.plan.scores), lambda one: one.taken_at)

    def valued(self, measure: AnyMeasure) -> tuple[Score, ...]:
        """Return the scores of a measure that have a value: final, amended or corrected."""
        return tuple(one for one in self.scores if one.measure == measure and one.value is not None)

    @property
    def orders(self) -> tuple[MedicationOrder, ...]:
        """The medication orders that were made, those that ended among them."""
        held = (one for one in self.plan.medications if one.status not in _NO_ORDER)
        return _sorted(held, lambda one: one.authored_on)

    @property
    def running(self) -> tuple[MedicationOrder, ...]:
        """The medication orders that are taken now."""
        return tuple(one for one in self.orders if one.status is OrderStatus.ACTIVE)

    @property
    def therapies(self) -> tuple[TherapyCourse, ...]:
        """The courses of therapy that are under way."""
        held = (one for one in self.plan.therapies if one.status is RequestStatus.ACTIVE)
        return _sorted(held, lambda one: one.authored_on)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions that took place."""
        held = (one for one in self.plan.sessions if one.status is SessionStatus.FINISHED)
        return _sorted(held, lambda one: one.start)

    @property
    def appointments(self) -> tuple[Appointment, ...]:
        """The appointments, by the day that each stands for, whatever became of them."""
        return _sorted(self.plan.appointments, lambda one: day_of(one) or date.max)

    @property
    def journal(self) -> tuple[JournalEntry, ...]:
        """The entries that the patient shared and did not take back."""
        return _sorted(_standing(self.plan.journal), lambda one: one.written_at)

    @property
    def side_effects(self) -> tuple[SideEffect, ...]:
        """The side effects that were not taken back."""
        return _sorted(_standing(self.plan.side_effects), lambda one: one.since)

    @property
    def adherence(self) -> tuple[AdherenceReport, ...]:
        """The reports of adherence that were not taken back."""
        return _sorted(_standing(self.plan.adherence), lambda one: (one.end, one.reported_on))

    @property
    def goals(self) -> tuple[Goal, ...]:
        """All goals."""
        return _sorted(self.plan.goals, lambda one: one.due or date.max)

    def age_on(self, day: date) -> int:
        """Return the patient's age in whole years."""
        born = self.plan.patient.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def is_adult(self, day: date) -> bool:
        """Tell whether the cut-offs for adults hold."""
        return self.age_on(day) >= self.numbers.adult_age


def day_of(appointment: Appointment) -> date | None:
    """Return the day of an appointment at the clinic's wall clock, else the last day that was asked for."""
    if appointment.start is not None:
        return appointment.start.date()
    return None if appointment.requested is None else appointment.requested.end


def _standing(records: Iterable[Any]) -> Iterable[Any]:
    return (one for one in records if one.status is not RecordStatus.ENTERED_IN_ERROR)


def _sorted(found: Iterable[Any], moment: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(sorted(found, key=lambda one: (moment(one), one.id)))
