"""The one table of exceptions and statuses, and the problem (RFC 9457) that tells of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from types import MappingProxyType
from typing import Any

from werkzeug.exceptions import HTTPException

from service.api.refusals import (
    ForeignPage,
    Malformed,
    NoEhr,
    NotReady,
    NoVersion,
    StaleVersion,
    TooLarge,
    TooMany,
    TooSlow,
    WrongHost,
    WrongMedia,
)
from service.application.answer_once import OtherRequest, StillAnswering
from service.application.preview_digest import Moved
from service.application.push_plan import PatientBusy, ReadOnly
from service.domain.values import Invalid, Problem
from service.fhir.outcome import OutcomeIssue, Severity
from service.ports.access import Doubt, KeysUnavailable, NotAllowed, NotRecognised
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
    Unforeseen,
    UnknownOutcome,
)
from service.ports.sealing import BadKeys, Damaged, KeyLacking, KeyRetired, KeysUnfit, NotSealed, WrongKey
from service.ports.storage import (
    Outdated,
    Pinned,
    StorageBusy,
    StorageUnavailable,
    Superseded,
    Taken,
    Unknown,
)
from service.sync.barrier import Barred
from service.sync.restored import ServerReset
from service.sync.two_way import MassVanish

PROBLEMS = "https://w3id.org/tandem-care/problems/"
# R4, value set issue-type.
_CODES = frozenset({
    "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired",
    "forbidden", "suppressed", "processing", "not-supported", "duplicate", "multiple-matches", "not-found",
    "deleted", "too-long", "code-invalid", "extension", "too-costly", "business-rule", "conflict",
    "transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled", "informational",
})  # fmt: skip
# A FHIRPath of elements and indexes, which cannot hold a quoted word.
_PLACE = re.compile(r"[A-Z][A-Za-z]{1,40}(\.[a-z][A-Za-z]{0,40}(\[\d{1,4}\])?){0,12}")
_UNKNOWN_PARAMETER = "Unknown field."
# How long a push of one plan usually takes, and a database's other writer at most.
_SOON = 5
_REALM = 'Bearer realm="tandem"'
# A body of a million wrong items must not become an answer of a million problems.
_TOLD = 100
_NAME = re.compile(r"[a-z_]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EhrIssue:
    """What the EHR's server complains of, without its words: they may quote the record.

    The server has its own log, in which the request's id leads to them.
    """

    severity: Severity
    code: str
    expression: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """What went wrong (RFC 9457), in paths, codes and ids; never in words of a patient's record of ours.

    `errors` name each field and why. A field is a JSON path in the body, or in the plan that the body would
    have made, or the name of a query parameter or header. `current_revision` is the one to read before
    deciding again, `current_digest` that of a preview made now. `issues` are the codes and places that the
    EHR's server gave.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[Problem, ...] = ()
    current_revision: int | None = None
    current_digest: str | None = None
    issues: tuple[EhrIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The status of an exception, the name of its problem type, and when to try again, in seconds."""

    status: int
    name: str
    retry_after: int | None = None


TABLE: Mapping[type[Exception], Row] = MappingProxyType({
    Malformed: Row(400, "malformed"),
    WrongHost: Row(400, "wrong-host"),
    ForeignPage: Row(403, "foreign-page"),
    WrongMedia: Row(415, "wrong-media-type"),
    NoVersion: Row(428, "version-required"),
    StaleVersion: Row(412, "stale-version"),
    TooSlow: Row(408, "too-slow"),
    TooLarge: Row(413, "too-large"),
    TooMany: Row(429, "too-many-requests"),
    OtherRequest: Row(422, "key-used-for-another-request"),
    StillAnswering: Row(409, "still-answering", 1),
    NoEhr: Row(503, "no-ehr"),
    NotReady: Row(503, "not-ready", _SOON),
    NotRecognised: Row(401, "not-recognised"),
    NotAllowed: Row(403, "not-allowed"),
    KeysUnavailable: Row(503, "keys-unavailable", _SOON),
    Invalid: Row(422, "invalid"),
    Unknown: Row(404, "unknown"),
    Superseded: Row(412, "stale-version"),
    Outdated: Row(412, "stale-version"),
    Taken: Row(409, "taken"),
    Pinned: Row(409, "pinned"),
    StorageBusy: Row(503, "storage-unavailable", _SOON),
    StorageUnavailable: Row(503, "storage-unavailable", _SOON),
    KeysUnfit: Row(503, "keys-unfit"),
    BadKeys: Row(503, "keys-unfit"),
    KeyLacking: Row(503, "key-lacking"),
    WrongKey: Row(503, "wrong-key"),
    KeyRetired: Row(503, "key-retired"),
    NotSealed: Row(503, "not-sealed"),
    Damaged: Row(500, "damaged"),
    ReadOnly: Row(409, "read-only-connection"),
    PatientBusy: Row(409, "patient-busy", _SOON),
    Barred: Row(409, "writing-barred"),
    Moved: Row(412, "preview-moved"),
    MassVanish: Row(409, "chart-looks-emptied"),
    ServerReset: Row(409, "server-looks-reset"),
    UnknownOutcome: Row(504, "ehr-outcome-unknown"),
    Throttled: Row(503, "ehr-throttles", _SOON),
    Contended: Row(503, "ehr-contended", _SOON),
    Unforeseen: Row(503, "ehr-unforeseen", _SOON),
    Unavailable: Row(503, "ehr-unavailable", _SOON),
    Denied: Row(502, "ehr-denies"),
    NotFhir: Row(502, "ehr-is-not-fhir"),
    Rejected: Row(502, "ehr-rejects"),
    SeveralMatch: Row(409, "several-match"),
    Stale: Row(409, "chart-moved-on"),
    Missing: Row(502, "ehr-lacks-resource"),
    Gone: Row(502, "ehr-lacks-resource"),
    EhrError: Row(502, "ehr-failed"),
    Exception: Row(500, "failed"),
})  # fmt: skip


def row_of(error: Exception) -> Row:
    """Return the row of an exception, or of the nearest of its bases."""
    return next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)


def problem_of(error: Exception, request_id: str) -> tuple[ProblemDetails, dict[str, str]]:
    """Return what to tell about an exception, and the headers to send with it."""
    if isinstance(error, HTTPException):
        asked = _query_problems(getattr(error, "data", None) or {})
        return problem_of(Invalid(asked), request_id) if asked else _of_http(error, request_id)
    row = row_of(error)
    details: dict[str, Any] = {"detail": _detail(error), "request_id": request_id, **_members(error)}
    told = ProblemDetails(type=PROBLEMS + row.name, title=_title(row), status=row.status, **details)
    return told, _headers(error, row)


def _title(row: Row) -> str:
    words = row.name.replace("-", " ")
    words = words[0].upper() + words[1:]
    return words.replace("Ehr", "EHR").replace("ehr", "EHR").replace("fhir", "FHIR")


def _headers(error: Exception, row: Row) -> dict[str, str]:
    if isinstance(error, NotRecognised | NotAllowed):
        return {"WWW-Authenticate": _challenge(error)}
    asked = error.retry_after if isinstance(error, Throttled | TooMany) else None
    seconds = row.retry_after if asked is None else ceil(max(asked, 1))
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _challenge(error: NotRecognised | NotAllowed) -> str:
    """Return what RFC 6750, section 3, says to whom: who brought nothing is told no error."""
    match error:
        case NotRecognised(doubt=Doubt.MISSING):
            return _REALM
        case NotRecognised():
            return f'{_REALM}, error="invalid_token", error_description="{error}"'
        case _:
            return f'{_REALM}, error="insufficient_scope"'


def _detail(error: Exception) -> str:
    match error:
        case Invalid() if len(error.problems) > _TOLD:
            return f"What was sent breaks the rules that errors names, and {len(error.problems)} in all."
        case Invalid():
            return "What was sent breaks the rules that errors names."
        case Unknown():  # its text quotes the name that was asked for
            return f"There is no such {error.kind}."
        case Taken():
            return f"There is a {error.kind} with this id already."
        case _ if row_of(error) is TABLE[Exception]:  # what it says was not written for readers
            return "The service failed; nothing was kept. Its log has the request id."
        case _:
            return str(error)


def _members(error: Exception) -> dict[str, Any]:
    match error:
        case Invalid():
            return {"errors": tuple(error.problems[:_TOLD])}
        case NotRecognised():
            return {"errors": (Problem("Authorization", error.doubt),)}
        case NotReady():
            return {"errors": error.lacks}
        case EhrError():
            return {"issues": tuple(map(_plain, error.issues))}
        case _:
            return _current(error)


def _current(error: Exception) -> dict[str, Any]:
    """Return what to read before deciding again."""
    match error:
        case Superseded():
            return {"current_revision": error.current}
        case Moved():
            parts = (Problem("apply", f"moved: {part}") for part in error.parts)
            return {"errors": tuple(parts)[:_TOLD], "current_digest": error.digest}
        case _:
            return {}


def _plain(issue: OutcomeIssue) -> EhrIssue:
    places = tuple(one for one in issue.expression if _PLACE.fullmatch(one))
    code = issue.code if issue.code in _CODES else "unknown"
    return EhrIssue(severity=issue.severity, code=code, expression=places)


def _of_http(error: HTTPException, request_id: str) -> tuple[ProblemDetails, dict[str, str]]:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    told = ProblemDetails(
        title=status.phrase,
        status=status,
        detail=status.description or status.phrase,
        request_id=request_id,
    )
    allow = getattr(error, "valid_methods", None)
    return told, {"Allow": ", ".join(sorted(allow))} if allow else {}


def _query_problems(told: Mapping[str, Any]) -> list[Problem]:
    """Read what webargs says about query parameters: {"query": {name: [reason]}}."""
    by_name: Mapping[str, list[str]] = told.get("messages", {}).get("query", {})
    # What a client calls a parameter is free text too: only our own names are repeated.
    return [
        Problem("?" if reason == _UNKNOWN_PARAMETER else name, reason)
        for name, reasons in by_name.items()
        for reason in reasons
    ]
