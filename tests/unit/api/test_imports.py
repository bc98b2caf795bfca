from dataclasses import replace

import pytest

from service.api import create_app
from tests.unit.api.conftest import AUTHOR, Api, Surroundings
from tests.unit.intake.charts import a_chart, care_plan, patient, practitioner
from tests.unit.intake.charts import bundle as bundled


def test_a_bundle_becomes_a_plan_that_can_be_read(api: Api) -> None:
    made = api.post("/imports", {"bundle": a_chart(), "zone": "Europe/Berlin"})
    said = made.get_json()
    assert (made.status_code, said["outcome"], said["author"]) == (201, "made", "n.okafor")
    assert made.headers["Location"] == f"/imports/{said['id']}"
    assert api.get(f"/plans/{said['plan_id']}").get_json()["title"] == "Psychiatry care plan"
    assert api.get(made.headers["Location"]).get_json() == said
    chart = api.get(f"/plans/{said['plan_id']}/chart").get_json()
    assert chart["import_id"] == said["id"]
    assert [one["substance"] for one in chart["allergies"]] == ["Penicillin"]
    assert [one["in_plan"] for one in chart["medications"]] == [True]
    assert chart["incomplete"] == said["incomplete"] == []


def test_a_plans_chart_tells_where_its_lists_are_incomplete(api: Api) -> None:
    chart = a_chart()
    for entry in chart["entry"]:
        if entry["resource"]["resourceType"] == "AllergyIntolerance":
            entry["resource"]["meta"] = {"security": [{"code": "PSYTHPN"}]}
    said = api.post("/imports", {"bundle": chart}).get_json()
    told = api.get(f"/plans/{said['plan_id']}/chart").get_json()
    reason = "is closed by its security label"
    assert told["allergies"] == []
    assert told["incomplete"] == said["incomplete"]
    assert told["incomplete"] == [
        {"type": "AllergyIntolerance", "reference": "AllergyIntolerance/allergy", "reason": reason}
    ]


def test_of_an_import_of_an_earlier_version_nobody_knows_what_it_left_out(
    api: Api, around: Surroundings
) -> None:
    said = api.post("/imports", {"bundle": a_chart()}).get_json()
    with around.storage.begin() as work:
        record = work.imports.get(said["id"])
        content = {name: one for name, one in record.content.items() if name != "incomplete"}
        work.imports.put(replace(record, content=content))
        work.commit()
    for path in (f"/plans/{said['plan_id']}/chart", f"/imports/{said['id']}"):
        doubts = api.get(path).get_json()["incomplete"]
        assert [one["type"] for one in doubts] == [
            "AllergyIntolerance",
            "MedicationRequest",
            "MedicationStatement",
        ]


def test_importing_again_says_that_the_plan_is_known(api: Api) -> None:
    first = api.post("/imports", {"bundle": a_chart()}).get_json()
    again = api.post("/imports", {"bundle": a_chart()}).get_json()
    assert (again["outcome"], again["plan_id"]) == ("known", first["plan_id"])


def test_what_found_no_place_is_grouped_by_reason_with_its_path(api: Api) -> None:
    said = api.post("/imports", {"bundle": a_chart()}).get_json()
    (group,) = [one for one in said["unplaced"] if "zone" in one["reason"]]
    assert group["resources"] == [{"reference": "Appointment/visit", "path": "Appointment", "whole": True}]


def test_a_chart_that_lacks_something_is_kept_with_what_it_lacks(api: Api) -> None:
    chart = bundled(
        patient(), practitioner("a"), practitioner("b"), care_plan(author={"display": "somebody"})
    )
    said = api.post("/imports", {"bundle": chart}).get_json()
    assert said["outcome"] == "lacking"
    assert "plan_id" not in said
    assert api.get(f"/imports/{said['id']}").get_json()["lacks"] == said["lacks"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"patient"}),
        ({"patient": "1", "bundle": {}}, {"patient"}),
        ({"patient": 7}, {"patient"}),
        ({"bundle": "x"}, {"bundle"}),
        ({"bundle": {"resourceType": "Bundle", "type": "collection"}, "colour": "red"}, {"?"}),
        ({"bundle": {"resourceType": "Bundle", "type": "collection"}}, {"entry"}),
        ({"bundle": {"resourceType": "Bundle", "type": "history"}}, {"type", "entry"}),
        ({"bundle": {}, "title": ""}, {"title"}),
        ({"bundle": {}, "title": "x" * 2001, "zone": "Europe/Nowhere"}, {"title", "zone"}),
        ({"bundle": {}, "title": "a\u0000b"}, {"title"}),
        ({"bundle": {}, "zone": "Europe/Nowhere"}, {"zone"}),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_its_fields(
    api: Api, body: object, fields: set[str]
) -> None:
    refused = api.post("/imports", body)
    assert refused.status_code == 422
    assert {one["field"] for one in refused.get_json()["errors"]} == fields


def test_a_patient_needs_an_ehr(around: Surroundings) -> None:
    without = Api(around.app(ehr=False))
    assert without.post("/imports", {"patient": "1"}).status_code == 503
    nothing = around.services(import_chart=None)
    assert Api(create_app(nothing)).post("/imports", {"bundle": a_chart()}).status_code == 503


def test_what_is_not_there_is_not_found(api: Api, plan: object) -> None:
    assert api.get("/imports/nothing").status_code == 404
    assert api.get("/plans/nothing/chart").status_code == 404
    assert api.get(f"/plans/{plan.id}/chart").status_code == 404  # type: ignore[attr-defined]  # a plan


def test_an_import_names_its_author(api: Api) -> None:
    refused = api.ask("POST", "/imports", {"bundle": a_chart()})
    assert {one["field"] for one in refused.get_json()["errors"]} == set(AUTHOR)
