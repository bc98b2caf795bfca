"""Raising alerts: in the very commit that keeps what they are about."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from service.domain.alert import raised
from service.domain.plan import Plan
from service.domain.revision import Revision
from service.domain.risk_change import latest_positive, newly_positive
from service.ports.storage import UnitOfWork


def raise_alerts(before: Plan | None, revision: Revision, work: UnitOfWork) -> None:
    """Keep an alert for each score whose risk item is positive in this revision and was not before."""
    _raise(newly_positive(before, revision.plan), revision, work)


def raise_alerts_of_chart(revision: Revision, work: UnitOfWork) -> None:
    """Keep an alert for the last score of each instrument of a chart that is read for the first time."""
    _raise(latest_positive(revision.plan), revision, work)


def _raise(scores: Iterable[str], revision: Revision, work: UnitOfWork) -> None:
    for score in scores:
        # The same revision of the same plan raises the same alert, however often it is tried.
        name = str(uuid5(NAMESPACE_URL, f"tandem:alert:{revision.plan.id}/{revision.number}/{score}"))
        work.alerts.add(
            raised(
                name,
                plan_id=revision.plan.id,
                score_id=score,
                revision=revision.number,
                now=revision.recorded_at,
            )
        )
