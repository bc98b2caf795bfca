"""Who has seen what of a plan: the plan itself up to a revision, and notes one by one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

WHOLE_PLAN = "plan"
"""The item that stands for the plan itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What somebody has seen: `item_id` is a note's id or `WHOLE_PLAN`, `revision` how the plan stood."""

    plan_id: str
    who: str
    item_id: str
    revision: int
    seen_at: datetime


class Sightings(Protocol):
    """One mark for each plan, person and item."""

    def put(self, sighting: Sighting) -> None:
        """Keep a mark; one of an earlier revision than the one that is kept changes nothing."""

    def of_plan(self, plan_id: str) -> tuple[Sighting, ...]:
        """Return every mark of a plan, by who and item."""
