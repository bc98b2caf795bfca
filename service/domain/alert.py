"""Alerts: a positive risk item on its way to people, who acknowledge and close it; nothing else ends it.

The states and who moves them stand in docs/howto/alerts.md. Time arrives as an argument.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.references import PERSON
from service.domain.safety import Channel, SafetyContacts, reachable
from service.domain.values import Invalid, Problem, Value


class AlertState(StrEnum):
    """How far an alert has come; `undelivered` is an alarm of its own."""

    RAISED = "raised"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


WAITING = frozenset({AlertState.RAISED, AlertState.DELIVERED, AlertState.UNDELIVERED})
"""The states in which nobody has said yet that they look after it."""


class Reached(StrEnum):
    """Whom a notice goes to; `clinic` is the clinic's own webhook, where a plan names nobody."""

    RECIPIENT = "recipient"
    BACKUP = "backup"
    CLINIC = "clinic"


class Happening(StrEnum):
    """What happened to an alert, in its own journal."""

    RAISED = "raised"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Value):
    """One message to one person by one channel: tried at `due_at` until it is delivered."""

    to: Reached
    channel: Channel
    person: str | None = field(default=None, metadata=PERSON)
    address: str | None = None
    tries: int = 0
    due_at: datetime
    delivered_at: datetime | None = None
    failure: str | None = None

    @property
    def place(self) -> tuple[Reached, Channel]:
        """What tells the notices of one round apart."""
        return self.to, self.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEntry(Value):
    """One line of an alert's journal: `who` is an author or a person's id, `detail` a code or a reason."""

    what: Happening
    at: datetime
    who: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Value):
    """A score of a plan that needs a clinician's assessment; it holds no answer and no total.

    `number` counts its changes, and `turn_at` is when the next reminder is due. The notices are those of the
    last round; what became of earlier ones stands in `entries`.
    """

    id: str
    plan_id: str
    score_id: str
    revision: int
    raised_at: datetime
    state: AlertState = AlertState.RAISED
    number: int = 1
    rounds: int = 0
    turn_at: datetime
    notices: tuple[Notice, ...] = ()
    entries: tuple[AlertEntry, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """When something is to be done next without a person; None once somebody looks after it."""
        if self.state not in WAITING:
            return None
        return min((self.turn_at, *(one.due_at for one in self.notices if one.delivered_at is None)))

    @property
    def escalated_at(self) -> datetime | None:
        """When it went to the backup because nobody had acknowledged it, if it did."""
        return next((one.at for one in self.entries if one.what is Happening.ESCALATED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """How long people have to acknowledge, how a failed delivery is repeated, and when it is an alarm."""

    acknowledge: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=4)
    retry: timedelta = timedelta(minutes=1)
    longest_retry: timedelta = timedelta(minutes=15)
    tries: int = 4


def raised(alert_id: str, *, plan_id: str, score_id: str, revision: int, now: datetime) -> Alert:
    """Return a new alert, due at once."""
    return Alert(
        id=alert_id,
        plan_id=plan_id,
        score_id=score_id,
        revision=revision,
        raised_at=now,
        turn_at=now,
        entries=(AlertEntry(what=Happening.RAISED, at=now),),
    )


def advanced(alert: Alert, contacts: SafetyContacts | None, *, timers: Timers, now: datetime) -> Alert:
    """Return the alert with what its timer asks for: the first notices, the backup's, or reminders.

    A reminder goes to whom the plan names by then, so that a corrected address counts.
    """
    if alert.state not in WAITING or alert.turn_at > now:
        return alert
    wait = min(timers.acknowledge * 2 ** max(alert.rounds - 1, 0), timers.longest)
    first = alert.rounds == 0
    alone = first and contacts is not None and reachable(contacts, now)
    whom = (Reached.RECIPIENT,) if alone else (Reached.RECIPIENT, Reached.BACKUP)
    told = alert if first else _noted(alert, _turn_of(alert), now)
    notices = tuple(_notices(contacts, whom, now))
    return replace(told, rounds=alert.rounds + 1, turn_at=now + wait, notices=notices)


def claimed(alert: Alert, *, timers: Timers, now: datetime) -> tuple[Alert, tuple[Notice, ...]]:
    """Return the alert with the notices that are due now put off to their next try, and those notices.

    It is kept before they are sent: who dies in between leaves them to be tried again.
    """
    due = frozenset(one.place for one in _due(alert, now))
    notices = tuple(_tried(one, timers, now) if one.place in due else one for one in alert.notices)
    return replace(alert, notices=notices), tuple(one for one in notices if one.place in due)


def delivered(alert: Alert, notice: Notice, *, now: datetime) -> Alert:
    """Return the alert after a notice has gone out."""
    changed = _with(alert, notice, delivered_at=now, failure=None)
    state = AlertState.DELIVERED if alert.state in WAITING else alert.state
    return _noted(replace(changed, state=state), Happening.DELIVERED, now, notice=notice)


def failed(
    alert: Alert, notice: Notice, code: str, *, timers: Timers, now: datetime, lasting: bool = False
) -> Alert:
    """Return the alert after a notice could not go out; `lasting` says that trying again will not help.

    When its tries are used up and nothing of the round has arrived, the alert is undelivered: an alarm, for
    which the backup's turn comes at once. It is tried for as long as nobody looks after it.
    """
    changed = _with(alert, notice, failure=code)
    used_up = lasting or notice.tries >= timers.tries
    arrived = any(one.delivered_at is not None for one in changed.notices)
    if alert.state not in WAITING or not used_up or arrived or alert.state is AlertState.UNDELIVERED:
        return changed
    noted = _noted(changed, Happening.UNDELIVERED, now, notice=notice)
    turn_at = now if alert.rounds == 1 else alert.turn_at
    return replace(noted, state=AlertState.UNDELIVERED, turn_at=turn_at)


def acknowledged(alert: Alert, *, who: str, now: datetime) -> Alert:
    """Return the alert after somebody said that they look after it; raises `Invalid` once it is closed."""
    if alert.state is AlertState.CLOSED:
        raise Invalid([Problem("state", "is closed already")])
    noted = _noted(alert, Happening.ACKNOWLEDGED, now, who=_named(who))
    return replace(noted, state=AlertState.ACKNOWLEDGED)


def closed(alert: Alert, *, who: str, reason: str, now: datetime) -> Alert:
    """Return the alert after somebody assessed the person; raises `Invalid` without a name and a reason."""
    if alert.state is AlertState.CLOSED:
        raise Invalid([Problem("state", "is closed already")])
    if not reason.strip():
        raise Invalid([Problem("reason", "is required: what was assessed, and what was done")])
    noted = _noted(alert, Happening.CLOSED, now, who=_named(who), detail=reason.strip())
    return replace(noted, state=AlertState.CLOSED)


def _named(who: str) -> str:
    if not who.strip():
        raise Invalid([Problem("who", "is required: nobody is reached by an alert that nobody answers for")])
    return who.strip()


def _turn_of(alert: Alert) -> Happening:
    return Happening.ESCALATED if alert.escalated_at is None else Happening.REMINDED


def _due(alert: Alert, now: datetime) -> Iterable[Notice]:
    if alert.state not in WAITING:
        return ()
    return (one for one in alert.notices if one.delivered_at is None and one.due_at <= now)


def _tried(notice: Notice, timers: Timers, now: datetime) -> Notice:
    pause = min(timers.retry * 2 ** min(notice.tries, 10), timers.longest_retry)
    return replace(notice, tries=notice.tries + 1, due_at=now + pause)


def _notices(contacts: SafetyContacts | None, whom: Iterable[Reached], now: datetime) -> Iterable[Notice]:
    if contacts is None:
        yield Notice(to=Reached.CLINIC, channel=Channel.WEBHOOK, due_at=now)
        return
    people = {Reached.RECIPIENT: contacts.recipient, Reached.BACKUP: contacts.backup}
    for to in whom:
        for channel in contacts.channels:
            address = people[to].email if channel is Channel.EMAIL else None
            yield Notice(to=to, channel=channel, person=people[to].person, address=address, due_at=now)


def _with(
    alert: Alert, notice: Notice, *, failure: str | None, delivered_at: datetime | None = None
) -> Alert:
    """Change the notice of this round that was tried; one of a round that is over is left alone."""
    changed = tuple(
        replace(one, failure=failure, delivered_at=delivered_at)
        if (one.place, one.due_at) == (notice.place, notice.due_at)
        else one
        for one in alert.notices
    )
    return replace(alert, notices=changed)


def _noted(
    alert: Alert,
    what: Happening,
    now: datetime,
    *,
    notice: Notice | None = None,
    who: str | None = None,
    detail: str | None = None,
) -> Alert:
    if notice is not None:
        who, detail = notice.person, notice.channel.value
    entry = AlertEntry(what=what, at=now, who=who, detail=detail)
    return replace(alert, entries=(*alert.entries, entry))
