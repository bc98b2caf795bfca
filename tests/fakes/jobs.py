"""What is to be done, the workers that live and their duties, in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from service.domain.revision import Origin, Revision
from service.ports.jobs import Job, JobState
from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.workers import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldJob(JobState):
    """What is kept for one plan."""

    waiting_id: str | None = None
    running_id: str | None = None

    @property
    def state(self) -> JobState:
        return JobState(**{one.name: getattr(self, one.name) for one in fields(JobState)})


@dataclass(frozen=True, slots=True)
class JobQueue:
    """Where jobs go; whoever wants none gives none."""

    new_id: Callable[[], str]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a storage in memory holds that jobs concern."""

    due: Mapping[tuple[str, str], int]
    jobs: dict[tuple[str, str], HeldJob]
    plans: Mapping[str, tuple[Revision, ...]]
    passes: Mapping[tuple[str, str], LastPass]
    journal: Mapping[str, JournalRow]


class MemoryJobs:
    """`service.ports.jobs.Jobs` over what is kept in memory."""

    def __init__(self, notes: Notes, queue: JobQueue | None) -> None:
        self._notes = notes
        self._jobs = notes.jobs
        self._queue = queue

    def wake(self, connection_id: str, plan_ids: Iterable[str]) -> None:
        if self._queue is None:
            return
        for plan_id in sorted(set(plan_ids)):
            held = self._jobs.get((connection_id, plan_id))
            if held is None or held.waiting_id is None:
                self._put(
                    replace(
                        held or HeldJob(connection_id=connection_id, plan_id=plan_id),
                        waiting_id=self._queue.new_id(),
                        asked_at=self._queue.now(),
                        due_at=None,
                    )
                )

    def begin(self, job: Job, now: datetime) -> bool:
        held = self._jobs.get(_place(job))
        if held is None or job.id not in {held.waiting_id, held.running_id}:
            return False
        if held.waiting_id == job.id:
            held = replace(held, waiting_id=None, asked_at=None)
        self._put(replace(held, running_id=job.id, started_at=now, due_at=None))
        return True

    def finish(self, job: Job) -> None:
        held = self._running(job)
        if held is None:
            return
        del self._jobs[_place(job)]
        if held.waiting_id is not None:
            self._put(
                HeldJob(
                    connection_id=held.connection_id,
                    plan_id=held.plan_id,
                    waiting_id=held.waiting_id,
                    asked_at=held.asked_at,
                )
            )

    def postpone(self, job: Job, *, due_at: datetime, reason: str) -> None:
        held = self._running(job)
        if held is not None:
            over = replace(held, running_id=None, started_at=None)
            self._put(replace(over, failures=held.failures + 1, due_at=due_at, reason=reason))

    def hasten(self, reason: str, now: datetime) -> None:
        for held in tuple(self._jobs.values()):
            if held.reason == reason and held.due_at is not None and held.due_at > now:
                self._put(replace(held, due_at=now))

    def failures(self, job: Job) -> int:
        held = self._jobs.get(_place(job))
        return 0 if held is None else held.failures

    def of_plan(self, connection_id: str, plan_id: str) -> JobState | None:
        held = self._jobs.get((connection_id, plan_id))
        return None if held is None else held.state

    def due(self, now: datetime, *, limit: int) -> tuple[tuple[str, str], ...]:
        idle = (one for one in self._jobs.values() if one.waiting_id is None and one.running_id is None)
        by_time = sorted(
            (one.due_at, one.plan_id, one.connection_id) for one in idle if one.due_at is not None
        )
        return tuple((connection, plan) for at, plan, connection in by_time if at <= now)[:limit]

    def standing(self, since: datetime) -> tuple[Job, ...]:
        return (
            *self._stood("waiting_id", "asked_at", since),
            *self._stood("running_id", "started_at", since),
        )

    def _stood(self, name: str, when: str, since: datetime) -> Iterator[Job]:
        for (connection_id, plan_id), held in self._jobs.items():
            job_id, at = getattr(held, name), getattr(held, when)
            if job_id is not None and at is not None and at < since:
                yield Job(id=job_id, connection_id=connection_id, plan_id=plan_id)

    def lost(self, jobs: Iterable[Job], now: datetime) -> None:
        for job in jobs:
            for name, when in (("waiting_id", "asked_at"), ("running_id", "started_at")):
                held = self._jobs.get(_place(job))
                if held is not None and getattr(held, name) == job.id:
                    self._put(replace(held, **{name: None, when: None, "due_at": now, "reason": "lost"}))

    def overlooked(self, connection_id: str, *, before: datetime, limit: int) -> tuple[str, ...]:
        heads = sorted(
            (held[-1].recorded_at, held[-1].plan.id)
            for held in self._notes.plans.values()
            if (connection_id, held[-1].plan.id) not in self._jobs
            and self._is_left(connection_id, held[-1], before)
        )
        return tuple(plan_id for _, plan_id in heads)[:limit]

    def _is_left(self, connection_id: str, head: Revision, before: datetime) -> bool:
        last = self._notes.passes.get((connection_id, head.plan.id))
        imported = head.number == 1 and head.origin is Origin.EHR
        if last is None:
            newer, left = not imported, False
        else:
            newer = last.revision < head.number
            left = last.standing != "in-step" and last.ended_at < before
        said = (connection_id, head.plan.id) in self._notes.due
        return newer or said or left or any(self._open(connection_id, head.plan.id, before))

    def _open(self, connection_id: str, plan_id: str, before: datetime) -> Iterator[bool]:
        for row in self._notes.journal.values():
            mine = (row.connection_id, row.plan_id, row.settled_at) == (connection_id, plan_id, None)
            yield mine and row.recorded_at < before

    def _running(self, job: Job) -> HeldJob | None:
        held = self._jobs.get(_place(job))
        return held if held is not None and held.running_id == job.id else None

    def _put(self, held: HeldJob) -> None:
        self._jobs[held.connection_id, held.plan_id] = held


def _place(job: Job) -> tuple[str, str]:
    return job.connection_id, job.plan_id


class MemoryWorkers:
    """`service.ports.workers.Workers` over what is kept in memory."""

    def __init__(self, workers: dict[str, Worker]) -> None:
        self._workers = workers

    def beat(self, worker_id: str, now: datetime) -> None:
        held = self._workers.get(worker_id, Worker(id=worker_id, started_at=now, seen_at=now))
        self._workers[worker_id] = replace(held, seen_at=now)

    def all(self) -> tuple[Worker, ...]:
        return tuple(self._workers[one] for one in sorted(self._workers))

    def gone(self, worker_id: str) -> None:
        self._workers.pop(worker_id, None)


class MemoryDuties:
    """`service.ports.workers.Duties` over what is kept in memory."""

    def __init__(self, duties: dict[str, tuple[str | None, datetime]], workers: Mapping[str, Worker]) -> None:
        self._duties = duties
        self._workers = workers

    def take(self, name: str, holder: str, *, now: datetime, silent_since: datetime) -> bool:
        held, due_at = self._duties.setdefault(name, (None, now))
        keeper = self._workers.get(held or "")
        elsewhere = keeper is not None and keeper.id != holder and keeper.seen_at > silent_since
        if due_at > now or elsewhere:
            return False
        self._duties[name] = (holder, due_at)
        return True

    def done(self, name: str, holder: str, *, due_at: datetime) -> None:
        if self._duties.get(name, (None, due_at))[0] == holder:
            self._duties[name] = (None, due_at)
