"""Loading a plan together with the people whom it names: all of it is kept, or nothing."""

from collections.abc import Iterable

from service.application.directory import check_people
from service.application.ports import PlanPorts
from service.domain.people import Person
from service.domain.plan import Plan
from service.domain.revision import Origin, Revision, changed_groups


def load_plan(plan: Plan, people: Iterable[Person], *, author: str, ports: PlanPorts) -> Revision:
    """Keep people, new or changed, and a new plan as its revision 1; raises `Invalid` or `Taken`."""
    with ports.storage.begin() as work:
        for person in people:
            work.people.put(person)
        check_people(plan, work)
        revision = Revision(
            number=1,
            plan=plan,
            groups=changed_groups(None, plan),
            author=author,
            origin=Origin.PERSON,
            recorded_at=ports.clock.now(),
        )
        work.plans.add(revision)
        work.commit()
    return revision
