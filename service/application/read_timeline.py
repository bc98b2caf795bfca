"""The story of a plan as somebody may see it."""

from dataclasses import dataclass
from itertools import pairwise

from service.application.ports import PlanPorts
from service.application.seeing import seen
from service.domain.plan import Plan
from service.domain.revision import Origin
from service.domain.score_series import Series, score_series
from service.domain.timeline import Change, Event, timeline
from service.ports.storage import RevisionSummary, UnitOfWork

# Groups whose revisions tell what the plan itself does not keep: when an order ended, and by whom.
_TOLD_BY_CHANGE = frozenset({"medications", "status"})
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A plan with its events, oldest first, and its scores as series."""

    plan: Plan
    events: tuple[Event, ...]
    series: tuple[Series, ...]


def read_timeline(plan_id: str, *, whole: bool, ports: PlanPorts) -> Story:
    """Return the story; `whole` is for the patient's own eyes, others see what was shared.

    Raises `Unknown`.
    """
    with ports.storage.begin(write=False) as work:
        plan = seen(work.plans.head(plan_id), whole=whole).plan
        changes = _changes(plan_id, work, whole=whole)
    return Story(plan=plan, events=timeline(plan, changes), series=score_series(plan, ports.instruments))


def _changes(plan_id: str, work: UnitOfWork, *, whole: bool) -> tuple[Change, ...]:
    """Return the revisions that tell something, each on top of the one before it."""
    found = []
    for before, after in pairwise(_all(plan_id, work)):
        groups = tuple(group for group in after.groups if whole or group != "journal")
        if after.origin is Origin.PERSON and not _TOLD_BY_CHANGE & set(groups):
            continue
        older = seen(work.plans.revision(plan_id, before.number), whole=whole).plan
        newer = seen(work.plans.revision(plan_id, after.number), whole=whole).plan
        found.append(
            Change(
                before=older,
                after=newer,
                number=after.number,
                groups=groups,
                author=after.author,
                origin=after.origin,
                recorded_at=after.recorded_at,
            )
        )
    return tuple(found)


def _all(plan_id: str, work: UnitOfWork) -> list[RevisionSummary]:
    found: list[RevisionSummary] = []
    while page := work.plans.revisions(plan_id, after=found[-1].number if found else 0, limit=_PAGE):
        found += page
        if len(page) < _PAGE:
            break
    return found
