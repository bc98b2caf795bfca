"""Relapse prevention: the person's own early warning signs, and what each person does when they appear."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from service.domain.references import PERSON
from service.domain.values import Problem, Value, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSign(Value):
    """One early warning sign in the person's own words."""

    id: str
    text: str
    since: date
    until: date | None = None

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.since, self.until, "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelapseStep(Value):
    """What one person does when a sign appears; without a `person` it is the patient."""

    id: str
    action: str
    person: str | None = field(default=None, metadata=PERSON)
    since: date
    until: date | None = None

    def problems(self) -> Iterator[Problem]:
        yield from ordered(self.since, self.until, "until")
