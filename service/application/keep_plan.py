"""Making a plan, and putting a next revision on top of the one that its author read."""

from service.application.directory import check_people
from service.application.ports import Editor, PlanPorts
from service.application.raise_alerts import raise_alerts
from service.application.seeing import seen
from service.application.waking import CONNECTION
from service.domain.activation import check_contacts
from service.domain.own_measures import check_measures
from service.domain.plan import Plan
from service.domain.revision import Origin, Revision, changed_groups, check_succession
from service.domain.sharing import keeping_unshared
from service.ports.storage import Superseded, UnitOfWork


def create_plan(plan: Plan, *, author: str, ports: PlanPorts) -> Revision:
    """Keep a new plan as its revision 1; raises `Invalid` or `Taken`."""
    with ports.storage.begin() as work:
        revision = first_revision(plan, author=author, work=work, ports=ports)
        work.commit()
    return revision


def first_revision(plan: Plan, *, author: str, work: UnitOfWork, ports: PlanPorts) -> Revision:
    """Keep revision 1 of a plan within a unit of work; raises `Invalid` or `Taken`."""
    check_contacts(None, plan)
    check_measures(None, plan, ports.instruments)
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
    raise_alerts(None, revision, work)
    work.jobs.wake(CONNECTION, [plan.id])
    return revision


def replace_plan(plan: Plan, *, editor: Editor, ports: PlanPorts) -> Revision:
    """Keep the next revision; an equal plan stays at the one it has.

    Journal entries that the editor does not see stay as they are.
    Raises `Unknown`, `Superseded` when the head is not what the editor read, and `Invalid` when the plan
    leaves out an item, reopens an ending or changes an order's dose in place.
    """
    with ports.storage.begin() as work:
        revision = next_revision(plan, editor=editor, work=work, ports=ports)
        work.commit()
    return revision


def head_as_read(plan_id: str, *, editor: Editor, work: UnitOfWork) -> Revision:
    """Return the head as the editor sees it, if it is what they read; raises `Unknown` or `Superseded`."""
    return seen(_head(plan_id, editor, work), whole=editor.sees_unshared).revision


def _head(plan_id: str, editor: Editor, work: UnitOfWork) -> Revision:
    head = work.plans.head(plan_id)
    if head.number != editor.expected:
        raise Superseded(head.number)
    return head


def next_revision(plan: Plan, *, editor: Editor, work: UnitOfWork, ports: PlanPorts) -> Revision:
    """Append the next revision within a unit of work, or return the head when nothing changed.

    What comes back is whole, with the journal entries that the editor does not see.
    """
    head = _head(plan.id, editor, work)
    if not editor.sees_unshared:
        plan = keeping_unshared(head.plan, plan)
    check_succession(head.plan, plan)
    check_contacts(head.plan, plan)
    check_measures(head.plan, plan, ports.instruments)
    check_people(plan, work)
    groups = changed_groups(head.plan, plan)
    if not groups:
        return head
    revision = Revision(
        number=head.number + 1,
        plan=plan,
        groups=groups,
        author=editor.author,
        origin=Origin.PERSON,
        recorded_at=ports.clock.now(),
    )
    work.plans.append(revision, expected=head.number)
    raise_alerts(head.plan, revision, work)
    work.jobs.wake(CONNECTION, [plan.id])
    return revision
