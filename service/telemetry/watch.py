"""Watching the service at work: a request, a push or a call of the EHR becomes numbers, events and spans.

Whoever is watched knows a protocol of this module and nothing of Prometheus or OpenTelemetry.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from service.telemetry import metrics, spans
from service.telemetry.events import EHR_CALLED, Log, emit
from service.telemetry.metrics import NONE
from service.telemetry.registry import CONTENT_TYPE, Registry
from service.telemetry.traces import Traces, Untraced

_FAILED = 500
_REFUSED = "refused"


class Call(Protocol):
    """A call of the EHR that is under way."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that name it to the EHR's traces."""

    def answered(self, status: int) -> None:
        """Note the status of the answer."""

    def again(self) -> None:
        """Note that it is made once more."""


class CallWatch(Protocol):
    """Watches calls of one EHR."""

    def call(self, interaction: str, call_id: str, *, attempt: int = 1) -> AbstractContextManager[Call]:
        """Watch a call; `attempt` counts from 1."""


class RequestWatch(Protocol):
    """Watches requests, and tells what was seen."""

    def request(self, seen: "Request") -> AbstractContextManager["Request"]:
        """Watch a request until the block ends; its status is set before."""

    def exposition(self) -> tuple[str, str]:
        """Return the metrics as text, and the media type of the text."""


@dataclass(slots=True, kw_only=True)
class Request:
    """A request that is under way; `operation` is the name of its door, never its path."""

    request_id: str
    operation: str
    method: str
    traceparent: str | None = None
    status: int | None = None


@dataclass(slots=True, kw_only=True)
class Push:
    """A push that is under way, and what is known of it at its end."""

    plan_id: str
    connection_id: str
    outcome: str = _REFUSED
    revision: int | None = None
    writes: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


class Unwatched:
    """Nobody watches."""

    headers: Mapping[str, str] = {}

    def request(self, seen: Request) -> AbstractContextManager[Request]:
        """Watch nothing."""
        return nullcontext(seen)

    def call(self, interaction: str, call_id: str, *, attempt: int = 1) -> AbstractContextManager[Call]:  # noqa: ARG002  the protocol's signature
        """Watch nothing."""
        return nullcontext(self)

    def answered(self, status: int) -> None:
        """Note nothing."""

    def again(self) -> None:
        """Note nothing."""

    def exposition(self) -> tuple[str, str]:
        """Return no metrics: none are kept."""
        return "", CONTENT_TYPE


