"""Check-ins: how often the whole team looks at what works, and when next."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from service.domain.references import PERSON
from service.domain.therapy import RequestStatus
from service.domain.values import Problem, Value, within


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInCadence(Value):
    """Every `weeks_min` to `weeks_max` weeks; 4 to 6 by the source article of the care model.

    It ends by its status; `next_due` is kept as it was.
    """

    id: str
    weeks_min: int = 4
    weeks_max: int = 6
    next_due: date | None = None
    owner: str | None = field(default=None, metadata=PERSON)
    authored_on: date
    status: RequestStatus = RequestStatus.ACTIVE

    def problems(self) -> Iterator[Problem]:
        yield from within("weeks_min", self.weeks_min, (1, 52))
        yield from within("weeks_max", self.weeks_max, (self.weeks_min, 52))
