"""CDS Hooks 2.0: discovery, cards for a patient of the chart, and what people answered to them."""

from typing import Any

import pytest

from service.application.show_cards import SERVICES, CardPorts
from service.domain.measure import ItemAnswer
from service.domain.therapy import RequestStatus
from service.ports.access import Caller, Doubt, Entrance, NotRecognised, Role
from service.ports.storage import LedgerEntry, LinkState
from tests.builders import a_plan, a_score, uid
from tests.unit.api.conftest import Api, Surroundings
from tests.unit.api.visitors import NameTags

VIEW = "tandem-patient-view"
RISK = a_score(value=2, items=(ItemAnswer(item=9, value=1),))
PLAN = a_plan(scores=(RISK,))
BASE = "https://ehr.example/fhir"


class Ehr:
    """Recognises one EHR by its name."""

    def caller_of(self, authorization: str | None) -> Caller:
        if authorization == "Bearer ehr":
            return Caller(subject="cds-client", role=Role.READER, entrance=Entrance.JWT)
        raise NotRecognised(Doubt.MISSING if authorization is None else Doubt.KEY)


@pytest.fixture(scope="module")
def made() -> tuple[Surroundings, Api]:
    around = Surroundings()
    plans = around.services().plans
    cards_ = CardPorts(
        plans=plans, connection_id="default", fhir_server=BASE, public_url="https://tandem.example/"
    )
    return around, Api(around.app(cards=cards_))


@pytest.fixture
def api(made: tuple[Surroundings, Api], around: Surroundings) -> Api:
    made[1].keep(PLAN)
    bind(around, PLAN.patient.id, "chart-7")
    return made[1]


def bind(around: Surroundings, patient: str, remote: str) -> None:
    entry = LedgerEntry(
        connection_id="default",
        resource_type="Patient",
        item_id=patient,
        patient_id=patient,
        remote_id=remote,
        state=LinkState.PULL_ONLY,
    )
    with around.storage.begin() as work:
        work.ledger.save([entry], plan_id=PLAN.id)
        work.commit()


def call(api: Any, service: str = VIEW, *, patient: str = "chart-7", **more: Any) -> Any:
    hook = next((one.hook for one in SERVICES if one.id == service), "patient-view")
    body = {"hook": hook, "hookInstance": "1", "context": {"userId": "P/1", "patientId": patient}, **more}
    return api.post(f"/cds-services/{service}", body)


def cards(api: Any, service: str = VIEW, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(api, service, **more).json["cards"]
    return found


def test_discovery_lists_the_three_hooks(api: Any) -> None:
    said = api.get("/cds-services").json["services"]
    assert [one["hook"] for one in said] == ["patient-view", "order-select", "appointment-book"]
    assert all({"id", "title", "description"} <= one.keys() for one in said)


def test_a_positive_risk_item_is_the_first_card_and_critical(api: Any) -> None:
    first = cards(api)[0]
    assert first["indicator"] == "critical"
    assert "needs a clinician's assessment" in first["summary"]
    assert len(first["summary"]) < 140
    assert first["source"]["topic"]["code"] == "risk-item"
    assert first["links"] == [
        {"label": "Open the plan", "url": f"https://tandem.example/plans/{PLAN.id}", "type": "absolute"}
    ]
    assert "suggestions" not in first
    assert {one["code"] for one in first["overrideReasons"]} >= {"assessed", "other"}


def test_the_same_finding_is_the_same_card_at_every_call(api: Any) -> None:
    assert cards(api) == cards(api)


@pytest.mark.parametrize("service", [one.id for one in SERVICES])
def test_safety_is_told_at_every_hook_and_the_rest_where_it_belongs(api: Any, service: str) -> None:
    codes = {one["source"]["topic"]["code"] for one in cards(api, service)}
    assert "risk-item" in codes
    everything = {one["source"]["topic"]["code"] for one in cards(api)}
    assert codes <= everything


def test_a_patient_whom_nobody_knows_has_no_cards(api: Any) -> None:
    assert cards(api, patient="somebody-else") == []


@pytest.mark.parametrize("status", [RequestStatus.REVOKED, RequestStatus.COMPLETED, RequestStatus.DRAFT])
def test_a_plan_that_does_not_run_has_no_cards(api: Any, status: Any) -> None:
    other = a_plan(id=uid("other"), status=status, scores=(RISK,))
    api.keep(other)
    plans = {one["links"][0]["url"].rpartition("/")[2] for one in cards(api)}
    assert plans == {PLAN.id}


@pytest.mark.parametrize(("server", "status"), [(BASE, 200), (f"{BASE}/", 200), ("https://x.example", 422)])
def test_a_patient_of_another_chart_is_refused(api: Any, server: str, status: int) -> None:
    assert call(api, fhirServer=server).status_code == status


def test_members_that_we_do_not_read_are_ignored(api: Any) -> None:
    token = {"access_token": "secret", "token_type": "Bearer"}
    assert call(api, fhirAuthorization=token, prefetch={"a": None}, extension={}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hookInstance": "1", "context": {"patientId": "x"}}, "hook"),
        ({"hook": "order-select", "hookInstance": "1", "context": {"patientId": "x"}}, "hook"),
        ({"hook": "patient-view", "context": {"patientId": "x"}}, "hookInstance"),
        ({"hook": "patient-view", "hookInstance": "1"}, "context.patientId"),
        ({"hook": "patient-view", "hookInstance": "1", "context": {"patientId": 7}}, "context.patientId"),
        (
            {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "x"}, "fhirServer": 1},
            "fhirServer",
        ),
    ],
)
def test_a_call_that_makes_no_sense_names_the_member(api: Any, body: Any, field: str) -> None:
    refused = api.post(f"/cds-services/{VIEW}", body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]


