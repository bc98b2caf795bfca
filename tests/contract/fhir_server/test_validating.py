"""The $validate operation."""

from typing import Any

import pytest

from tests.contract.fhir_server.client import Client, patient, words


def severities(chart: Client, kind: str, body: dict[str, Any]) -> set[str]:
    answer = chart.post(f"/{kind}/$validate", body)
    assert answer.status_code == 200, answer.text
    return {issue["severity"] for issue in answer.json()["issue"]}


def test_a_valid_resource_has_no_errors(chart: Client) -> None:
    whole = patient(
        text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Contract</div>'}
    )
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": whole}]}
    assert "error" not in severities(chart, "Patient", whole)
    assert "error" not in severities(chart, "Patient", wrapped)


@pytest.mark.parametrize(
    "wrong", [{"resourceType": "CarePlan"}, {"resourceType": "Patient", "mystery": 1}], ids=str
)
def test_an_invalid_resource_has_errors_with_their_place(chart: Client, wrong: dict[str, Any]) -> None:
    answer = chart.post(f"/{wrong['resourceType']}/$validate", wrong)
    errors = [issue for issue in answer.json()["issue"] if issue["severity"] == "error"]
    assert errors
    assert all(issue["diagnostics"] for issue in errors)
    assert any(wrong["resourceType"] in place for issue in errors for place in issue.get("expression", []))


def test_what_cannot_be_parsed_or_is_missing_is_refused(chart: Client) -> None:
    assert words(chart.post("/Patient/$validate", patient(gender="bogus")))
    for body in (patient(gender="bogus"), {"resourceType": "Parameters", "parameter": []}):
        assert chart.post("/Patient/$validate", body).status_code == 400


def test_validating_stores_nothing(chart: Client) -> None:
    before = chart.get("/Patient?_summary=count").json()["total"]
    chart.post("/Patient/$validate", patient())
    assert chart.get("/Patient?_summary=count").json()["total"] == before
