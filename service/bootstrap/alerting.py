"""How alerts leave an installation: its carriers, its timers, and the round that a running service makes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from service.application.backlog import Backlog, read_backlog
from service.application.deliver_alerts import Carried, DeliveryPorts, deliver_alerts
from service.delivery.carrier import Carriers
from service.delivery.mail import MailCarrier, MailServer, Tls
from service.delivery.webhook import Webhook, WebhookCarrier
from service.domain.alert import Timers
from service.ports.clock import Clock
from service.settings import Settings
from service.storage.unit_of_work import Storage as SqlStorage
from service.telemetry.events import ALERT_CARRIED, ALERT_NOT_CARRIED, ALERTS_STALLED, Log, emit
from service.telemetry.watch import Watch


def carrier_of(settings: Settings, now: Callable[[], datetime]) -> Carriers:
    """Return the carriers of these settings; a channel that they do not name fails, which is an alarm."""
    link = settings.public_url or ""
    mail = hook = None
    if settings.mail_host is not None:
        server = MailServer(
            host=settings.mail_host,
            port=settings.mail_port,
            sender=settings.mail_from or "",
            tls=Tls(settings.mail_tls),
            user=settings.mail_user,
            password=settings.mail_password,
        )
        mail = MailCarrier(server, public_url=link)
    if settings.alert_webhook_url is not None:
        webhook = Webhook(url=settings.alert_webhook_url, secret=settings.alert_webhook_secret or "")
        hook = WebhookCarrier(webhook, public_url=link, now=now)
    return Carriers(mail=mail, webhook=hook)


def timers_of(settings: Settings) -> Timers:
    """Return how long people have."""
    wait = timedelta(minutes=settings.alert_acknowledge_minutes)
    return Timers(acknowledge=wait, longest=max(wait, Timers().longest))


class Rounds:
    """Carries what is due every so often, in a thread of a running service.

    A failure ends its own round and no other.
    """

    def __init__(self, carry: Callable[[], object], *, seconds: float, log: Log) -> None:
        self._carry = carry
        self._seconds = seconds
        self._log = log
        self._over = Event()
        self._thread = Thread(target=self._run, name="alerts", daemon=True)

    def begin(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """End after the round at hand."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            self._make_one()
            self._over.wait(self._seconds)

    def _make_one(self) -> None:
        try:
            self._carry()
        except Exception as error:
            emit(self._log, ALERTS_STALLED, error=type(error).__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDesk:
    """What carries the alerts of an installation, and tells of it."""

    settings: Settings
    storage: SqlStorage
    clock: Clock
    log: Log
    watch: Watch

    @property
    def crisis_contacts(self) -> str | None:
        """Whom a person in a crisis reaches, in the clinic's words."""
        return self.settings.crisis_contacts

    def deliver(self) -> tuple[Carried, ...]:
        """Carry the alerts that are due; raises `StorageError`."""
        ports = DeliveryPorts(
            storage=self.storage,
            clock=self.clock,
            carrier=carrier_of(self.settings, self.clock.now),
            timers=timers_of(self.settings),
        )
        told = deliver_alerts(ports)
        for one in told:
            self._tell(one)
        return told

    def standing(self) -> Backlog:
        """Return what waits now; raises `StorageError`."""
        return read_backlog(self.storage)

    def begin_rounds(self) -> Rounds | None:
        """Carry alerts every so often from now on; None where something else does."""
        seconds = self.settings.alert_seconds
        if not seconds:
            return None
        rounds = Rounds(self.deliver, seconds=seconds, log=self.log)
        rounds.begin()
        return rounds

    def _tell(self, carried: Carried) -> None:
        which = {
            "alert_id": carried.alert_id,
            "plan_id": carried.plan_id,
            "to": carried.to,
            "channel": carried.channel,
            "tries": carried.tries,
        }
        self.watch.alert(carried.channel, carried=carried.failure is None)
        if carried.failure is None:
            emit(self.log, ALERT_CARRIED, **which)
        else:
            emit(self.log, ALERT_NOT_CARRIED, failure=carried.failure, alarm=carried.alarm, **which)
