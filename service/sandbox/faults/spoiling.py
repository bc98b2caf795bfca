"""Faults of the answer on its way back: other statuses, rows on the wrong page, nothing at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, TypeAlias

from service.fhir.bundle import version_of
from service.fhir.json import JsonObject
from service.sandbox.faults.effects import (
    ClockSkew,
    ConflictForPrecondition,
    CutBody,
    DuplicateRow,
    Effect,
    ErrorAfter,
    IgnoredWrite,
    LostResponse,
    MissingRow,
    PreconditionForConflict,
    ReorderedRows,
    Says,
)
from service.sandbox.faults.refusals import failed
from service.sandbox.faults.rows import duplicated, lacking, reordered
from service.sandbox.wire import Answer, Incoming, NoAnswer, Silence, complaint

Ask: TypeAlias = Callable[[Incoming], Answer]
_BY_ID = 2


def spoilt(effect: Effect, answer: Answer, *, incoming: Incoming, ask: Ask, now: datetime) -> Answer:
    """Gives the answer as a fault changes it; `ask` asks the server again, other faults change nothing."""
    match effect:
        case ConflictForPrecondition():
            return _instead(answer, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT)
        case PreconditionForConflict():
            return _instead(answer, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)
        case IgnoredWrite(says=Says.KEPT):
            return _kept(answer, incoming, ask)
        case ClockSkew(seconds=seconds):
            date = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
            return replace(answer, headers={**answer.headers, "Date": date})
        case _:
            return _paged(effect, answer, incoming=incoming, ask=ask)


def _paged(effect: Effect, answer: Answer, *, incoming: Incoming, ask: Ask) -> Answer:
    match effect:
        case DuplicateRow():
            return duplicated(answer, incoming, ask)
        case MissingRow():
            return lacking(answer)
        case ReorderedRows():
            return reordered(answer, incoming, ask)
        case _:
            return answer


def arrives(effect: Effect, answer: Answer) -> Answer:
    """Gives what is left of an answer when its request has had its effect; raises `NoAnswer`."""
    match effect:
        case LostResponse():
            raise NoAnswer(Silence.DROPPED)
        case CutBody():
            raise NoAnswer(Silence.CUT, answer)
        case ErrorAfter(status=status):
            return failed(status)
        case _:
            return answer


def _instead(answer: Answer, said: int, says: int) -> Answer:
    """Says one status for another, in the entries of a batch too, and in words that no server is known by."""
    if answer.status == said:
        return Answer(status=int(says), body=complaint("The resource is not as expected", "conflict"))
    if not answer.body or "entry" not in answer.body:
        return answer
    entries = [_entry_instead(entry, said, says) for entry in answer.body["entry"]]
    return replace(answer, body={**answer.body, "entry": entries})


def _entry_instead(entry: JsonObject, said: int, says: int) -> JsonObject:
    response: Any = entry.get("response", {})
    if not str(response.get("status", "")).startswith(str(int(said))):
        return entry
    outcome = complaint("The resource is not as expected", "conflict")
    return {**entry, "response": {**response, "status": str(int(says)), "outcome": outcome}}


def _kept(answer: Answer, incoming: Incoming, ask: Ask) -> Answer:
    if incoming.method not in {"PUT", "PATCH"} or len(incoming.segments) != _BY_ID:
        return answer
    reading = replace(incoming, method="GET", query=(), headers={}, body=b"")
    held = ask(reading)
    known = version_of(held.headers.get("ETag")) is not None
    return held if answer.status < HTTPStatus.BAD_REQUEST and known else answer
