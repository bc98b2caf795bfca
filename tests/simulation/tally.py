"""What a simulated year came to, in numbers; years of several patients add up."""

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(kw_only=True)
class Tally:
    """Counters by what was counted; `broken` names each breach of a law with its patient and day.

    `noticed` and `due` are by the week of the response clock; `proposals` by (rule, what became of it).
    """

    patients: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    courses: Counter[str] = field(default_factory=Counter)
    raised: Counter[str] = field(default_factory=Counter)
    proposals: Counter[tuple[str, str]] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    noticed: Counter[int] = field(default_factory=Counter)
    due_by_month: Counter[int] = field(default_factory=Counter)
    held_by_month: Counter[int] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what another counted."""
        self.patients += other.patients
        self.broken += other.broken
        for one in fields(self):
            mine = getattr(self, one.name)
            if isinstance(mine, Counter):
                mine.update(getattr(other, one.name))
