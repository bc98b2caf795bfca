"""A finding: what a rule noticed, with the evidence it rests on, in plain language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from service.domain.findings.proposal import Proposal


class Urgency(StrEnum):
    """How soon a person should look; the order of the members is from the most urgent to the least."""

    AT_ONCE = "at-once"
    SAME_DAY = "same-day"
    THIS_WEEK = "this-week"
    NEXT_CHECK_IN = "next-check-in"
    TO_KNOW = "to-know"


class Audience(StrEnum):
    """Whom a rule speaks to."""

    SAFETY = "safety"
    TEAM = "team"
    PRESCRIBER = "prescriber"
    THERAPIST = "therapist"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Evidence:
    """One item of the plan that a finding rests on, and what it says; `day` is when it was so.

    `group` is the plan's field that holds the item: a list group, `check_ins` or `patient`.
    """

    group: str
    item: str
    says: str
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule noticed; it depends on its evidence and the numbers, not on the day."""

    rule: str
    urgency: Urgency
    text: str
    evidence: tuple[Evidence, ...]
    proposal: Proposal | None = None

    @property
    def key(self) -> str:
        """The name of the finding: the same evidence under the same rule has the same one, for ever."""
        said = [f"{one.group}|{one.item}|{one.says}|{one.day}" for one in sorted(self.evidence, key=_place)]
        return sha256("\n".join([self.rule, *said]).encode()).hexdigest()[:32]

    @property
    def items(self) -> tuple[str, ...]:
        """The ids of the items that the finding rests on."""
        return tuple(one.item for one in self.evidence)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, the most urgent first."""
    ranks = {one: rank for rank, one in enumerate(Urgency)}
    once = {one.key: one for one in findings}
    return tuple(sorted(once.values(), key=lambda one: (ranks[one.urgency], one.rule, one.key)))


def _place(one: Evidence) -> tuple[str, str, str, str]:
    return one.group, one.item, one.says, str(one.day)
