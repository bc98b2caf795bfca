"""OperationOutcome: what a server says went wrong, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.fhir.json import JsonObject


class Severity(StrEnum):
    """How much an issue hinders."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def stops(self) -> bool:
        """Tells whether the action failed because of it."""
        return self in {Severity.FATAL, Severity.ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeIssue:
    """One issue; `diagnostics` are the server's words, which may quote the record and so are never logged."""

    severity: Severity
    code: str
    diagnostics: str = ""
    expression: tuple[str, ...] = ()


def read_outcome(body: Any) -> tuple[OutcomeIssue, ...]:
    """Reads the issues of an OperationOutcome; anything else has none.

    The place is taken from `expression`, else from `location`, where HAPI 8.8 also writes "Line[1] Col[2]".
    """
    if not isinstance(body, dict) or body.get("resourceType") != "OperationOutcome":
        return ()
    return tuple(_issue(issue) for issue in _list(body.get("issue")) if isinstance(issue, dict))


def build_outcome(issues: Iterable[OutcomeIssue]) -> JsonObject:
    """Builds an OperationOutcome; R4 asks for one issue at least, so none becomes one that says "All OK"."""
    all_ok = OutcomeIssue(severity=Severity.INFORMATION, code="informational", diagnostics="All OK")
    return {
        "resourceType": "OperationOutcome",
        "issue": [_written(issue) for issue in tuple(issues) or (all_ok,)],
    }


def _issue(issue: JsonObject) -> OutcomeIssue:
    return OutcomeIssue(
        severity=_severity(issue.get("severity")),
        code=str(issue.get("code", "")),
        diagnostics=_words(issue),
        expression=_places(issue),
    )


def _severity(text: Any) -> Severity:
    """Reads a severity; one that R4 does not know counts as an error, so that nothing passes unseen."""
    return Severity(text) if text in set(Severity) else Severity.ERROR


def _words(issue: JsonObject) -> str:
    details = issue.get("details")
    details = details if isinstance(details, dict) else {}
    return str(issue.get("diagnostics") or details.get("text") or "")


def _places(issue: JsonObject) -> tuple[str, ...]:
    expression = tuple(map(str, _list(issue.get("expression"))))
    location = tuple(map(str, _list(issue.get("location"))))
    return expression or tuple(place for place in location if not place.startswith("Line["))


def _written(issue: OutcomeIssue) -> JsonObject:
    body: JsonObject = {"severity": str(issue.severity), "code": issue.code}
    if issue.diagnostics:
        body["diagnostics"] = issue.diagnostics
    if issue.expression:
        body["expression"] = list(issue.expression)
    return body


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
