"""An alert as it is shown: what it asks for, whom it reached, and its journal; no address and no answer."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.alert import Alert, AlertEntry, AlertState, Reached
from service.domain.safety import Channel

ASKS = "Needs a clinician's assessment"
"""What every alert says; the score that it names says more, to whoever may read the plan."""

NOT_WATCHED = (
    "Nobody watches what is entered here as it comes in. Whoever is in danger now, or fears for somebody,"
    " calls for help at once."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeShown:
    """One message of the last round; `failure` is a code."""

    to: Reached
    channel: Channel
    person: str | None = None
    tries: int = 0
    delivered_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertShown:
    """An alert about one score of a plan, whom it reached, and everything that happened to it."""

    id: str
    plan_id: str
    score_id: str
    revision: int
    text: str
    state: AlertState
    raised_at: datetime
    escalated_at: datetime | None = None
    next_at: datetime | None = None
    notices: tuple[NoticeShown, ...] = ()
    entries: tuple[AlertEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryNotice:
    """What a form says beside its fields, wherever scores or journal entries are entered."""

    watched_live: bool
    notice: str
    crisis_contacts: str | None = None


def shown(alert: Alert) -> AlertShown:
    """Return an alert as it is shown."""
    notices = tuple(
        NoticeShown(
            to=one.to,
            channel=one.channel,
            person=one.person,
            tries=one.tries,
            delivered_at=one.delivered_at,
            failure=one.failure,
        )
        for one in alert.notices
    )
    return AlertShown(
        id=alert.id,
        plan_id=alert.plan_id,
        score_id=alert.score_id,
        revision=alert.revision,
        text=ASKS,
        state=alert.state,
        raised_at=alert.raised_at,
        escalated_at=alert.escalated_at,
        next_at=alert.due_at,
        notices=notices,
        entries=alert.entries,
    )


def entry_notice(crisis_contacts: str | None) -> EntryNotice:
    """Return what a form says."""
    return EntryNotice(watched_live=False, notice=NOT_WATCHED, crisis_contacts=crisis_contacts)
