"""A rule as data: its name, what it says, its numbers, its source, its audience, and how it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from service.domain.findings.case import Case
from service.domain.findings.finding import Audience, Finding

Find: TypeAlias = Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; `numbers` names the fields of `Numbers` that it reads, `source` where it was published."""

    id: str
    says: str
    source: str
    audience: Audience
    find: Find
    numbers: tuple[str, ...] = ()
