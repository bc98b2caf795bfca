"""Carrying alerts to people: what is due is claimed, sent, and its outcome kept, each in its own commit.

Nothing is lost between the steps: a notice that was claimed and not heard of again is tried once more.
The worker, `tandem serve` and `tandem alerts deliver` all call it, side by side if need be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from service.domain.alert import Alert, AlertState, Notice, Timers, advanced, claimed, delivered, failed
from service.domain.safety import SafetyContacts
from service.ports.alerts import Carrier, Message, NotDelivered
from service.ports.clock import Clock
from service.ports.storage import Outdated, Storage, UnitOfWork

# Somebody may acknowledge while a message is on its way; more often than that it is no accident.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPorts:
    """Where alerts are kept, who carries them, what time it is, and how long people have."""

    storage: Storage
    clock: Clock
    carrier: Carrier
    timers: Timers = field(default_factory=Timers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of one notice: `failure` is a code, None when it was handed over."""

    alert_id: str
    plan_id: str
    to: str
    channel: str
    tries: int
    failure: str | None
    alarm: bool


def deliver_alerts(ports: DeliveryPorts) -> tuple[Carried, ...]:
    """Do all that is due now, and return what became of each notice; raises `StorageError`."""
    with ports.storage.begin(write=False) as work:
        due = work.alerts.due(ports.clock.now())
    return tuple(carried for alert_id in due for carried in _deliver(alert_id, ports))


def _deliver(alert_id: str, ports: DeliveryPorts) -> Iterator[Carried]:
    try:
        alert, notices = _claim(alert_id, ports)
    except Outdated:  # somebody else has it at hand, or acknowledged it just now
        return
    for notice in notices:
        try:
            ports.carrier.carry(_message(alert, notice))
        except NotDelivered as error:
            kept = _keep(alert_id, ports, _failure(notice, error, ports))
            yield _carried(kept, notice, failure=error.code)
        else:
            kept = _keep(alert_id, ports, _arrival(notice, ports))
            yield _carried(kept, notice, failure=None)


def _claim(alert_id: str, ports: DeliveryPorts) -> tuple[Alert, tuple[Notice, ...]]:
    now = ports.clock.now()
    with ports.storage.begin() as work:
        alert = work.alerts.get(alert_id)
        turned = advanced(alert, _contacts(alert, work), timers=ports.timers, now=now)
        changed, notices = claimed(turned, timers=ports.timers, now=now)
        kept = _saved(alert, changed, work)
        work.commit()
    return kept, notices


def _contacts(alert: Alert, work: UnitOfWork) -> SafetyContacts | None:
    return work.plans.head(alert.plan_id).plan.safety


def _keep(alert_id: str, ports: DeliveryPorts, change: Callable[[Alert], Alert]) -> Alert:
    """Keep what became of a notice, on top of whatever happened to the alert meanwhile."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return _kept(alert_id, ports, change)
        except Outdated:
            continue
    return _kept(alert_id, ports, change)


def _kept(alert_id: str, ports: DeliveryPorts, change: Callable[[Alert], Alert]) -> Alert:
    with ports.storage.begin() as work:
        alert = work.alerts.get(alert_id)
        kept = _saved(alert, change(alert), work)
        work.commit()
    return kept


def _saved(before: Alert, after: Alert, work: UnitOfWork) -> Alert:
    numbered = replace(after, number=before.number + 1)
    work.alerts.save(numbered, expected=before.number)
    return numbered


def _arrival(notice: Notice, ports: DeliveryPorts) -> Callable[[Alert], Alert]:
    return lambda alert: delivered(alert, notice, now=ports.clock.now())


def _failure(notice: Notice, error: NotDelivered, ports: DeliveryPorts) -> Callable[[Alert], Alert]:
    return lambda alert: failed(
        alert, notice, error.code, timers=ports.timers, now=ports.clock.now(), lasting=error.lasting
    )


def _message(alert: Alert, notice: Notice) -> Message:
    return Message(
        alert_id=alert.id,
        plan_id=alert.plan_id,
        raised_at=alert.raised_at,
        escalated=alert.escalated_at is not None,
        to=notice.to,
        channel=notice.channel,
        person=notice.person,
        address=notice.address,
    )


def _carried(alert: Alert, notice: Notice, *, failure: str | None) -> Carried:
    return Carried(
        alert_id=alert.id,
        plan_id=alert.plan_id,
        to=notice.to,
        channel=notice.channel,
        tries=notice.tries,
        failure=failure,
        alarm=alert.state is AlertState.UNDELIVERED,
    )
