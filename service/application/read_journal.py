"""A week of a plan's symptom journal, summed up as somebody may see it."""

from dataclasses import dataclass
from datetime import date, timedelta

from service.application.findings import today_of
from service.application.ports import PlanPorts
from service.application.seeing import Seen, seen
from service.domain.journal_week import WEEK, JournalWeek, journal_week
from service.domain.values import Invalid, year_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSeen:
    """The summary of a week, and the plan that it was made of: what is withheld there is in no number."""

    week: JournalWeek
    sight: Seen


def read_journal_week(plan_id: str, *, start: date | None, whole: bool, ports: PlanPorts) -> WeekSeen:
    """Return the summary of the seven days from `start`, or of those that end today.

    `whole` is for the patient's own eyes; for others only shared entries are counted. Raises `Unknown`, and
    `Invalid` for a day in a year that nobody means.
    """
    if start is not None and (problems := tuple(year_problems("from", start))):
        raise Invalid(problems)
    with ports.storage.begin(write=False) as work:
        sight = seen(work.plans.head(plan_id), whole=whole)
    first = start or today_of(sight.plan, ports.clock.now()) - WEEK + timedelta(days=1)
    return WeekSeen(week=journal_week(sight.plan, first), sight=sight)
