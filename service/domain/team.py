"""The care team, with the patient in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from service.domain.people import Role
from service.domain.references import PERSON
from service.domain.values import Problem, Value, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember(Value):
    """One member and the role; the patient is the member without a `person`."""

    id: str
    role: Role
    person: str | None = field(default=None, metadata=PERSON)
    since: date | None = None
    until: date | None = None

    def problems(self) -> Iterator[Problem]:
        if (self.role is Role.PATIENT) != (self.person is None):
            yield Problem("person", "is left out for the patient, and only for the patient")
        yield from ordered(self.since, self.until, "until")


def team_problems(team: tuple[TeamMember, ...]) -> Iterator[Problem]:
    """Yield what keeps a list of members from being a care team."""
    patients = [member for member in team if member.role is Role.PATIENT]
    if len(patients) != 1:
        yield Problem("care_team", "needs the patient as a member, once")
