"""Medications: the drug, the structured dose with its titration steps, and where the order stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from service.domain.concept import Concept, Quantity
from service.domain.references import CONDITION, MEDICATION, PERSON, THERAPY
from service.domain.values import Problem, Status, Value, ordered, unique, within

# The UCUM units that a dose may have, each with the largest single dose that is not a slip of the pen.
# 20 g is above every single oral dose in psychiatry; counted forms above 50 are a mistake of unit.
LARGEST_DOSE = {
    "mg": Decimal(20_000),
    "g": Decimal(20),
    "ug": Decimal(20_000),
    "mL": Decimal(500),
    "mmol": Decimal(200),
    "[iU]": Decimal(500_000),
    "{tablet}": Decimal(50),
    "{capsule}": Decimal(50),
    "{patch}": Decimal(10),
    "[drp]": Decimal(200),
}


class OrderStatus(Status):
    """FHIR medicationrequest-status."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    STOPPED = "stopped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


class StatusReason(StrEnum):
    """Why an order stands where it stands; `not-stated` is what a chart leaves unsaid."""

    DOSE_CHANGED = "dose-changed"
    SWITCHED = "switched"
    SIDE_EFFECTS = "side-effects"
    NO_BENEFIT = "no-benefit"
    REMISSION = "remission"
    PATIENT_CHOICE = "patient-choice"
    INTERACTION = "interaction"
    MEDICAL = "medical"
    ORDERED_IN_EHR = "ordered-in-ehr"
    NOT_STATED = "not-stated"
    OTHER = "other"


class Route(StrEnum):
    """How a medicine is taken."""

    ORAL = "oral"
    SUBLINGUAL = "sublingual"
    INTRAMUSCULAR = "intramuscular"
    TRANSDERMAL = "transdermal"
    INTRANASAL = "intranasal"


class DayPart(StrEnum):
    """FHIR event-timing: when in the day."""

    MORNING = "MORN"
    NOON = "NOON"
    AFTERNOON = "AFT"
    EVENING = "EVE"
    NIGHT = "NIGHT"
    BEDTIME = "HS"


class DosePeriodUnit(StrEnum):
    """UCUM units of the time between doses."""

    HOUR = "h"
    DAY = "d"
    WEEK = "wk"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTiming(Value):
    """`frequency` doses in every `period` units; day parts only with doses of a single day."""

    frequency: int = 1
    period: int = 1
    unit: DosePeriodUnit = DosePeriodUnit.DAY
    when: tuple[DayPart, ...] = ()

    def problems(self) -> Iterator[Problem]:
        yield from within("frequency", self.frequency, (1, 24))
        yield from within("period", self.period, (1, 52))
        daily = self.unit is DosePeriodUnit.DAY and self.period == 1
        if self.when and (not daily or len(self.when) != self.frequency):
            yield Problem("when", "names one part of the day for each daily dose")
        yield from unique("when", self.when)


@dataclass(frozen=True, slots=True, kw_only=True)
class DosageStep(Value):
    """One step of a dosage; several steps, with their days, are a titration."""

    dose: Quantity
    timing: DoseTiming | None = None
    as_needed: bool = False
    as_needed_for: str | None = None
    max_per_day: Quantity | None = None
    start: date | None = None
    end: date | None = None
    route: Route | None = None
    instruction: str | None = None

    def problems(self) -> Iterator[Problem]:
        yield from _dose_problems("dose", self.dose)
        if self.timing is None and not self.as_needed:
            yield Problem("timing", "is needed unless the medicine is taken as needed")
        if self.as_needed_for is not None and not self.as_needed:
            yield Problem("as_needed_for", "needs as_needed")
        if self.max_per_day is not None:
            yield from self._maximum_problems(self.max_per_day)
        yield from ordered(self.start, self.end, "end")

    def _maximum_problems(self, most: Quantity) -> Iterator[Problem]:
        if most.unit != self.dose.unit:
            yield Problem("max_per_day.unit", "must be the unit of the dose")
        elif most.value < self.dose.value:
            yield Problem("max_per_day.value", "is less than one dose")


def _dose_problems(name: str, dose: Quantity) -> Iterator[Problem]:
    largest = LARGEST_DOSE.get(dose.unit)
    if largest is None:
        yield Problem(f"{name}.unit", f"must be one of {', '.join(LARGEST_DOSE)} (UCUM)")
    elif dose.value > largest:
        yield Problem(f"{name}.value", f"is impossible: more than {largest} {dose.unit} at once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug(Value):
    """What is taken; form and strength only where they are known beyond the code."""

    code: Concept
    form: str | None = None
    strength: Quantity | None = None


NEEDS_REASON = frozenset({OrderStatus.ON_HOLD, OrderStatus.STOPPED, OrderStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationOrder(Value):
    """One order of one drug at one dosage; a new dose is a new order that `replaces` this one."""

    id: str
    drug: Drug
    dosage: tuple[DosageStep, ...]
    status: OrderStatus
    status_reason: StatusReason | None = None
    status_note: str | None = None
    prescriber: str | None = field(default=None, metadata=PERSON)
    authored_on: date
    replaces: str | None = field(default=None, metadata=MEDICATION)
    reasons: tuple[str, ...] = field(default=(), metadata=CONDITION)
    supports: tuple[str, ...] = field(default=(), metadata=THERAPY)

    def problems(self) -> Iterator[Problem]:
        if not self.dosage:
            yield Problem("dosage", "needs at least one step")
        if self.status in NEEDS_REASON and self.status_reason is None:
            yield Problem("status_reason", f"is needed when the status is {self.status}")
        if self.status_note is not None and self.status_reason is None:
            yield Problem("status_note", "needs a status_reason")
        if self.replaces == self.id:
            yield Problem("replaces", "is the order itself")
        yield from _titration_problems(self.dosage)
        yield from unique("reasons", self.reasons)
        yield from unique("supports", self.supports)


def _titration_problems(steps: tuple[DosageStep, ...]) -> Iterator[Problem]:
    # A dose in reserve runs beside the regular ones, wherever it stands in the list.
    regular = [(index, step) for index, step in enumerate(steps) if not step.as_needed]
    for (_, before), (index, after) in pairwise(regular):
        if before.end is None or after.start is None or after.start <= before.end:
            yield Problem(f"dosage[{index}].start", "must lie after the end of the step before it")
