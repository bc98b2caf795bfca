"""What workers see to again and again: plans that are due, jobs that got lost, workers that fell silent."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.ports.clock import Clock
from service.ports.jobs import Job
from service.ports.storage import Storage
from service.ports.workers import Worker

# A worker says every two seconds that it lives; a machine that swaps is late, and not gone.
BEAT_SECONDS = 2.0
SILENCE = timedelta(seconds=10)
_AT_ONCE = 100
# Longer than anybody waits between the commit of a job and its beginning on an idle worker.
_LOST_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePorts:
    """What looking after needs."""

    storage: Storage
    clock: Clock


def wake_due(ports: CarePorts) -> int:
    """Ask for a pass over what is to be tried again by now; return over how many plans."""
    now = ports.clock.now()
    with ports.storage.begin(write=False) as work:
        if not work.jobs.due(now, limit=1):
            return 0  # most seconds: no writer waits for this one
    with ports.storage.begin() as work:
        due = work.jobs.due(now, limit=_AT_ONCE)
        for connection_id, plan_id in due:
            work.jobs.wake(connection_id, [plan_id])
        work.commit()
    return len(due)


def find_lost(ports: CarePorts, *, unknown: Callable[[Iterable[Job]], tuple[Job, ...]]) -> int:
    """Note jobs of which the engine knows nothing, as after a restore; return how many.

    `unknown` gives those of some jobs that the engine neither runs nor will run.
    """
    now = ports.clock.now()
    with ports.storage.begin(write=False) as work:
        standing = work.jobs.standing(now - _LOST_AFTER)
    lost = unknown(standing)
    if lost:
        with ports.storage.begin() as work:
            work.jobs.lost(lost, now)
            work.commit()
    return len(lost)


def wake_overlooked(connection_id: str, ports: CarePorts, *, before: datetime) -> int:
    """Ask for a pass over plans for which nothing is noted and something is to be done; return how many."""
    with ports.storage.begin() as work:
        found = work.jobs.overlooked(connection_id, before=before, limit=_AT_ONCE)
        work.jobs.wake(connection_id, found)
        work.commit()
    return len(found)


def silent(workers: Iterable[Worker], now: datetime) -> tuple[str, ...]:
    """Return the ids of the workers that have not been heard for too long."""
    return tuple(one.id for one in workers if now - one.seen_at >= SILENCE)


def beat(worker_id: str, storage: Storage, now: datetime) -> None:
    """Say that a worker lives."""
    with storage.begin() as work:
        work.workers.beat(worker_id, now)
        work.commit()


def living(storage: Storage) -> tuple[Worker, ...]:
    """Return the workers that have not been noted as gone."""
    with storage.begin(write=False) as work:
        return work.workers.all()


def gone(worker_ids: Iterable[str], storage: Storage) -> None:
    """Note that workers have ended."""
    with storage.begin() as work:
        for worker_id in worker_ids:
            work.workers.gone(worker_id)
        work.commit()
