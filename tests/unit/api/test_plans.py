"""Plans go in and come out whole; a write names what its author had read."""

from dataclasses import replace

import pytest

from service.document import plan_to_document
from service.domain.plan import Plan
from service.domain.sharing import without_unshared
from tests.builders import DIRECTORY, MRN, a_patient, a_plan, the_full_plan, uid


def test_a_plan_comes_back_as_it_went_in(api) -> None:
    plan = api.keep(the_full_plan())
    response = api.get(f"/plans/{plan.id}")
    assert response.json == plan_to_document(without_unshared(plan))
    assert response.headers["X-Tandem-Withheld"] == "1"
    assert response.headers["ETag"] == '"1"'


def test_a_new_plan_says_where_it_is(api) -> None:
    api.keep(a_plan(id="first", patient=a_patient(id="first-patient")))
    response = api.post("/plans", plan_to_document(a_plan()))
    assert response.status_code == 201
    assert response.headers["Location"] == f"/plans/{uid('plan')}"
    assert response.headers["ETag"] == '"1"'
    assert api.get(response.headers["Location"]).json == response.json


def test_digits_of_a_dose_survive_the_wire(api, plan: Plan) -> None:
    text = api.get(f"/plans/{plan.id}").text.replace('"value":50', '"value":"50.00"')
    document = text.replace(plan.id, "other-plan")
    assert api.post("/plans", document).status_code == 201
    assert '"50.00"' in api.get("/plans/other-plan").text


def test_a_replacement_is_the_next_revision(api, plan: Plan) -> None:
    changed = replace(plan, title="Another title")
    response = api.put(f"/plans/{plan.id}", plan_to_document(changed), If_Match='"1"')
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
    assert api.get(f"/plans/{plan.id}").json["title"] == "Another title"


def test_an_equal_replacement_makes_no_revision(api, plan: Plan) -> None:
    response = api.put(f"/plans/{plan.id}", plan_to_document(plan), If_Match='"1"')
    assert response.headers["ETag"] == '"1"'


def test_a_patch_changes_what_it_names_and_nothing_else(api, plan: Plan) -> None:
    response = api.patch(f"/plans/{plan.id}", {"title": "Patched", "period": None}, If_Match='"1"')
    expected = plan_to_document(plan) | {"title": "Patched"}
    del expected["period"]
    assert response.json == expected
    assert response.headers["ETag"] == '"2"'


@pytest.mark.parametrize("tag", [None, "", "*"])
def test_a_write_without_a_version_is_refused(api, plan: Plan, tag: str | None) -> None:
    headers = {} if tag is None else {"If_Match": tag}
    document = plan_to_document(plan)
    assert api.put(f"/plans/{plan.id}", document, **headers).status_code == 428
    assert api.patch(f"/plans/{plan.id}", {}, **headers).status_code == 428


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '"abc"', "1", '"0"', '"1", "2"'])
def test_a_write_on_another_version_is_refused(api, plan: Plan, tag: str) -> None:
    document = plan_to_document(replace(plan, title="Another title"))
    assert api.put(f"/plans/{plan.id}", document, If_Match=tag).status_code == 412
    assert api.patch(f"/plans/{plan.id}", {"title": "x"}, If_Match=tag).status_code == 412
    assert api.get(f"/plans/{plan.id}").headers["ETag"] == '"1"'


def test_a_stale_author_learns_where_the_plan_stands(api, plan: Plan) -> None:
    api.patch(f"/plans/{plan.id}", {"title": "Theirs"}, If_Match='"1"')
    response = api.patch(f"/plans/{plan.id}", {"title": "Ours"}, If_Match='"1"')
    assert response.status_code == 412
    assert response.json["current_revision"] == 2
    assert response.json["type"].endswith("/stale-version")


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", '"7", "1"'])
def test_a_reader_who_has_it_gets_nothing(api, plan: Plan, tag: str) -> None:
    response = api.get(f"/plans/{plan.id}", If_None_Match=tag)
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == '"1"'


def test_a_reader_who_has_another_version_gets_this_one(api, plan: Plan) -> None:
    assert api.get(f"/plans/{plan.id}", If_None_Match='"2"').status_code == 200


def test_a_body_with_another_id_than_its_path_is_refused(api, plan: Plan) -> None:
    document = plan_to_document(replace(plan, id="another"))
    response = api.put(f"/plans/{plan.id}", document, If_Match='"1"')
    assert response.status_code == 422
    assert response.json["errors"] == [{"field": "id", "reason": "must be the id in the path"}]


def test_an_id_is_used_once(api, plan: Plan) -> None:
    response = api.post("/plans", plan_to_document(plan))
    assert response.status_code == 409
    assert response.json["type"].endswith("/taken")


def test_leaving_an_item_out_is_refused_by_name(api, plan: Plan) -> None:
    response = api.patch(f"/plans/{plan.id}", {"goals": []}, If_Match='"1"')
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == ["goals"]


def test_a_plan_names_nobody_who_is_not_in_the_directory(api) -> None:
    response = api.post("/plans", plan_to_document(a_plan()))
    assert response.status_code == 422
    assert {"field": "author", "reason": "names nobody in the directory"} in response.json["errors"]


def several(api, count: int = 5) -> list[Plan]:
    return [api.keep(a_plan(id=f"plan-{n}", patient=a_patient(id=f"patient-{n}"))) for n in range(count)]


def test_pages_follow_each_other_until_all_plans_were_there(api) -> None:
    several(api)
    path, seen = "/plans?limit=2&status=active", []
    while path:
        response = api.get(path)
        seen.append([one["id"] for one in response.json["items"]])
        link = response.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == [["plan-0", "plan-1"], ["plan-2", "plan-3"], ["plan-4"]]


def test_a_list_narrows_to_what_is_asked(api) -> None:
    several(api, 3)
    api.patch("/plans/plan-1", {"status": "on-hold"}, If_Match='"1"')

    def found(query: str) -> list[str]:
        return [one["id"] for one in api.get(f"/plans?{query}").json["items"]]

    assert found("status=on-hold") == ["plan-1"]
    assert found("patient=patient-2") == ["plan-2"]
    assert found(f"identifier={MRN}|MRN-4711") == ["plan-0", "plan-1", "plan-2"]
    assert found(f"identifier={MRN}|other") == []
    assert found("updated_since=2026-03-02T09:00:00Z") == ["plan-0", "plan-1", "plan-2"]
    assert found("updated_since=2026-03-02T11:00:01%2B02:00") == []


def test_a_summary_says_where_a_plan_stands(api, plan: Plan) -> None:
    [summary] = api.get("/plans").json["items"]
    assert summary == {
        "id": plan.id,
        "title": plan.title,
        "status": "active",
        "patient_id": plan.patient.id,
        "author": plan.author,
        "created": "2024-03-04",
        "number": 1,
        "updated_at": "2026-03-02T09:00:00+00:00",
    }
    assert plan.author in DIRECTORY


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("status=running", "status"),
        ("identifier=4711", "identifier"),
        ("identifier=mrn|4711", "identifier"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2026-03-02T09:00:00", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("patient=a%00b", "patient"),
        ("patients=p", "?"),
        ("after=nonsense", "after"),
        ("after=", "after"),
    ],
)
def test_a_query_that_makes_no_sense_names_its_parameter(api, query: str, field: str) -> None:
    response = api.get(f"/plans?{query}")
    assert response.status_code == 422
    assert response.json["type"].endswith("/invalid")
    assert [one["field"] for one in response.json["errors"]] == [field]
