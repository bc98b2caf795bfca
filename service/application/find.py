"""What the rules notice in a plan now, with what changed in it lately."""

from datetime import timedelta

from service.application.ports import PlanPorts
from service.domain.findings.case import Snapshot
from service.domain.findings.finding import Finding
from service.domain.findings.judging import judge
from service.domain.plan import Plan
from service.ports.storage import UnitOfWork

_PAGE = 500


def findings_of(plan: Plan, *, work: UnitOfWork, ports: PlanPorts) -> tuple[Finding, ...]:
    """Return the findings of a plan's latest revision today, the most urgent first."""
    today = ports.clock.now().date()
    past = past_of(plan.id, work=work, ports=ports)
    return judge(plan, today, ports.standards, past=past)


def past_of(plan_id: str, *, work: UnitOfWork, ports: PlanPorts) -> tuple[Snapshot, ...]:
    """Return how the plan stood before each change that may still be a finding, oldest first."""
    since = ports.clock.now() - timedelta(days=ports.numbers.change_days)
    found = []
    last = None
    page = work.plans.revisions(plan_id, limit=_PAGE)
    while page:
        for one in page:
            if one.recorded_at < since:
                last = one
            else:
                found.append(one)
        page = work.plans.revisions(plan_id, after=page[-1].number, limit=_PAGE)
    wanted = [*([] if last is None else [last]), *found[:-1]]
    return tuple(
        Snapshot(plan=work.plans.revision(plan_id, one.number).plan, day=one.recorded_at.date())
        for one in wanted
    )
