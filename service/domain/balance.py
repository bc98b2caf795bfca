"""Balance: whether medication or therapy leads, in phases, each with the reason for the shift."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from service.domain.references import PERSON, SCORE
from service.domain.values import Problem, Value, ordered, unique


class Balance(StrEnum):
    """Which side of the treatment leads; never a percentage."""

    MEDICATION_LED = "medication-led"
    BALANCED = "balanced"
    THERAPY_LED = "therapy-led"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Value):
    """A stretch of the treatment under one balance; people decided it, for a reason."""

    id: str
    balance: Balance
    start: date
    end: date | None = None
    reason: str
    decided_by: tuple[str, ...] = field(metadata=PERSON)
    decided_at: datetime
    evidence: tuple[str, ...] = field(default=(), metadata=SCORE)

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.start, self.end, "end")
        if not self.decided_by:
            yield Problem("decided_by", "needs at least one person")
        yield from unique("decided_by", self.decided_by)
        yield from unique("evidence", self.evidence)


def sequence_problems(phases: tuple[Phase, ...]) -> Iterator[Problem]:
    """Yield what keeps phases from following one another: only the last one may be open."""
    for index, (before, after) in enumerate(pairwise(phases), start=1):
        if before.end is None or after.start < before.end:
            yield Problem(f"phases[{index}].start", "must not lie before the end of the phase before it")


def current(phases: tuple[Phase, ...]) -> Balance | None:
    """Return the balance of the phase that is open, else None."""
    return phases[-1].balance if phases and phases[-1].end is None else None
