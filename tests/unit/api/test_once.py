"""A request that carries an Idempotency-Key has its effect once, and is answered alike each time."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.document import item_to_document, person_to_document, plan_to_document
from service.domain.plan import LIST_GROUPS, Plan
from tests.builders import PSYCHIATRIST, a_goal, a_person, a_plan, day, uid
from tests.unit.api.conftest import promised_paths

ABOUT_THE_ANSWER = ("ETag", "Location", "Content-Type")
DOSE = {
    "new_order_id": uid("medications-1"),
    "dosage": [{"dose": {"value": 100, "unit": "mg"}, "timing": {"times": ["morning"]}}],
    "prescriber": PSYCHIATRIST.id,
    "authored_on": day(42).isoformat(),
}


def said(response: TestResponse) -> tuple[Any, ...]:
    return response.status_code, response.data, *(response.headers.get(name) for name in ABOUT_THE_ANSWER)


def creations(plan: Plan) -> Iterator[tuple[str, Any]]:
    yield "/plans", plan_to_document(a_plan(id="other"))
    yield "/people", person_to_document(a_person(id="new-person"))
    yield f"/plans/{plan.id}/goals", item_to_document(a_goal(id="new-goal"))


@pytest.mark.parametrize("number", range(3))
def test_the_same_key_gives_the_same_answer_and_one_effect(api, around, plan: Plan, number: int) -> None:
    path, body = list(creations(plan))[number]
    first = api.post(path, body, Idempotency_Key="k-1", If_Match='"1"')
    kept = around.storage.kept.copy()
    again = api.post(path, body, Idempotency_Key='"k-1"', If_Match='"1"')
    assert first.status_code == 201
    assert said(again) == said(first)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    now = around.storage.kept
    assert (now.plans, now.people, now.answers) == (kept.plans, kept.people, kept.answers)


def test_a_new_dose_is_given_once(api, plan: Plan) -> None:
    (order,) = plan.medications
    path = f"/plans/{plan.id}/medications/{order.id}/dose"
    body = DOSE | {"dosage": [item_to_document(order)["dosage"][0] | {"dose": {"value": 100, "unit": "mg"}}]}
    first, again = (api.post(path, body, Idempotency_Key="dose", If_Match='"1"') for _ in range(2))
    assert first.status_code == 201, first.text
    assert said(again) == said(first)
    assert api.get(f"/plans/{plan.id}").headers["ETag"] == '"2"'


def test_without_a_key_a_second_request_is_a_second_request(api, plan: Plan) -> None:
    assert api.post("/plans", plan_to_document(plan)).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/plans/plan-2/goals"},
        {"path": "/plans/plan-1/goals?x=1"},
        {"body": item_to_document(a_goal(id="another"))},
        {"If_Match": '"2"'},
        {"X_Tandem_Author": "someone.else"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_request_under_the_key_is_refused(api, change: dict[str, Any]) -> None:
    api.keep(a_plan(id="plan-1"))
    api.keep(a_plan(id="plan-2"))
    asked = {"path": "/plans/plan-1/goals", "body": item_to_document(a_goal(id="g")), "If_Match": '"1"'}
    assert api.post(**asked, Idempotency_Key="k").status_code == 201
    response = api.post(**asked | change, Idempotency_Key="k")
    assert response.status_code == 422
    assert response.json["type"].endswith("/key-used-for-another-request")


def test_one_key_serves_two_operations(api, plan: Plan) -> None:
    for path, body in creations(plan):
        assert api.post(path, body, Idempotency_Key="k", If_Match='"1"').status_code == 201


def test_what_was_refused_can_be_put_right_under_its_key(api, plan: Plan) -> None:
    wrong = plan_to_document(a_plan(id="other")) | {"title": ""}
    assert api.post("/plans", wrong, Idempotency_Key="k").status_code == 422
    right = plan_to_document(a_plan(id="other"))
    assert api.post("/plans", right, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, 'a"b', '"a', "Jörg", '""'])
def test_a_key_that_is_none_is_named(api, plan: Plan, key: str) -> None:
    response = api.post("/plans", plan_to_document(a_plan(id="other")), Idempotency_Key=key)
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == ["Idempotency-Key"]
    assert api.get("/plans/other").status_code == 404


def test_every_operation_that_makes_something_takes_a_key() -> None:
    operations = {
        (method, path): one
        for path, members in promised_paths().items()
        for method, one in members.items()
        if method != "parameters"
    }
    made = {name for name, one in operations.items() if "201" in one["responses"]}
    key = {"$ref": "#/components/parameters/IdempotencyKey"}
    assert made == {name for name, one in operations.items() if key in one.get("parameters", ())}
    assert len(made) == len(LIST_GROUPS) + 5
    for name in made:
        assert {"409", "422"} <= operations[name]["responses"].keys()
