"""Decisions: what people made of a finding, with their names and their reason; it stays, whatever comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.domain.balance import Balance
from service.domain.values import Problem, Value, unique


class Answer(StrEnum):
    """What people decided: as proposed, in another way, or not."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Value):
    """What people decided otherwise than proposed: another balance, other days, or another owner."""

    balance: Balance | None = None
    earliest: date | None = None
    due: date | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Value):
    """What a person says: the answer, who decided, why, and with `changed` what is otherwise."""

    answer: Answer
    reason: str
    decided_by: tuple[str, ...]
    change: Change | None = None

    def problems(self) -> Iterator[Problem]:
        if not self.decided_by:
            yield Problem("decided_by", "needs at least one person")
        yield from unique("decided_by", self.decided_by)
        said = self.change not in (None, Change())
        if said != (self.answer is Answer.CHANGED):
            yield Problem("change", "says something exactly when the answer is changed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as it is kept: on which finding, what it rested on, and what followed from it.

    `evidence` and `made` are ids of items of the plan; `text` is the finding as it was read.
    """

    key: str
    rule: str
    answer: Answer
    reason: str
    decided_by: tuple[str, ...]
    decided_at: datetime
    text: str
    evidence: tuple[str, ...]
    made: tuple[str, ...] = ()
