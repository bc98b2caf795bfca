"""Reading plans: one, one of its revisions, or many."""

from service.application.ports import PlanPorts
from service.domain.revision import Revision
from service.ports.storage import Page, PlanFilter, PlanSummary, RevisionSummary


def read_plan(plan_id: str, *, ports: PlanPorts, number: int | None = None) -> Revision:
    """Return the latest revision of a plan, or the one with a number; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.plans.head(plan_id) if number is None else work.plans.revision(plan_id, number)


def list_plans(wanted: PlanFilter, *, after: str | None, limit: int, ports: PlanPorts) -> Page[PlanSummary]:
    """Return a page of plans."""
    with ports.storage.begin(write=False) as work:
        return work.plans.page(wanted, after=after, limit=limit)


def list_revisions(plan_id: str, *, after: int, limit: int, ports: PlanPorts) -> tuple[RevisionSummary, ...]:
    """Return the revisions of a plan after a number, oldest first; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.plans.revisions(plan_id, after=after, limit=limit)
