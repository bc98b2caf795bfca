"""Reading and validating through the gateway."""

from collections.abc import Callable

import pytest
import responses

from service.ehr.gateway import Gateway
from service.ehr.retry import RetryPolicy
from service.fhir.outcome import Severity
from service.ports import ehr
from service.ports.ehr import Create, PutNew

BASE = "http://ehr.test/fhir"
GOAL = {"resourceType": "Goal", "id": "7", "meta": {"versionId": "2", "lastUpdated": "2026-11-23T18:00:00Z"}}
THREE = RetryPolicy(attempts=3, base=1, cap=8, jitter=lambda longest: longest)


def outcome(code: str = "processing") -> dict[str, object]:
    issue = {"severity": "error", "code": code, "diagnostics": "words", "expression": ["Goal.subject"]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def test_a_read_returns_the_version_that_the_server_holds(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.get(f"{BASE}/Goal/7", json=GOAL, headers={"ETag": 'W/"3"'})
    found = gateway.read("Goal/7")
    assert (found.reference, found.version, found.last_updated) == ("Goal/7", "3", "2026-11-23T18:00:00Z")
    assert found.resource == GOAL


def test_one_version_is_read_by_its_number(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Goal/7/_history/2", json=GOAL)
    assert gateway.read_version("Goal/7", "2").version == "2"


@pytest.mark.parametrize("body", [{**GOAL, "id": "8"}, {"resourceType": "Goal"}, {}])
def test_a_read_never_passes_off_another_resource(
    gateway: Gateway, server: responses.RequestsMock, body: dict[str, object]
) -> None:
    server.get(f"{BASE}/Goal/7", json=body)
    with pytest.raises(ehr.NotFhir, match="another resource"):
        gateway.read("Goal/7")


@pytest.mark.parametrize("status", [200, 400, 412, 422])
def test_what_validation_finds_is_a_verdict_whatever_the_status(
    gateway: Gateway, server: responses.RequestsMock, status: int
) -> None:
    server.post(f"{BASE}/Goal/$validate", json=outcome(), status=status)
    (issue,) = gateway.validate(GOAL, "http://example.org/profile")
    assert (issue.severity, issue.expression) == (Severity.ERROR, ("Goal.subject",))
    assert server.calls[0].request.params == {"profile": "http://example.org/profile"}


def test_a_valid_resource_has_no_issue(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.post(f"{BASE}/Goal/$validate", json={"resourceType": "OperationOutcome"})
    assert gateway.validate(GOAL) == ()
    assert server.calls[0].request.params == {}


@pytest.mark.parametrize(
    ("status", "body"), [(404, outcome()), (400, outcome("not-supported")), (400, {}), (405, outcome())]
)
def test_a_server_without_validation_gives_no_verdict(
    gateway: Gateway, server: responses.RequestsMock, status: int, body: dict[str, object]
) -> None:
    server.post(f"{BASE}/Goal/$validate", json=body, status=status)
    with pytest.raises(ehr.Rejected):
        gateway.validate(GOAL)


@pytest.mark.parametrize(
    "write",
    [
        lambda g: g.write(Create(resource=GOAL, if_none_exist="identifier=a|b")),
        lambda g: g.write(PutNew(reference="Goal/7", resource=GOAL)),
        lambda g: g.transact([Create(resource=GOAL, if_none_exist="identifier=a|b")]),
    ],
)
@pytest.mark.parametrize(("status", "headers"), [(429, {}), (503, {"Retry-After": "1"}), (409, {})])
def test_a_write_without_effect_is_sent_again_until_the_attempts_end(
    dial: Callable[..., Gateway],
    server: responses.RequestsMock,
    slept: list[float],
    write: Callable[[Gateway], object],
    status: int,
    headers: dict[str, str],
) -> None:
    for method, url in (("POST", f"{BASE}/Goal"), ("PUT", f"{BASE}/Goal/7"), ("POST", BASE)):
        server.add(method, url, json=outcome(), status=status, headers=headers)
    with pytest.raises(ehr.Unavailable):
        write(dial(retry=THREE))
    assert len(server.calls) == 3
    assert len(slept) == 2
