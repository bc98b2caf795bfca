"""Alerts over REST: who may see and answer them, what a closure needs, and what a form says."""

from typing import Any

import pytest

from service.document import plan_to_document
from service.domain.alert import AlertState
from service.domain.measure import ItemAnswer
from service.domain.plan import Plan
from tests.builders import a_plan, a_score, uid
from tests.builders.alerts import an_alert
from tests.unit.api.conftest import Api, Surroundings
from tests.unit.api.visitors import Clinic

RISK = a_score(value=2, items=(ItemAnswer(item=9, value=1),))


def keep(around: Any, *alerts: Any) -> None:
    with around.storage.begin() as work:
        for one in alerts:
            work.alerts.add(one)
        work.commit()


@pytest.fixture
def raised(api: Any, plan: Plan) -> str:
    """The id of the alert of a score that was just entered."""
    body = {**plan_to_document(a_plan(scores=(RISK,)))["scores"][0]}
    assert api.post(f"/plans/{plan.id}/scores", body, If_Match='"1"').status_code == 201
    (alert,) = api.get("/alerts").json["items"]
    return alert["id"]


def test_a_positive_risk_item_is_an_alert_at_once(api: Any, raised: str, plan: Plan) -> None:
    told = api.get(f"/alerts/{raised}").json
    assert told["text"] == "Needs a clinician's assessment"
    assert (told["plan_id"], told["score_id"], told["revision"]) == (plan.id, RISK.id, 2)
    assert (told["state"], [one["what"] for one in told["entries"]]) == ("raised", ["raised"])
    assert api.get(f"/plans/{plan.id}/alerts").json["items"] == [told]
    assert api.get("/plans/nobody/alerts").status_code == 404


def test_who_answers_is_kept_with_the_answer(api: Any, raised: str) -> None:
    seen = api.post(f"/alerts/{raised}/acknowledgement").json
    assert (seen["state"], seen["entries"][-1]["who"]) == ("acknowledged", "n.okafor")
    assert "next_at" not in seen
    over = api.post(f"/alerts/{raised}/closure", {"reason": "Seen today"}).json
    assert (over["state"], over["entries"][-1]["detail"]) == ("closed", "Seen today")
    assert api.get("/alerts").json["items"] == []
    assert [one["id"] for one in api.get("/alerts?state=closed").json["items"]] == [raised]
    assert api.post(f"/alerts/{raised}/acknowledgement").status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": 7}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"reason": "Seen", "why": "x"}, "?"),
    ],
)
def test_nothing_is_closed_without_a_reason(api: Any, raised: str, body: Any, field: str) -> None:
    refused = api.post(f"/alerts/{raised}/closure", body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]
    assert api.get(f"/alerts/{raised}").json["state"] == "raised"


def test_nothing_is_answered_without_a_name(api: Any, raised: str) -> None:
    for door, body in (("acknowledgement", None), ("closure", {"reason": "Seen"})):
        refused = api.ask("POST", f"/alerts/{raised}/{door}", body)
        assert [one["field"] for one in refused.json["errors"]] == ["X-Tandem-Author"]


def test_alerts_are_listed_page_by_page(api: Any, around: Any) -> None:
    keep(around, *(an_alert(id=f"alert-{n}") for n in range(3)), an_alert(id="x", state=AlertState.CLOSED))
    first = api.get("/alerts?limit=2")
    assert [one["id"] for one in first.json["items"]] == ["alert-0", "alert-1"]
    assert first.headers["Link"] == '</alerts?limit=2&after=alert-1>; rel="next"'
    assert [one["id"] for one in api.get("/alerts?limit=2&after=alert-1").json["items"]] == ["alert-2"]


def test_an_alert_shows_whom_it_reached_and_no_address(api: Any, around: Any) -> None:
    keep(around, an_alert())
    told = api.get(f"/alerts/{an_alert().id}")
    (notice,) = told.json["notices"]
    assert (notice["to"], notice["channel"], notice["failure"]) == ("recipient", "email", "refused")
    assert "@" not in told.text


def test_a_plan_without_contacts_does_not_become_active(api: Any, plan: Plan) -> None:
    bare = plan_to_document(a_plan(id=uid("another"), safety=None))
    refused = api.post("/plans", bare)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == ["safety"]
    assert api.post("/plans", {**bare, "status": "draft"}).status_code == 201
    refused = api.patch(f"/plans/{bare['id']}", {"status": "active"}, If_Match='"1"')
    assert [one["field"] for one in refused.json["errors"]] == ["safety"]
    named = {"status": "active", "safety": plan_to_document(plan)["safety"]}
    assert api.patch(f"/plans/{bare['id']}", named, If_Match='"1"').status_code == 200


def test_contacts_that_nobody_knows_are_refused(api: Any, plan: Plan) -> None:
    safety = plan_to_document(plan)["safety"]
    safety["backup"]["person"] = "nobody"
    refused = api.patch(f"/plans/{plan.id}", {"safety": safety}, If_Match='"1"')
    assert [one["field"] for one in refused.json["errors"]] == ["safety.backup.person"]


def test_a_form_says_that_nobody_watches_and_whom_to_call() -> None:
    api = Api(Surroundings().app(crisis_contacts="Call 988"))
    plan = api.keep(a_plan())
    said = api.get(f"/plans/{plan.id}/entry-notice").json
    assert said["watched_live"] is False
    assert "Nobody watches" in said["notice"]
    assert said["crisis_contacts"] == "Call 988"


def test_a_plan_that_is_not_there_has_no_notice(api: Any) -> None:
    assert api.get("/plans/nobody/entry-notice").status_code == 404


def test_a_patient_reads_the_notice_and_no_alert() -> None:
    clinic = Clinic()
    plan = clinic.open_anew()
    assert clinic.ask("patient", "GET", f"/plans/{plan.id}/entry-notice").status_code == 200
    assert clinic.ask("patient", "GET", f"/plans/{plan.id}/alerts").status_code == 403
    (alert,) = clinic.ask("reader", "GET", f"/plans/{plan.id}/alerts").json["items"][:1]
    assert clinic.ask("reader", "POST", f"/alerts/{alert['id']}/acknowledgement").status_code == 403
    seen = clinic.ask("clinician", "POST", f"/alerts/{alert['id']}/acknowledgement").json
    assert seen["entries"][-1]["who"] == "clinician-1"
    *_, entry = clinic.trail(operation="acknowledgeAlert")
    assert (entry.plan_id, entry.item_id) == (plan.id, alert["id"])
