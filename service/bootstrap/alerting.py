"""How alerts leave an installation: its carriers, its timers, and the round that a running service makes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from service.application.deliver_alerts import Carried
from service.delivery.carrier import Carriers
from service.delivery.mail import MailCarrier, MailServer, Tls
from service.delivery.webhook import Webhook, WebhookCarrier
from service.domain.alert import Timers
from service.settings import Settings
from service.telemetry.events import ALERT_CARRIED, ALERT_NOT_CARRIED, ALERTS_STALLED, Log, emit


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


def tell_carried(carried: Carried, log: Log) -> None:
    """Write down what became of one message."""
    which = {
        "alert_id": carried.alert_id,
        "plan_id": carried.plan_id,
        "to": carried.to,
        "channel": carried.channel,
        "tries": carried.tries,
    }
    if carried.failure is None:
        emit(log, ALERT_CARRIED, **which)
    else:
        emit(log, ALERT_NOT_CARRIED, failure=carried.failure, alarm=carried.alarm, **which)


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
