"""Faults that keep a request from having an effect: no connection, a lost request, a refusal."""

from datetime import datetime, timedelta
from email.utils import format_datetime

from service.sandbox.faults.effects import (
    Effect,
    ErrorBefore,
    ExpiredPage,
    ExpiredToken,
    Form,
    LostRequest,
    NoConnection,
    Overloaded,
    TooManyRequests,
)
from service.sandbox.faults.memory import Memory
from service.sandbox.wire import Answer, Incoming, NoAnswer, Silence, complaint


def refused(effect: Effect, incoming: Incoming, *, memory: Memory, now: datetime) -> Answer | None:
    """Gives what stands in place of the effect, None for other faults; raises `NoAnswer`."""
    match effect:
        case NoConnection():
            raise NoAnswer(Silence.REFUSED)
        case LostRequest():
            raise NoAnswer(Silence.DROPPED)
        case ErrorBefore(status=status):
            return failed(status)
        case TooManyRequests(retry_after=wait, form=form):
            return _later(429, now, wait=wait, form=form)
        case Overloaded(retry_after=wait, form=form):
            return _later(503, now, wait=wait, form=form)
        case ExpiredToken():
            return _unauthorized(memory, incoming)
        case ExpiredPage():
            page = dict(incoming.query).get("_getpages", "")
            words = f'HAPI-0417: Search ID "{page}" does not exist and may have expired'
            return Answer(status=410, body=complaint(words))
        case _:
            return None


def failed(status: int) -> Answer:
    """Gives an error of this status."""
    return Answer(status=status, body=complaint(f"A fault of the sandbox: {status}", "exception"))


def _later(status: int, now: datetime, *, wait: int, form: Form) -> Answer:
    until = format_datetime((now + timedelta(seconds=wait)).replace(microsecond=0), usegmt=True)
    return Answer(
        status=status,
        body=complaint("A fault of the sandbox: too much is asked", "throttled"),
        headers={
            "Retry-After": until if form is Form.DATE else str(wait),
            "Date": format_datetime(now, usegmt=True),
        },
    )


def _unauthorized(memory: Memory, incoming: Incoming) -> Answer | None:
    token = incoming.header("authorization")
    if memory.token is None:
        memory.token = token
    if token != memory.token:
        return None
    return Answer(
        status=401,
        body=complaint("A fault of the sandbox: the token has expired", "login"),
        headers={"WWW-Authenticate": 'Bearer error="invalid_token", error_description="expired"'},
    )
