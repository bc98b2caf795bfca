"""The directory of people: plans name them by id, and nobody who is not in it."""

from datetime import datetime

from service.application.ports import PlanPorts
from service.application.waking import CONNECTION, wake
from service.domain.people import Person
from service.domain.plan import Plan, people_named
from service.domain.values import Invalid, Problem
from service.ports.storage import Page, UnitOfWork


def add_person(person: Person, *, ports: PlanPorts) -> Person:
    """Keep a new person; raises `Taken`."""
    with ports.storage.begin() as work:
        work.people.add(person)
        work.commit()
    return person


def replace_person(person: Person, *, expected: Person, ports: PlanPorts) -> Person:
    """Keep a person in place of the one that was read, and ask for a pass over the plans that show them.

    Raises `Outdated` or `Unknown`.
    """
    with ports.storage.begin() as work:
        work.people.replace(person, expected=expected)
        if person != expected:
            wake_showing(person, work, at=ports.clock.now())
        work.commit()
    return person


def wake_showing(person: Person, work: UnitOfWork, *, at: datetime) -> None:
    """Ask for a pass over every plan that shows a person in the chart."""
    wake(work, CONNECTION, work.links.using(CONNECTION, person.id), at=at)


def read_person(person_id: str, *, ports: PlanPorts) -> Person:
    """Return a person; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.people.get(person_id)


def list_people(*, after: str | None, limit: int, ports: PlanPorts) -> Page[Person]:
    """Return a page of the directory."""
    with ports.storage.begin(write=False) as work:
        return work.people.page(after=after, limit=limit)


def check_people(plan: Plan, work: UnitOfWork) -> None:
    """Refuse, with `Invalid`, a plan that names somebody who is not in the directory."""
    named = people_named(plan)
    known = work.people.many(one for _, one in named)
    problems = [Problem(path, "names nobody in the directory") for path, one in named if one not in known]
    if problems:
        raise Invalid(problems)