def test_a_service_that_there_is_not_is_not_found(api: Any) -> None:
    assert call(api, "tandem-encounter-start").status_code == 404


def feedback(card: Any, /, **changes: Any) -> dict[str, Any]:
    usual = {
        "card": card,
        "outcome": "overridden",
        "outcomeTimestamp": "2026-03-02T09:30:00Z",
        "overrideReason": {
            "reason": {"system": "s", "code": "assessed", "more": "x"},
            "userComment": "Seen this morning",
        },
    }
    return {"feedback": [{**usual, **changes}]}


def test_what_people_answer_is_kept_once_with_its_reason(api: Any, around: Surroundings) -> None:
    card = cards(api)[0]["uuid"]
    for _ in range(2):
        assert api.post(f"/cds-services/{VIEW}/feedback", feedback(card)).json == {"kept": 1}
    with around.storage.begin(write=False) as work:
        (kept,) = work.cards.answers(card)
        assert work.cards.get(card).plan_id == PLAN.id
    assert kept.outcome == "overridden"
    assert kept.content == {
        "reason": {"system": "s", "code": "assessed"},
        "comment": "Seen this morning",
    }
    accepted = feedback(card, outcome="accepted", overrideReason=None)
    assert api.post(f"/cds-services/{VIEW}/feedback", accepted).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"card": 7}, "feedback[0].card"),
        ({"card": "nobody's"}, "feedback[0].card"),
        ({"outcome": "maybe"}, "feedback[0].outcome"),
        ({"outcomeTimestamp": None}, "feedback[0].outcomeTimestamp"),
        ({"outcomeTimestamp": "today"}, "feedback[0].outcomeTimestamp"),
    ],
)
def test_feedback_that_makes_no_sense_names_the_member(api: Any, changes: Any, field: str) -> None:
    body = feedback(cards(api)[0]["uuid"], **changes)
    refused = api.post(f"/cds-services/{VIEW}/feedback", body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]


@pytest.mark.parametrize("body", [{}, {"feedback": []}, {"feedback": ["x"]}, {"feedback": "x"}])
def test_feedback_is_a_list_of_answers(api: Any, body: Any) -> None:
    assert api.post(f"/cds-services/{VIEW}/feedback", body).status_code == 422


def test_feedback_to_no_service_is_not_found(api: Any) -> None:
    body = feedback(cards(api)[0]["uuid"])
    assert api.post("/cds-services/nobody/feedback", body).status_code == 404


def test_an_ehr_shows_its_own_token_and_opens_nothing_else_with_it() -> None:
    around = Surroundings()
    api = Api(around.app(recogniser=NameTags(), cds_recogniser=Ehr()))

    def status(path: str, token: str | None, method: str = "POST") -> int:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "x"}}
        return api.ask(method, path, body if method == "POST" else None, headers=headers).status_code

    assert status(f"/cds-services/{VIEW}", "ehr") == 200
    assert status(f"/cds-services/{VIEW}", None) == 401
    assert status(f"/cds-services/{VIEW}", "clinician") == 401
    assert status("/plans", "ehr", "GET") == 401
    assert status("/cds-services", None, "GET") == 200
