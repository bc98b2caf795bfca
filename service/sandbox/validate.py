"""The `$validate` operation: base R4 as `service.fhir` knows it, no profiles."""

from collections.abc import Iterable, Iterator
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue, Severity, build_outcome
from service.fhir.problem import Problem
from service.fhir.validation import problems, warnings
from service.sandbox.intake import checked, read_any
from service.sandbox.wire import Incoming, Refusal


def validation(incoming: Incoming) -> JsonObject:
    """Answers `$validate` for a resource sent bare or in Parameters; one that cannot be parsed is refused."""
    sent = read_any(incoming)
    parameters = _parameters(sent)
    resource = parameters.get("resource", sent) if parameters is not None else sent
    if resource is sent and parameters is not None:
        raise Refusal(400, "HAPI-0992: No resource supplied for $validate operation")
    checked(resource, str(resource.get("resourceType")))
    profile = dict(incoming.query).get("profile") or (parameters or {}).get("profile")
    found = [*problems(resource), *warnings(resource)]
    return build_outcome([*map(_issue, found), *_about_profile(profile)])


def outcome_of(found: Iterable[Problem]) -> JsonObject:
    """Builds the OperationOutcome that lists these problems."""
    return build_outcome(list(map(_issue, found)))


def _parameters(sent: JsonObject) -> dict[str, Any] | None:
    """Gives the values of a Parameters resource by name; None for any other resource."""
    if sent.get("resourceType") != "Parameters":
        return None
    listed = sent.get("parameter", ())
    return {one.get("name", ""): _value(one) for one in listed if isinstance(one, dict)}


def _value(parameter: JsonObject) -> Any:
    return next((value for name, value in parameter.items() if name != "name"), None)


def _issue(problem: Problem) -> OutcomeIssue:
    return OutcomeIssue(
        severity=problem.severity,
        code="processing",
        diagnostics=f"{problem.rule}: {problem.message}",
        expression=(problem.path,),
    )


def _about_profile(profile: Any) -> Iterator[OutcomeIssue]:
    if profile:
        words = "This server knows no profiles: only base R4 was checked"
        yield OutcomeIssue(severity=Severity.INFORMATION, code="not-supported", diagnostics=words)
