"""A sample alert with something in every field."""

from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.alert import Alert, AlertEntry, AlertState, Happening, Notice, Reached
from service.domain.safety import Channel
from tests.builders.people import PSYCHIATRIST, made, uid

RAISED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_alert(**changes: Any) -> Alert:
    later = RAISED_AT + timedelta(minutes=1)
    notice = Notice(
        to=Reached.RECIPIENT,
        channel=Channel.EMAIL,
        person=PSYCHIATRIST.id,
        address="recipient@clinic.example",
        tries=1,
        due_at=later,
        failure="refused",
    )
    return made(
        Alert,
        changes,
        id=uid("alerts-0"),
        plan_id=uid("plan"),
        score_id=uid("scores-0"),
        revision=2,
        raised_at=RAISED_AT,
        state=AlertState.RAISED,
        rounds=1,
        turn_at=RAISED_AT + timedelta(minutes=30),
        notices=(notice,),
        entries=(AlertEntry(what=Happening.RAISED, at=RAISED_AT),),
    )
