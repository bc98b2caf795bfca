"""Every list of a plan opens in the same way; a new dose is one revision."""

import pytest

from service.document import dose_to_document, item_to_document
from service.domain.dosing import NewDose
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.sharing import without_unshared
from tests.builders import PSYCHIATRIST, a_dosage_step, a_goal, day, mg, the_full_plan, uid


@pytest.mark.parametrize("group", LIST_GROUPS)
def test_every_list_of_a_plan_can_be_read_one_by_one(api, group: str) -> None:
    plan = api.keep(the_full_plan())
    documents = [item_to_document(one) for one in items(without_unshared(plan), group)]
    response = api.get(f"/plans/{plan.id}/{group}")
    assert response.json == {"items": documents}
    assert response.headers["ETag"] == '"1"'
    for one in documents:
        found = api.get(f"/plans/{plan.id}/{group}/{one['id']}")
        assert (found.json, found.headers["ETag"]) == (one, '"1"')


@pytest.mark.parametrize("group", LIST_GROUPS)
def test_an_equal_item_changes_nothing(api, group: str) -> None:
    plan = api.keep(the_full_plan())
    one = item_to_document(items(without_unshared(plan), group)[0])
    response = api.put(f"/plans/{plan.id}/{group}/{one['id']}", one, If_Match='"1"')
    assert (response.status_code, response.json, response.headers["ETag"]) == (200, one, '"1"')


def test_an_item_is_added_at_the_end(api, plan: Plan) -> None:
    goal = item_to_document(a_goal(id="goal-2", description="Sleep through the night"))
    response = api.post(f"/plans/{plan.id}/goals", goal, If_Match='"1"')
    assert response.status_code == 201
    assert response.headers["Location"] == f"/plans/{plan.id}/goals/goal-2"
    assert response.headers["ETag"] == '"2"'
    assert api.get(response.headers["Location"]).json == goal
    assert [one["id"] for one in api.get(f"/plans/{plan.id}/goals").json["items"]] == [
        uid("goals-0"),
        "goal-2",
    ]


def test_an_item_is_replaced_in_its_place(api, plan: Plan) -> None:
    goal = item_to_document(a_goal(description="Sleep through the night"))
    response = api.put(f"/plans/{plan.id}/goals/{goal['id']}", goal, If_Match='"1"')
    assert (response.json, response.headers["ETag"]) == (goal, '"2"')


def test_an_item_whose_id_is_in_use_is_refused(api, plan: Plan) -> None:
    response = api.post(f"/plans/{plan.id}/goals", item_to_document(a_goal()), If_Match='"1"')
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == ["goals[1].id"]


def test_an_item_that_is_not_there_is_neither_read_nor_replaced(api, plan: Plan) -> None:
    path = f"/plans/{plan.id}/goals/other"
    assert api.get(path).status_code == 404
    assert api.put(path, item_to_document(a_goal(id="other")), If_Match='"1"').status_code == 404
    assert api.get("/plans/other/goals").status_code == 404


def test_an_item_keeps_the_id_of_its_path(api, plan: Plan) -> None:
    path = f"/plans/{plan.id}/goals/{uid('goals-0')}"
    response = api.put(path, item_to_document(a_goal(id="other")), If_Match='"1"')
    assert response.json["errors"] == [{"field": "id", "reason": "must be the id in the path"}]


def test_paths_in_the_errors_of_an_item_begin_at_the_item(api, plan: Plan) -> None:
    goal = item_to_document(a_goal()) | {"target": {"measure": "phq-9", "comparator": "at-most", "value": 99}}
    response = api.post(f"/plans/{plan.id}/goals", goal, If_Match='"1"')
    assert [one["field"] for one in response.json["errors"]] == ["target.value"]


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If_Match": '"7"'}, 412)])
def test_a_part_is_written_on_the_revision_that_was_read(api, plan: Plan, headers, status: int) -> None:
    goal = item_to_document(a_goal(id="goal-2"))
    assert api.post(f"/plans/{plan.id}/goals", goal, **headers).status_code == status
    same = item_to_document(a_goal(description="Other"))
    assert api.put(f"/plans/{plan.id}/goals/{same['id']}", same, **headers).status_code == status


def test_a_reader_who_has_the_revision_gets_no_part_again(api, plan: Plan) -> None:
    for path in ("goals", f"goals/{uid('goals-0')}"):
        assert api.get(f"/plans/{plan.id}/{path}", If_None_Match='"1"').status_code == 304


def a_new_dose(**changes) -> dict:
    decision = NewDose(
        order_id="taken from the path",
        new_order_id="order-2",
        dosage=(a_dosage_step(dose=mg("100")),),
        prescriber=PSYCHIATRIST.id,
        authored_on=day(40),
    )
    document = dose_to_document(decision) | changes
    del document["order_id"]
    return document


def test_a_new_dose_ends_one_order_and_makes_another(api, plan: Plan) -> None:
    order = plan.medications[0].id
    response = api.post(f"/plans/{plan.id}/medications/{order}/dose", a_new_dose(), If_Match='"1"')
    assert response.status_code == 201
    assert response.headers["Location"] == f"/plans/{plan.id}/medications/order-2"
    assert response.headers["ETag"] == '"2"'
    assert (response.json["replaces"], response.json["status"]) == (order, "active")
    ended = api.get(f"/plans/{plan.id}/medications/{order}").json
    assert (ended["status"], ended["status_reason"]) == ("stopped", "dose-changed")


def test_a_new_dose_of_no_order_is_not_found(api, plan: Plan) -> None:
    response = api.post(f"/plans/{plan.id}/medications/other/dose", a_new_dose(), If_Match='"1"')
    assert response.status_code == 404


def test_a_new_dose_names_its_order_once(api, plan: Plan) -> None:
    path = f"/plans/{plan.id}/medications/{plan.medications[0].id}/dose"
    response = api.post(path, a_new_dose() | {"order_id": "other"}, If_Match='"1"')
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == ["order_id"]


def test_an_impossible_dose_is_refused_by_its_path(api, plan: Plan) -> None:
    path = f"/plans/{plan.id}/medications/{plan.medications[0].id}/dose"
    dose = a_new_dose()
    dose["dosage"][0]["dose"]["value"] = 90_000
    response = api.post(path, dose, If_Match='"1"')
    assert [one["field"] for one in response.json["errors"]] == ["dosage[0].dose.value"]
