"""Adherence: how a medicine was taken over some days, by report or by refill."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain.measure import RecordStatus
from service.domain.references import MEDICATION
from service.domain.values import Problem, Value, ordered


class Taking(StrEnum):
    """How much of what was agreed was taken."""

    AS_AGREED = "as-agreed"
    MOSTLY = "mostly"
    PARTLY = "partly"
    NOT_TAKEN = "not-taken"


class AdherenceSource(StrEnum):
    """Where the report comes from."""

    PATIENT = "patient"
    REFILL = "refill"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceReport(Value):
    """One report over the days from `start` to `end`."""

    id: str
    medication: str = field(metadata=MEDICATION)
    taking: Taking
    source: AdherenceSource = AdherenceSource.PATIENT
    start: date
    end: date
    reported_on: date
    status: RecordStatus = RecordStatus.FINAL

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.end, "end")
        if self.status not in (RecordStatus.FINAL, RecordStatus.ENTERED_IN_ERROR):
            yield Problem("status", "must be final or entered-in-error")
