"""What watches an installation at work: traces, and what waits as readings."""

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version

from service.application.backlog import Backlog
from service.domain.alert import AlertState
from service.settings import BadSettings, Settings
from service.telemetry import metrics
from service.telemetry.metrics import Reading
from service.telemetry.traces import Traces, can_trace


def check_traces(settings: Settings) -> None:
    """Refuse, with `BadSettings`, traces without the packages that make them."""
    if settings.traces and not can_trace():
        raise BadSettings("TANDEM_TRACES needs the packages of the extra: pip install 'tandem[traces]'")


def exporting() -> Traces:
    """Return traces that OpenTelemetry's own variables send somewhere."""
    from service.telemetry.opentelemetry_traces import OpenTelemetryTraces  # noqa: PLC0415  an optional package

    return OpenTelemetryTraces.exporting(version("tandem"))


def readings_of(
    backlog: Backlog, now: datetime, *, workers: int, writing: bool = True
) -> tuple[Reading, ...]:
    """Return what waits and how many workers live; `writing` is the environment's word on all writing."""
    alive = Reading(metric=metrics.WORKERS, value=workers)
    stopped = Reading(metric=metrics.WRITING_STOPPED, value=backlog.stopped or not writing)
    return (*_waiting(backlog, now), *_planned(backlog, now), alive, stopped)


def _waiting(backlog: Backlog, now: datetime) -> Iterator[Reading]:
    yield Reading(metric=metrics.STORAGE_UP, value=1)
    yield from _alerting(backlog, now)
    for one in backlog.items:
        place = (one.connection_id, one.state.value)
        yield Reading(metric=metrics.WAITING_ITEMS, value=one.number, labels=place)
    for each in backlog.writes:
        where = (each.connection_id,)
        age = (now - each.oldest).total_seconds()
        yield Reading(metric=metrics.OPEN_WRITES, value=each.number, labels=where)
        yield Reading(metric=metrics.OLDEST_OPEN_WRITE, value=max(age, 0), labels=where)


def _alerting(backlog: Backlog, now: datetime) -> Iterator[Reading]:
    alerts = backlog.alerts
    for state in AlertState:
        if state is not AlertState.CLOSED:
            number = alerts.numbers.get(state, 0)
            yield Reading(metric=metrics.OPEN_ALERTS, value=number, labels=(state.value,))
    yield Reading(metric=metrics.OLDEST_WAITING_ALERT, value=_age(alerts.waiting_since, now))
    yield Reading(metric=metrics.ALERTS_LATE, value=_age(alerts.due_since, now))
    yield Reading(metric=metrics.PLANS_WITHOUT_CONTACTS, value=backlog.without_contacts)


def _age(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else max((now - since).total_seconds(), 0)


def _planned(backlog: Backlog, now: datetime) -> Iterator[Reading]:
    for one in backlog.passes:
        for state, number in (("queued", one.queued), ("running", one.running), ("paused", one.paused)):
            yield Reading(metric=metrics.PASSES, value=number, labels=(one.connection_id, state))
        if one.oldest is not None:
            age = max((now - one.oldest).total_seconds(), 0)
            yield Reading(metric=metrics.OLDEST_PASS, value=age, labels=(one.connection_id,))
