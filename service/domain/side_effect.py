"""Side effects: what the patient noticed, how severe, and which medicine it is laid to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from service.domain.condition import Severity
from service.domain.measure import RecordStatus
from service.domain.references import MEDICATION, PERSON
from service.domain.values import Problem, Value, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffect(Value):
    """One side effect; `reported_by` is None when the patient reported it."""

    id: str
    medication: str = field(metadata=MEDICATION)
    effect: str
    severity: Severity
    since: date
    until: date | None = None
    status: RecordStatus = RecordStatus.FINAL
    reported_by: str | None = field(default=None, metadata=PERSON)

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.since, self.until, "until")
