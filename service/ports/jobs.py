"""Work for the worker: it is asked for in the very commit that makes it necessary, and done soon after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One pass that was asked for, by the id under which the engine knows it."""

    id: str
    connection_id: str
    plan_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """What is to be done for one plan.

    `asked_at` is since when a pass waits to begin, `started_at` since when one runs, `due_at` when one is
    tried again; `failures` counts the tries in a row that left something to do, `reason` is the last one's
    code.
    """

    connection_id: str
    plan_id: str
    asked_at: datetime | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    failures: int = 0
    reason: str | None = None


class Jobs(Protocol):
    """What is to be done soon; where no worker is configured, asking for it does nothing."""

    def wake(self, connection_id: str, plan_ids: Iterable[str]) -> None:
        """Ask for a pass over each plan; one that waits already serves all who ask before it begins."""

    def begin(self, job: Job, now: datetime) -> bool:
        """Note that a job runs, and tell whether it is to be done; who asks from now on gets another."""

    def finish(self, job: Job) -> None:
        """Note that a job is done, unless another took its place."""

    def postpone(self, job: Job, *, due_at: datetime, reason: str) -> None:
        """Note that a job left something to do, unless another took its place."""

    def hasten(self, reason: str, now: datetime) -> None:
        """Note that whatever was left for a reason is due now."""

    def failures(self, job: Job) -> int:
        """Return how many tries in a row left something to do."""

    def of_plan(self, connection_id: str, plan_id: str) -> JobState | None:
        """Return what is to be done for a plan, if anything is."""

    def due(self, now: datetime, *, limit: int) -> tuple[tuple[str, str], ...]:
        """Return (connection, plan) of what is to be tried again by now, the longest due first."""

    def standing(self, since: datetime) -> tuple[Job, ...]:
        """Return the jobs that have waited, or run, since before a moment."""

    def lost(self, jobs: Iterable[Job], now: datetime) -> None:
        """Note that the engine knows nothing of some jobs: they are due again."""

    def overlooked(self, connection_id: str, *, before: datetime, limit: int) -> tuple[str, ...]:
        """Return plans for which nothing is noted, although something is to be done.

        Their head is newer than the last pass, or the chart said something that no pass has answered, or the
        last pass ended before a moment and not in step, or a write has been open since before it. An import
        that nobody has touched asks for nothing.
        """
