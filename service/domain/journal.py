"""The patient's symptom journal; an entry leaves this service only when the patient shares it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.measure import RecordStatus
from service.domain.references import WARNING_SIGN
from service.domain.values import Problem, Value, unique, within


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry(Value):
    """One entry; energy and mood from 0 (none, lowest) to 10; not shared unless the patient says so."""

    id: str
    written_at: datetime
    energy: int | None = None
    mood: int | None = None
    insights: str | None = None
    side_effects: str | None = None
    warning_signs: tuple[str, ...] = field(default=(), metadata=WARNING_SIGN)
    shared: bool = False
    status: RecordStatus = RecordStatus.FINAL

    def problems(self) -> Iterator[Problem]:
        yield from within("energy", self.energy, (0, 10))
        yield from within("mood", self.mood, (0, 10))
        yield from unique("warning_signs", self.warning_signs)
        texts = (self.energy, self.mood, self.insights, self.side_effects)
        if all(one is None for one in texts) and not self.warning_signs:
            yield Problem("mood", "or another field is needed: the entry says nothing")
