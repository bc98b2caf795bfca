"""One job of the worker: a pass over a plan, and when it is tried again if it left something to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from service.application.pace import after_error, after_report, reason_of
from service.application.sync_plan import SyncPlan
from service.ports.clock import Clock
from service.ports.jobs import Job
from service.ports.storage import ConnectionMode, Storage, Unknown
from service.sync.report import PushReport
from service.telemetry.events import PASS_POSTPONED, Log, emit

# A moment more than the settle time itself, because a clock of whole seconds is late by one.
_MARGIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPorts:
    """What a job needs; `sync` makes a pass, `settle_time` is how long a write may be on its way."""

    storage: Storage
    clock: Clock
    log: Log
    sync: Callable[[SyncPlan], PushReport]
    settle_time: timedelta


def work_off(job: Job, ports: WorkPorts) -> str:
    """Carry out a job and return the code of what came of it; raises `StorageError` alone.

    An error of one plan is its own: it is tried again, later and later, and never given up.
    """
    with ports.storage.begin() as work:
        wanted = work.jobs.begin(job, ports.clock.now())
        failures = work.jobs.failures(job)
        work.commit()
    if not wanted:
        return "served"
    outcome = _outcome(job, ports)
    wait = _wait(job, outcome, failures, ports=ports)
    if wait is None:
        with ports.storage.begin() as work:
            work.jobs.finish(job)
            work.commit()
        return "done"
    return _postponed(job, outcome, wait, ports=ports)


def _outcome(job: Job, ports: WorkPorts) -> PushReport | Exception:
    try:
        return ports.sync(SyncPlan(plan_id=job.plan_id, connection_id=job.connection_id))
    except Exception as error:  # whatever it is, the other plans go on and this one is tried again
        return error


def _wait(job: Job, outcome: PushReport | Exception, failures: int, *, ports: WorkPorts) -> timedelta | None:
    match outcome:
        case Unknown():
            return None
        case PushReport():
            settled_in, writes = _prospects(job, ports)
            return after_report(outcome, failures, settled_in=settled_in, writes=writes)
        case _:
            return after_error(outcome, failures)


def _prospects(job: Job, ports: WorkPorts) -> tuple[timedelta, bool]:
    """Return in how long the oldest write of unknown outcome may be sent again, and whether anything may."""
    now = ports.clock.now()
    with ports.storage.begin(write=False) as work:
        writes = work.connections.get(job.connection_id).mode is ConnectionMode.WRITE
        patient = work.plans.head(job.plan_id).plan.patient.id
        recorded = [row.recorded_at for row in work.journal.open_rows(job.connection_id, patient)]
    return min(recorded, default=now) + ports.settle_time + _MARGIN - now, writes


def _postponed(job: Job, outcome: PushReport | Exception, wait: timedelta, *, ports: WorkPorts) -> str:
    reason, due_at = reason_of(outcome), ports.clock.now() + wait
    with ports.storage.begin() as work:
        work.jobs.postpone(job, due_at=due_at, reason=reason)
        work.commit()
    emit(
        ports.log,
        PASS_POSTPONED,
        plan_id=job.plan_id,
        connection_id=job.connection_id,
        reason=reason,
        due_at=due_at.isoformat(),
    )
    return "postponed"
