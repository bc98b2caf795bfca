"""Loading a plan together with the people whom it names: all of it is kept, or nothing."""

from collections.abc import Iterable

from service.application.directory import wake_showing
from service.application.keep_plan import first_revision
from service.application.ports import PlanPorts
from service.domain.people import Person
from service.domain.plan import Plan
from service.domain.revision import Revision


def load_plan(plan: Plan, people: Iterable[Person], *, author: str, ports: PlanPorts) -> Revision:
    """Keep people, new or changed, and a new plan as its revision 1; raises `Invalid` or `Taken`.

    Who is changed is shown anew by the other plans that show them.
    """
    told = tuple(people)
    with ports.storage.begin() as work:
        known = work.people.many(one.id for one in told)
        for person in told:
            work.people.put(person)
            if known.get(person.id, person) != person:
                wake_showing(person, work, at=ports.clock.now())
        revision = first_revision(plan, author=author, work=work, ports=ports)
        work.commit()
    return revision
