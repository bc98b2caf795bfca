"""Measures and scores: what an instrument said on one day; item texts are never held."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from service.domain.references import PERSON
from service.domain.values import Problem, Value, unique, within

OWN_ID = r"[a-z][a-z0-9-]{0,38}[a-z0-9]"
"""What the name of a clinic's own measure looks like."""


class Measure(StrEnum):
    """The instruments that every plan can score; `RANGES` has the lowest and highest total of each."""

    PHQ_9 = "phq-9"
    PHQ_A = "phq-a"
    GAD_7 = "gad-7"
    PCL_5 = "pcl-5"
    Y_BOCS = "y-bocs"
    ASRM = "asrm"
    WHO_5 = "who-5"
    C_SSRS = "c-ssrs"


class OwnMeasure(str):
    """A measure that the clinic's settings describe: its name there, such as `oasis`."""

    __slots__ = ()


AnyMeasure: TypeAlias = Measure | OwnMeasure


def named(name: str) -> AnyMeasure | None:
    """Return the measure of a name, one of the clinic's own where it is none of all; None for no name."""
    if name in tuple(Measure):
        return Measure(name)
    return OwnMeasure(name) if re.fullmatch(OWN_ID, name) else None


# Totals as published with each instrument (PHQ-9: Kroenke 2001; GAD-7: Spitzer 2006; ASRM: Altman 1997).
# WHO-5 is the raw score times 4 (Topp 2015); for the C-SSRS screener the number of questions answered yes.
RANGES = {
    Measure.PHQ_9: (0, 27),
    Measure.PHQ_A: (0, 27),
    Measure.GAD_7: (0, 21),
    Measure.PCL_5: (0, 80),
    Measure.Y_BOCS: (0, 40),
    Measure.ASRM: (0, 20),
    Measure.WHO_5: (0, 100),
    Measure.C_SSRS: (0, 6),
}


# What the totals of a clinic's own measure may be at all; its settings say more.
_ANY = (-999, 999)


def range_of(measure: AnyMeasure) -> tuple[int, int]:
    """Return the lowest and the highest total that a plan can hold."""
    return RANGES[measure] if isinstance(measure, Measure) else _ANY


# Numbers of items as published with each instrument; of the C-SSRS its screener.
ITEMS = {
    Measure.PHQ_9: 9,
    Measure.PHQ_A: 9,
    Measure.GAD_7: 7,
    Measure.PCL_5: 20,
    Measure.Y_BOCS: 10,
    Measure.ASRM: 5,
    Measure.WHO_5: 5,
    Measure.C_SSRS: 6,
}


class RecordStatus(StrEnum):
    """FHIR observation-status, as far as a plan records: what was taken back stays, marked."""

    FINAL = "final"
    AMENDED = "amended"
    CORRECTED = "corrected"
    ENTERED_IN_ERROR = "entered-in-error"


class AbsentReason(StrEnum):
    """FHIR data-absent-reason: why there is no value; a missing value is said, never filled."""

    ASKED_DECLINED = "asked-declined"
    NOT_PERFORMED = "not-performed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer(Value):
    """One answer of an instrument: the item's number there, and the value of the answer."""

    item: int
    value: int

    def problems(self) -> Iterator[Problem]:
        yield from within("item", self.item, (1, 99))
        yield from within("value", self.value, (0, 99))


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Value):
    """One total on one day; `recorded_by` is None when the patient reported it."""

    id: str
    measure: AnyMeasure
    value: int | None = None
    absent_reason: AbsentReason | None = None
    items: tuple[ItemAnswer, ...] = ()
    taken_at: datetime
    status: RecordStatus = RecordStatus.FINAL
    recorded_by: str | None = field(default=None, metadata=PERSON)

    def problems(self) -> Iterator[Problem]:
        yield from within("value", self.value, range_of(self.measure))
        if (self.value is None) == (self.absent_reason is None):
            yield Problem("absent_reason", "is given exactly when there is no value (obs-6)")
        yield from unique("items", (answer.item for answer in self.items))
        if self.items and not isinstance(self.measure, Measure):
            yield Problem("items", "are held of published instruments alone")
            return
        for index, answer in enumerate(self.items):
            if answer.item > ITEMS[self.measure]:  # type: ignore[index]  # nothing else has items
                yield Problem(f"items[{index}].item", f"is beyond the items of {self.measure}")
