"""Jobs as part of a unit of work: whoever runs them gets them in the same commit.

A row says what is to be done for a plan. The engine's own row of a job is made in the transaction that makes
ours, so that neither is there without the other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, or_, select, update

from service.domain.revision import Origin
from service.ports.jobs import Job, JobState
from service.storage.database import insert_into
from service.storage.tables import due, jobs, journal, passes, plans, revisions

# (the open transaction, the job): makes the job durable within that transaction.
Enqueue: TypeAlias = Callable[[Connection, Job], None]

_IN_STEP = "in-step"
_LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQueue:
    """Where jobs go: what the engine offers, names for them, and what time it is."""

    put: Enqueue
    new_id: Callable[[], str]
    now: Callable[[], datetime]


class SqlJobs:
    """`service.ports.jobs.Jobs` in a table, over whatever the worker offers."""

    def __init__(self, connection: Connection, queue: JobQueue | None) -> None:
        self._connection = connection
        self._queue = queue

    def wake(self, connection_id: str, plan_ids: Iterable[str]) -> None:
        """Ask for a pass over each plan; one that waits already serves all who ask before it begins."""
        if self._queue is None:
            return
        for plan_id in sorted(set(plan_ids)):  # in one order, so that two who ask never wait for each other
            job = Job(id=self._queue.new_id(), connection_id=connection_id, plan_id=plan_id)
            if self._noted(job, self._queue.now()):
                self._queue.put(self._connection, job)

    def _noted(self, job: Job, now: datetime) -> bool:
        """Note that a job waits; False when one does already."""
        asked = {"waiting_id": job.id, "asked_at": now, "due_at": None}
        noted = (
            insert_into(self._connection, jobs)
            .values(connection_id=job.connection_id, plan_id=job.plan_id, failures=0, **asked)
            .on_conflict_do_update(
                index_elements=["connection_id", "plan_id"], set_=asked, where=jobs.c.waiting_id.is_(None)
            )
            .returning(jobs.c.plan_id)
        )
        return self._connection.execute(noted).first() is not None

    def begin(self, job: Job, now: datetime) -> bool:
        """Note that a job runs, and tell whether it is to be done; who asks from now on gets another."""
        ours = or_(jobs.c.waiting_id == job.id, jobs.c.running_id == job.id)
        waiting = select(jobs.c.waiting_id).where(_of(job), ours).with_for_update()
        row = self._connection.execute(waiting).one_or_none()
        if row is None:
            return False
        began: dict[str, Any] = {"running_id": job.id, "started_at": now, "due_at": None}
        if row.waiting_id == job.id:
            began |= {"waiting_id": None, "asked_at": None}
        self._connection.execute(update(jobs).where(_of(job)).values(**began))
        return True

    def finish(self, job: Job) -> None:
        """Note that a job is done, unless another took its place."""
        mine = and_(_of(job), jobs.c.running_id == job.id)
        rest = {"running_id": None, "started_at": None, "failures": 0, "due_at": None, "reason": None}
        self._connection.execute(update(jobs).where(mine, jobs.c.waiting_id.is_not(None)).values(**rest))
        self._connection.execute(delete(jobs).where(mine))

    def postpone(self, job: Job, *, due_at: datetime, reason: str) -> None:
        """Note that a job left something to do, unless another took its place."""
        mine = update(jobs).where(_of(job), jobs.c.running_id == job.id)
        self._connection.execute(
            mine.values(
                running_id=None, started_at=None, failures=jobs.c.failures + 1, due_at=due_at, reason=reason
            )
        )

    def hasten(self, reason: str, now: datetime) -> None:
        """Note that whatever was left for a reason is due now."""
        left = update(jobs).where(jobs.c.reason == reason, jobs.c.due_at > now)
        self._connection.execute(left.values(due_at=now))

    def failures(self, job: Job) -> int:
        """Return how many tries in a row left something to do."""
        return self._connection.scalar(select(jobs.c.failures).where(_of(job))) or 0

    def of_plan(self, connection_id: str, plan_id: str) -> JobState | None:
        """Return what is to be done for a plan, if anything is."""
        mine = (jobs.c.connection_id == connection_id) & (jobs.c.plan_id == plan_id)
        row = self._connection.execute(select(jobs).where(mine)).one_or_none()
        return None if row is None else _state(row)

    def due(self, now: datetime, *, limit: int) -> tuple[tuple[str, str], ...]:
        """Return (connection, plan) of what is to be tried again by now, the longest due first."""
        idle = and_(jobs.c.waiting_id.is_(None), jobs.c.running_id.is_(None))
        found = select(jobs.c.connection_id, jobs.c.plan_id).where(idle, jobs.c.due_at <= now)
        rows = self._connection.execute(found.order_by(jobs.c.due_at, jobs.c.plan_id).limit(limit))
        return tuple((row.connection_id, row.plan_id) for row in rows)

    def standing(self, since: datetime) -> tuple[Job, ...]:
        """Return the jobs that have waited, or run, since before a moment."""
        named = (jobs.c.connection_id, jobs.c.plan_id)
        waiting = select(jobs.c.waiting_id, *named).where(
            jobs.c.waiting_id.is_not(None), jobs.c.asked_at < since
        )
        running = select(jobs.c.running_id, *named).where(
            jobs.c.running_id.is_not(None), jobs.c.started_at < since
        )
        rows = (*self._connection.execute(waiting), *self._connection.execute(running))
        return tuple(Job(id=job, connection_id=connection, plan_id=plan) for job, connection, plan in rows)

    def lost(self, jobs_: Iterable[Job], now: datetime) -> None:
        """Note that the engine knows nothing of some jobs: they are due again."""
        for job in jobs_:
            for column, since in ((jobs.c.waiting_id, "asked_at"), (jobs.c.running_id, "started_at")):
                gone = update(jobs).where(_of(job), column == job.id)
                self._connection.execute(
                    gone.values({column.name: None, since: None, "due_at": now, "reason": _LOST})
                )

    def overlooked(self, connection_id: str, *, before: datetime, limit: int) -> tuple[str, ...]:
        """Return plans for which nothing is noted, although something is to be done."""
        last = and_(passes.c.plan_id == plans.c.id, passes.c.connection_id == connection_id)
        head = and_(revisions.c.plan_id == plans.c.id, revisions.c.number == plans.c.number)
        found = (
            select(plans.c.id)
            .join(revisions, head)
            .outerjoin(passes, last)
            .where(
                ~_noted(connection_id),
                or_(_newer(), _left(before), _open(connection_id, before), _said(connection_id)),
            )
        )
        return tuple(self._connection.scalars(found.order_by(plans.c.updated_at, plans.c.id).limit(limit)))


def _of(job: Job) -> ColumnElement[bool]:
    return and_(jobs.c.connection_id == job.connection_id, jobs.c.plan_id == job.plan_id)


def _noted(connection_id: str) -> ColumnElement[bool]:
    return exists().where(jobs.c.connection_id == connection_id, jobs.c.plan_id == plans.c.id)


def _newer() -> ColumnElement[bool]:
    """The head has not been brought into the chart, and it is more than an import."""
    imported = and_(plans.c.number == 1, revisions.c.origin == Origin.EHR.value)
    return or_(
        and_(passes.c.revision.is_(None), ~imported),
        passes.c.revision < plans.c.number,
    )


def _left(before: datetime) -> ColumnElement[bool]:
    return and_(passes.c.standing != _IN_STEP, passes.c.ended_at < before)


def _open(connection_id: str, before: datetime) -> ColumnElement[bool]:
    return exists().where(
        journal.c.connection_id == connection_id,
        journal.c.plan_id == plans.c.id,
        journal.c.settled_at.is_(None),
        journal.c.recorded_at < before,
    )


def _said(connection_id: str) -> ColumnElement[bool]:
    """The chart said something that no pass has answered yet."""
    return exists().where(due.c.connection_id == connection_id, due.c.plan_id == plans.c.id)


def _state(row: Row[Any]) -> JobState:
    return JobState(**{one.name: getattr(row, one.name) for one in fields(JobState)})
