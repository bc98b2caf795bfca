"""What a reference may say (row 16)."""

import pytest

from tests.contract.fhir_server.client import (
    IDENTIFIERS,
    Client,
    goal,
    identifier,
    named,
    patient,
    unique,
    urn,
    words,
)


def test_a_dangling_reference_is_refused(chart: Client) -> None:
    answer = chart.post("/Goal", goal(f"Patient/{unique()}x"))
    assert answer.status_code == 400
    assert "HAPI-1094" in words(answer)


def test_a_reference_to_something_deleted_is_refused(chart: Client, ada: str) -> None:
    chart.delete(f"/{ada}")
    assert chart.post("/Goal", goal(ada)).status_code == 400


def test_an_update_may_not_leave_a_dangling_reference(chart: Client, ada: str) -> None:
    aim = chart.made(goal(ada))
    assert chart.put(f"/{named(aim)}", goal(f"Patient/{unique()}x", id=aim["id"])).status_code == 400
    assert chart.get(f"/{named(aim)}").headers["ETag"] == 'W/"1"'


@pytest.mark.parametrize("form", ["{base}/{ada}", "{ada}/_history/1", "{ada}"])
def test_a_reference_is_kept_relative_and_without_version(chart: Client, ada: str, form: str) -> None:
    aim = chart.made(goal(form.format(base=chart.base, ada=ada)))
    assert aim["subject"]["reference"] == ada


def test_a_reference_by_identifier_alone_is_kept(chart: Client) -> None:
    subject = {"identifier": {"system": IDENTIFIERS, "value": unique()}}
    assert chart.made(goal("") | {"subject": subject})["subject"] == subject


def test_a_conditional_reference_is_looked_up(chart: Client) -> None:
    value = unique()
    bea = chart.made(patient(identifier=identifier(value)))
    aim = chart.made(goal(f"Patient?identifier={IDENTIFIERS}|{value}"))
    assert aim["subject"]["reference"] == named(bea)


def test_a_conditional_reference_that_finds_none_or_several_is_refused(chart: Client) -> None:
    value = unique()
    reference = f"Patient?identifier={IDENTIFIERS}|{value}"
    none = chart.post("/Goal", goal(reference))
    assert none.status_code == 404
    assert "HAPI-1091" in words(none)
    chart.made(patient(identifier=identifier(value)))
    chart.made(patient(identifier=identifier(value)))
    assert chart.post("/Goal", goal(reference)).status_code == 412


def test_a_reference_to_a_type_that_may_not_stand_there_is_refused(chart: Client, ada: str) -> None:
    aim = chart.made(goal(ada))
    assert chart.post("/Goal", goal(named(aim))).status_code == 422


@pytest.mark.parametrize("reference", ["nonsense", urn()], ids=["nonsense", "urn"])
def test_a_reference_that_names_nothing_is_refused(chart: Client, reference: str) -> None:
    assert chart.post("/Goal", goal(reference)).status_code == 400


def test_references_in_extensions_are_not_followed(chart: Client) -> None:
    away = [{"url": "http://example.org/e", "valueReference": {"reference": f"Patient/{unique()}x"}}]
    assert chart.made(patient(extension=away))["extension"] == away


def test_a_reference_to_another_server_is_kept(chart: Client) -> None:
    elsewhere = "http://elsewhere.example/fhir/Patient/1"
    assert chart.made(goal(elsewhere))["subject"]["reference"] == elsewhere


def test_another_patients_goal_is_taken(chart: Client, ada: str) -> None:
    theirs = chart.made(goal(named(chart.made(patient()))))
    plan = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": ada},
        "goal": [{"reference": named(theirs)}],
    }
    assert chart.post("/CarePlan", plan).status_code == 201
