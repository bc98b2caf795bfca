"""A plan goes out as one Bundle, the same bytes each time, without what the patient keeps."""

import json

import pytest

from service.fhir.validation import problems
from service.mapping.references import Key
from tests.builders import a_journal_entry, a_plan, the_full_plan


def test_a_plan_is_a_bundle_of_sound_resources(api) -> None:
    plan = api.keep(the_full_plan())
    response = api.get(f"/plans/{plan.id}/fhir")
    bundle = json.loads(response.data)
    assert response.mimetype == "application/fhir+json"
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert {"CarePlan", "MedicationRequest", "Appointment", "Patient"} <= set(kinds)
    assert [one for entry in bundle["entry"] for one in problems(entry["resource"])] == []


def test_the_same_plan_gives_the_same_bytes_and_their_tag(api) -> None:
    plan = api.keep(the_full_plan())
    first, second = (api.get(f"/plans/{plan.id}/fhir") for _ in range(2))
    assert first.data == second.data
    assert api.get(f"/plans/{plan.id}/fhir", If_None_Match=first.headers["ETag"]).status_code == 304


def test_what_the_patient_has_not_shared_is_in_no_bundle(api) -> None:
    entry = a_journal_entry(insights="I keep this to myself", shared=False)
    plan = api.keep(a_plan(journal=(entry,)))
    text = api.get(f"/plans/{plan.id}/fhir").text
    assert "keep this" not in text
    assert entry.id not in text


def test_a_sound_plan_has_no_problems_as_fhir(api) -> None:
    plan = api.keep(the_full_plan())
    assert api.get(f"/plans/{plan.id}/fhir/problems").json == {"items": []}


def test_a_plan_that_is_not_there_is_not_exported(api) -> None:
    assert api.get("/plans/other/fhir").status_code == 404
    assert api.get("/plans/other/fhir/problems").status_code == 404


def test_what_r4_forbids_is_told_by_resource_and_path(api, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"resourceType": "Goal", "lifecycleStatus": "bogus", "description": {"text": "x"}}
    monkeypatch.setattr("service.api.fhir.fhir_of", lambda plan_id, ports: {Key("Goal", "g"): broken})
    told = api.get("/plans/any/fhir/problems").json["items"]
    assert {one["resource"] for one in told} == {"Goal/g"}
    assert {"Goal.lifecycleStatus", "Goal.subject"} <= {one["path"] for one in told}
    assert all(one["rule"] and one["message"] for one in told)
