"""The one table from what a server answers, or fails to answer, to the reaction that it deserves."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError

from service.ehr.messages import Aim, Answer, Ask
from service.fhir.outcome import OutcomeIssue, read_outcome
from service.ports.ehr import (
    Contended,
    Denied,
    EhrError,
    Gone,
    Missing,
    NotFhir,
    Rejected,
    SeveralMatch,
    Stale,
    Throttled,
    Unavailable,
    UnknownOutcome,
)

_ALWAYS: Mapping[int, type[EhrError]] = {
    HTTPStatus.UNAUTHORIZED: Denied,
    HTTPStatus.FORBIDDEN: Denied,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: Denied,
    HTTPStatus.TOO_EARLY: Unavailable,
    HTTPStatus.TOO_MANY_REQUESTS: Throttled,
    HTTPStatus.NOT_IMPLEMENTED: Rejected,
    HTTPStatus.HTTP_VERSION_NOT_SUPPORTED: Rejected,
}
_BY_ID = frozenset({Aim.READ, Aim.UPDATE})

# HAPI 8.8.0 gives all of these the issue code "processing"; only its numbers tell them apart.
# 409: 2745 racing conditional creates, 0825 racing client-chosen ids; 0989 and 0974 stale If-Match, 0823 two
# updates at once; 0515 a delete that would leave references behind. 412: 0958 and 0988 several match.
_WORDS: tuple[tuple[str, type[EhrError]], ...] = (
    ("HAPI-2745", Contended),
    ("HAPI-0825", Contended),
    ("HAPI-0989", Stale),
    ("HAPI-0974", Stale),
    ("HAPI-0823", Stale),
    ("HAPI-0515", Rejected),
    ("HAPI-0958", SeveralMatch),
    ("HAPI-0988", SeveralMatch),
)


class PageExpired(Unavailable):
    """The server has forgotten the search that a page belongs to (HAPI 8.8.0: 410, HAPI-0417)."""


def refusal(ask: Ask, answer: Answer) -> EhrError:
    """Sort an answer that is no success."""
    issues = read_outcome(answer.body)
    kind = _kind(ask, answer, issues)
    message = f"{ask.name}: the server answers {answer.status}"
    if issubclass(kind, Throttled):
        after = retry_after(answer.headers)
        return kind(
            message, status=answer.status, request_id=answer.request_id, issues=issues, retry_after=after
        )
    return kind(message, status=answer.status, request_id=answer.request_id, issues=issues)


def unreadable(ask: Ask, answer: Answer, what: str) -> EhrError:
    """Sort a success whose content makes no sense: a write behind it may well have been made."""
    kind = UnknownOutcome if ask.writes else NotFhir
    return kind(f"{ask.name}: {what}", status=answer.status, request_id=answer.request_id)


def broken(ask: Ask, error: requests.RequestException, request_id: str) -> EhrError:
    """Sort a request that got no whole answer; the library's words hold the URL, so they are left out."""
    if isinstance(error, ValueError):
        return Rejected(f"{ask.name}: no such request can be sent", request_id=request_id)
    if never_sent(error):
        return Unavailable(f"{ask.name}: no connection to the server", request_id=request_id)
    kind = UnknownOutcome if ask.writes else Unavailable
    how = "took too long" if isinstance(error, requests.Timeout) else "was cut"
    return kind(f"{ask.name}: the answer {how}", request_id=request_id)


def never_sent(error: requests.RequestException) -> bool:
    """Tell whether the connection never stood: refused, no such host, no answer to it, or no trust."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    untrusted = "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return untrusted or isinstance(reason, NewConnectionError | NameResolutionError)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After in seconds; a date is measured against the server's own Date, never our clock."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    until, now = _date(asked), _date(headers.get("Date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _kind(ask: Ask, answer: Answer, issues: tuple[OutcomeIssue, ...]) -> type[EhrError]:
    always = _ALWAYS.get(answer.status)
    if always is not None:
        return always
    match answer.status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return _absence(ask, answer)
        case HTTPStatus.CONFLICT | HTTPStatus.PRECONDITION_FAILED:
            return _spoken(issues) or _condition(ask, answer.status)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return _outage(ask, answer)
        case status:
            return Rejected if status >= HTTPStatus.BAD_REQUEST else NotFhir


def _outage(ask: Ask, answer: Answer) -> type[EhrError]:
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after(answer.headers) is not None:
        return Throttled
    return UnknownOutcome if ask.writes else Unavailable


def _absence(ask: Ask, answer: Answer) -> type[EhrError]:
    """HTML in place of an outcome is a proxy or another server: it must not look like a deletion."""
    if answer.garbled or ask.aim is Aim.METADATA:
        return NotFhir
    if ask.aim is Aim.PAGE:
        return PageExpired
    if ask.aim not in _BY_ID:
        return Rejected
    return Gone if answer.status == HTTPStatus.GONE else Missing


def _spoken(issues: tuple[OutcomeIssue, ...]) -> type[EhrError] | None:
    words = " ".join(issue.diagnostics for issue in issues)
    return next((kind for number, kind in _WORDS if number in words), None)


def _condition(ask: Ask, status: int) -> type[EhrError]:
    """Without known words: 409 and 412 behind an If-Match are both stale (HAPI says 409, others 412)."""
    if not ask.writes:
        return Rejected
    if ask.guarded:
        return Stale
    return Contended if status == HTTPStatus.CONFLICT else SeveralMatch
