"""Every log event with the fields that it may carry: ids, counts and codes, never a name or a text."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event and the closed list of its fields."""

    name: str
    fields: frozenset[str]


class Log(Protocol):
    """Where events go; structlog's bound loggers are such."""

    def info(self, event: str, **fields: object) -> object:
        """Write an event down."""


def _event(name: str, *fields: str) -> Event:
    return Event(name, frozenset(fields))


REQUEST_ANSWERED = _event("request.answered", "request_id", "method", "route", "status", "milliseconds")
REQUEST_FAILED = _event("request.failed", "request_id", "method", "route", "error")
REQUEST_REFUSED = _event("request.refused", "request_id", "status", "error")
PUSH_FINISHED = _event(
    "push.finished", "plan_id", "revision", "connection_id", "standing", "writes", "counts"
)
PUSH_FAILED = _event("push.failed", "plan_id", "connection_id", "error", "status")
POLL_FINISHED = _event("poll.finished", "connection_id", "rows", "changed", "woken", "compared")
EHR_CALLED = _event(
    "ehr.called", "call_id", "connection_id", "interaction", "status", "milliseconds", "attempt", "error"
)
SANDBOX_ANSWERED = _event("sandbox.answered", "request_id", "method", "status")
IMPORT_FINISHED = _event("import.finished", "import_id", "plan_id", "outcome", "source")
ALERT_CARRIED = _event("alert.carried", "alert_id", "plan_id", "to", "channel", "tries")
ALERT_NOT_CARRIED = _event(
    "alert.not-carried", "alert_id", "plan_id", "to", "channel", "tries", "failure", "alarm"
)
ALERTS_STALLED = _event("alerts.stalled", "error")
SYNC_PREVIEWED = _event("sync.previewed", "plan_id", "revision", "connection_id", "standing", "requests")
WRITING_TURNED = _event("writing.turned", "stopped")
SERVER_STARTED = _event("server.started", "host", "port", "auth", "database", "ehr", "sealed")
WORKER_STARTED = _event("worker.started", "worker_id", "database", "at_once")
WORKER_ENDED = _event("worker.ended", "worker_id")
WORKER_RESTARTED = _event("worker.restarted", "process")
JOBS_TAKEN_OVER = _event("jobs.taken_over", "worker_id", "silent", "jobs")
JOB_BEGUN = _event("job.begun", "worker_id", "job_id", "plan_id", "connection_id")
JOB_ENDED = _event("job.ended", "worker_id", "job_id", "plan_id", "connection_id", "came_of_it")
PASS_POSTPONED = _event("pass.postponed", "plan_id", "connection_id", "reason", "due_at")
DUTY_DONE = _event("duty.done", "worker_id", "duty", "found")
DUTY_FAILED = _event("duty.failed", "worker_id", "duty", "error")
ENGINE_COMPLAINED = _event("engine.complained", "worker_id", "place", "error")


class UnlistedField(ValueError):
    """An event was given a field that is not on its list: a mistake in the code, found before it logs."""


def emit(log: Log, event: Event, **fields: object) -> None:
    """Write an event down; refuses, with `UnlistedField`, a field that is not on its list."""
    unlisted = sorted(fields.keys() - event.fields)
    if unlisted:
        raise UnlistedField(f"{event.name} has no field {', '.join(unlisted)}")
    log.info(event.name, **fields)
