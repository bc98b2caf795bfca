"""The trail says what: the plan, and the part, person, import or finding that a request was about."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.document import item_to_document, person_to_document, plan_to_document
from service.domain.measure import ItemAnswer
from service.domain.plan import Plan
from service.ports.access import AuditEntry, AuditFilter, Outcome
from service.ports.cards import ShownCard
from service.ports.storage import LedgerEntry, LinkState
from tests.builders import PSYCHIATRIST, a_goal, a_person, a_plan, a_score, uid
from tests.builders.alerts import an_alert
from tests.builders.inbox import an_item
from tests.contract.storage.samples import NOON
from tests.unit.api.conftest import AUTHOR, Api, Surroundings
from tests.unit.api.test_once import DOSE
from tests.unit.api.visitors import PLAN_ID, Clinic, routes, the_clinic
from tests.unit.intake.charts import a_chart

VIEW = "tandem-patient-view"
RISK = a_score(value=2, items=(ItemAnswer(item=9, value=1),))
TYPED = "Anna.Mueller-1980-01-01"


def latest(around: Surroundings, operation: str, **wanted: Any) -> list[AuditEntry]:
    with around.storage.begin(write=False) as work:
        return list(reversed(work.audit.page(AuditFilter(operation=operation, **wanted), limit=99)))


def about(around: Surroundings, operation: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(one.plan_id, one.patient_id, one.item_id) for one in latest(around, operation)]


def called(api: Api, patient: str = "chart-7") -> Any:
    body = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": patient}}
    return api.post(f"/cds-services/{VIEW}", body)


def bound(around: Surroundings, plan: Plan) -> None:
    entry = LedgerEntry(
        connection_id="default",
        resource_type="Patient",
        item_id=plan.patient.id,
        patient_id=plan.patient.id,
        remote_id="chart-7",
        state=LinkState.PULL_ONLY,
    )
    with around.storage.begin() as work:
        work.ledger.save([entry], plan_id=plan.id)
        work.commit()


def test_who_reads_an_import_is_found_by_its_plan_and_its_patient(api: Api, around: Surroundings) -> None:
    made = api.post("/imports", {"bundle": a_chart()}).json
    api.get(f"/imports/{made['id']}")
    api.get(f"/imports/{made['plan_id']}")
    patient = api.get(f"/plans/{made['plan_id']}").json["patient"]["id"]
    said = (made["plan_id"], patient, made["id"])
    assert about(around, "importChart") == [said]
    assert about(around, "readImport") == [said, said]


def test_a_call_for_cards_is_found_by_every_plan_that_was_looked_into(api: Api, around: Surroundings) -> None:
    plan, quiet = a_plan(scores=(RISK,)), a_plan(id=uid("other"))
    api.keep(plan)
    api.keep(quiet)
    bound(around, plan)
    assert called(api).json["cards"]
    found = latest(around, "callCdsService")
    assert {(one.plan_id, one.patient_id) for one in found} == {
        (plan.id, plan.patient.id),
        (quiet.id, plan.patient.id),
    }
    assert {(one.item_id, one.outcome, one.status) for one in found} == {(VIEW, Outcome.DONE, 200)}
    assert len({one.request_id for one in found}) == 1


def test_a_call_for_a_patient_whom_nobody_knows_leaves_its_entry(api: Api, around: Surroundings) -> None:
    called(api, "somebody-else")
    assert about(around, "callCdsService") == [(None, None, VIEW)]


def test_an_answer_to_cards_is_found_by_the_plans_of_the_cards(
    api: Api, around: Surroundings, plan: Plan
) -> None:
    shown = ShownCard(id="card-1", plan_id=plan.id, rule="risk-item", finding="f", shown_at=NOON)
    with around.storage.begin() as work:
        work.cards.shown([shown, replace(shown, id="card-2")])
        work.commit()
    answers = [
        {"card": card, "outcome": "accepted", "outcomeTimestamp": "2026-03-02T09:30:00Z"}
        for card in ("card-1", "card-2")
    ]
    assert api.post(f"/cds-services/{VIEW}/feedback", {"feedback": answers}).status_code == 200
    assert about(around, "giveCdsFeedback") == [(plan.id, plan.patient.id, VIEW)]


def test_what_was_added_is_named(api: Api, around: Surroundings, plan: Plan) -> None:
    api.post("/people", person_to_document(a_person(id="new-person")))
    api.post(f"/plans/{plan.id}/goals", item_to_document(a_goal(id="new-goal")), If_Match='"1"')
    assert about(around, "createPerson")[-1] == (None, None, "new-person")
    assert about(around, "addToGoals") == [(plan.id, plan.patient.id, "new-goal")]


def test_a_decision_in_the_inbox_is_found_by_its_plan_whatever_became_of_it(
    api: Api, around: Surroundings, plan: Plan
) -> None:
    with around.storage.begin() as work:
        work.inbox.save([an_item(plan_id=plan.id)])
        work.commit()
    for digest, status in (("x", 412), (an_item().digest, 200)):
        body = {"digest": digest, "choices": {"description": "ours"}}
        assert api.post("/inbox/item-1/decision", body).status_code == status
    assert about(around, "decideInboxItem") == [
        (plan.id, plan.patient.id, None),
        (plan.id, plan.patient.id, "item-1"),
    ]


def test_a_decision_of_a_finding_names_the_finding(api: Api, around: Surroundings) -> None:
    plan = a_plan(scores=(RISK,))
    api.keep(plan)
    found = api.get(f"/plans/{plan.id}/findings").json["items"]
    key = next(one["key"] for one in found if "proposal" in one)
    body = {"answer": "declined", "reason": "Seen today", "decided_by": [PSYCHIATRIST.id]}
    said = api.post(f"/plans/{plan.id}/findings/{key}/decision", body, If_Match='"1"')
    assert said.status_code == 201, said.text
    assert about(around, "decideFinding") == [(plan.id, plan.patient.id, key)]


ORDER = item_to_document(a_plan().medications[0])
CREATIONS: dict[str, tuple[str, str, Any]] = {
    "a plan": ("createPlan", "/plans", plan_to_document(a_plan(id="other"))),
    "a person": ("createPerson", "/people", person_to_document(a_person(id="new-person"))),
    "a part": ("addToGoals", f"/plans/{a_plan().id}/goals", item_to_document(a_goal(id="new-goal"))),
    "a new dose": (
        "changeDose",
        f"/plans/{a_plan().id}/medications/{ORDER['id']}/dose",
        {**DOSE, "dosage": [{**ORDER["dosage"][0], "dose": {"value": 100, "unit": "mg"}}]},
    ),
    "an import": ("importChart", "/imports", {"bundle": a_chart()}),
}


@pytest.mark.parametrize("name", CREATIONS)
def test_an_answer_that_is_given_again_is_about_the_same(
    api: Api, around: Surroundings, plan: Plan, name: str
) -> None:
    operation, path, body = CREATIONS[name]
    before = len(latest(around, operation))
    for _ in range(2):
        assert api.post(path, body, Idempotency_Key="k", If_Match='"1"').status_code == 201
    first, again = about(around, operation)[before:]
    assert again == first
    assert any(first)


@pytest.fixture
def clinic() -> Clinic:
    clinic = the_clinic()
    clinic.open_anew()
    return clinic


def typed(rule: str, where: Callable[[str], str]) -> str:
    parts = (where(part) if part.startswith("<") else part for part in rule.split("/"))
    return "/".join(parts)


@pytest.mark.parametrize("who", ["clinician", "patient"])
def test_what_somebody_types_in_a_path_is_kept_nowhere_unless_it_names_what_is_there(
    clinic: Clinic, who: str
) -> None:
    before = len(clinic.trail())
    asked = 0
    for method, rule in routes(clinic.app):
        for where in (
            lambda _: TYPED,
            lambda part: PLAN_ID if "plan_id" in part else TYPED,
        ):
            if "<" not in rule or TYPED not in typed(rule, where):
                continue
            for given in ({}, {"If-Match": '"1"', "X-Tandem-Author": "clinician-1"}):
                sent = {"Host": "tandem.example", "Authorization": f"Bearer {who}", **given}
                clinic.client.open(typed(rule, where), method=method, headers=sent, json={})
                asked += 1
    entries = clinic.trail()[before:]
    assert asked > 300
    assert len(entries) > 300
    assert not [one for one in entries if TYPED in repr(one)]
    assert {one.plan_id for one in entries} == {None, PLAN_ID}


def test_who_was_turned_away_at_a_plan_that_is_there_is_found_by_the_plan(clinic: Clinic) -> None:
    other = a_plan(id=uid("other"))
    assert clinic.ask("clinician", "POST", "/plans", plan_to_document(other)).status_code == 201
    assert clinic.ask("patient", "GET", f"/plans/{other.id}").status_code == 403
    assert clinic.ask("patient", "GET", f"/plans/{TYPED}").status_code == 403
    found = [(one.outcome, one.status, one.plan_id) for one in clinic.trail(who="patient-1")]
    assert found == [(Outcome.REFUSED, 403, other.id), (Outcome.REFUSED, 403, None)]


def test_an_alert_is_found_by_its_plan_also_when_nothing_became_of_it(
    api: Api, around: Surroundings, plan: Plan
) -> None:
    with around.storage.begin() as work:
        work.alerts.add(an_alert(plan_id=plan.id))
        work.commit()
    path = f"/alerts/{an_alert().id}/closure"
    assert api.ask("POST", path, {"reason": " "}, headers=AUTHOR).status_code == 422
    assert about(around, "closeAlert")[-1] == (plan.id, plan.patient.id, None)