class Watch:
    """Watches one application."""

    def __init__(
        self,
        *,
        log: Log,
        registry: Registry,
        traces: Traces | None = None,
        request_id: Callable[[], str],
        logs_calls: Callable[[], bool] = lambda: True,
        stopwatch: Callable[[], float] = perf_counter,
    ) -> None:
        """Take where events, numbers and spans go; `request_id` tells for which request something is done.

        `logs_calls` tells whether each call of the EHR is an event: at a terminal they are noise.
        """
        self._log = log
        self._registry = registry
        self._traces: Traces = traces or Untraced()
        self._request_id = request_id
        self._logs_calls = logs_calls
        self._stopwatch = stopwatch

    def exposition(self) -> tuple[str, str]:
        """Return the metrics as text, and the media type of the text."""
        return self._registry.exposition(), CONTENT_TYPE

    @contextmanager
    def request(self, seen: Request) -> Iterator[Request]:
        """Watch a request until the block ends; its status is set before."""
        since = self._stopwatch()
        operation, method = seen.operation, metrics.METHOD.fitted(seen.method)
        with self._traces.span(spans.REQUEST, called=seen.operation, parent=seen.traceparent) as span:
            try:
                yield seen
            finally:
                span.note(request_id=seen.request_id, operation=operation, method=method)
                span.note(status=seen.status or 0)
                if seen.status is None or seen.status >= _FAILED:
                    span.fail()
                took, told = self._stopwatch() - since, _told(seen.status)
                self._registry.count(metrics.REQUESTS, operation=operation, method=method, status=told)
                self._registry.time(metrics.REQUEST_SECONDS, took, operation=operation, method=method)

    @contextmanager
    def push(self, plan_id: str, connection_id: str) -> Iterator[Push]:
        """Watch a push until the block ends; what came of it is noted before."""
        since, seen = self._stopwatch(), Push(plan_id=plan_id, connection_id=connection_id)
        with self._traces.span(spans.PUSH, called="") as span:
            try:
                yield seen
            finally:
                span.note(request_id=self._request_id(), connection_id=connection_id)
                if seen.outcome != _REFUSED:  # else it may be no id of ours: it is what somebody typed
                    span.note(plan_id=plan_id)
                span.note(outcome=seen.outcome, writes=seen.writes)
                if seen.revision is None:
                    span.fail()
                else:
                    span.note(revision=seen.revision)
                self._registry.count(metrics.PUSHES, connection=connection_id, outcome=seen.outcome)
                self._registry.time(metrics.PUSH_SECONDS, self._stopwatch() - since, connection=connection_id)
                for done, number in seen.counts.items():
                    self._registry.count(metrics.PUSH_ITEMS, by=number, connection=connection_id, done=done)

    def alert(self, channel: str, *, carried: bool) -> None:
        """Count a message about an alert."""
        result = "carried" if carried else "failed"
        self._registry.count(metrics.ALERT_MESSAGES, channel=channel, result=result)

    def calls(self, connection_id: str) -> CallWatch:
        """Return the watch over the calls of one EHR."""
        return _Calls(
            log=self._log,
            registry=self._registry,
            traces=self._traces,
            connection_id=connection_id,
            logged=self._logs_calls,
            stopwatch=self._stopwatch,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calls:
    log: Log
    registry: Registry
    traces: Traces
    connection_id: str
    logged: Callable[[], bool]
    stopwatch: Callable[[], float]

    @contextmanager
    def call(self, interaction: str, call_id: str, *, attempt: int = 1) -> Iterator[Call]:
        """Watch a call until the block ends."""
        since = self.stopwatch()
        with self.traces.span(spans.EHR_CALL, called=interaction) as span:
            seen = _Call(traced=span.traceparent, attempt=attempt)
            try:
                yield seen
            except Exception as error:
                seen.error = type(error).__name__
                span.fail()
                raise
            finally:
                said = self._said(seen, interaction, call_id)
                span.note(**said)
                seconds = self.stopwatch() - since
                if self.logged():
                    emit(self.log, EHR_CALLED, milliseconds=round(seconds * 1000), **said)
                self._count(seen, interaction, seconds)

    def _said(self, seen: "_Call", interaction: str, call_id: str) -> dict[str, str | int]:
        return {
            "call_id": call_id,
            "connection_id": self.connection_id,
            "interaction": interaction,
            "status": seen.status or 0,
            "attempt": seen.attempt,
            "error": seen.error or NONE,
        }

    def _count(self, seen: "_Call", interaction: str, seconds: float) -> None:
        where, what = self.connection_id, interaction
        told = _told(seen.status)
        self.registry.count(metrics.EHR_CALLS, connection=where, interaction=what, status=told)
        self.registry.time(metrics.EHR_CALL_SECONDS, seconds, connection=where, interaction=what)
        if seen.repeats:
            self.registry.count(metrics.EHR_RETRIES, by=seen.repeats, connection=where, interaction=what)


class _Call:
    def __init__(self, *, traced: str | None, attempt: int) -> None:
        self.headers: Mapping[str, str] = {} if traced is None else {"traceparent": traced}
        self.attempt = attempt
        self.repeats = 1 if attempt > 1 else 0
        self.status: int | None = None
        self.error: str | None = None

    def answered(self, status: int) -> None:
        """Note the status of the answer."""
        self.status = status

    def again(self) -> None:
        """Note that it is made once more."""
        self.attempt += 1
        self.repeats += 1


def _told(status: int | None) -> str:
    return NONE if status is None else str(status)
