"""Two plans of one patient on the same resources: each is an outsider to the other, and no edit is lost."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from service.application.bind_patient import BindPatient, LookAtPatient, bind_patient, look_at_binding
from service.application.keep_plan import create_plan
from service.application.sync_status import why
from service.domain.plan import Plan
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import PSYCHIATRIST, uid
from tests.scenarios.clinic import Clinic, attention
from tests.scenarios.pair import AIM, ORDER, VISIT, Pair, a_pair
from tests.scenarios.two_sides import key

BARE = {"goals": (), "therapies": (), "medications": (), "conditions": (), "appointments": ()}


@pytest.fixture
def pair() -> Pair:
    return a_pair()


EDITS: dict[str, Any] = {
    "a goal in other words": (
        AIM,
        {"description": {"text": "their words"}},
        lambda plan: [one.description for one in plan.goals] == ["their words"],
    ),
    "an appointment cancelled": (
        VISIT,
        {"status": "cancelled"},
        lambda plan: [one.status.value for one in plan.appointments] == ["cancelled"],
    ),
    "an order stopped": (
        ORDER,
        {"status": "stopped"},
        lambda plan: [one.status.value for one in plan.medications] == ["stopped"],
    ),
}


@pytest.mark.parametrize(("reference", "elements", "seen"), EDITS.values(), ids=EDITS)
def test_an_edit_of_the_chart_comes_into_both_plans(
    pair: Pair, reference: str, elements: Any, seen: Any
) -> None:
    pair.clinic.edit(reference, **elements)
    assert pair.clinic.poll().woken == {pair.first.id, pair.second.id}
    for plan in (pair.first, pair.second):
        pair.sync(plan)
        assert reference not in {one.partition(" ")[2] for one in pair.clinic.writes}
        assert seen(pair.head(plan))
    for plan in (pair.first, pair.second):
        assert pair.sync(plan).writes == 0
        assert pair.inbox(plan) == []


def test_a_change_of_one_plan_reaches_the_other_through_the_chart(pair: Pair) -> None:
    pair.goal(pair.first, "sleep seven hours")
    assert pair.sync(pair.first).standing is Standing.IN_STEP
    assert pair.clinic.poll().woken == {pair.second.id}, "for the plan that wrote it, it is an echo"
    assert pair.sync(pair.second).standing is Standing.IN_STEP
    assert [one.description for one in pair.head(pair.second).goals] == ["sleep seven hours"]
    assert pair.words() == "sleep seven hours"
    assert [pair.sync(plan).writes for plan in (pair.first, pair.second)] == [0, 0]


def test_what_both_plans_changed_waits_for_a_person(pair: Pair) -> None:
    pair.goal(pair.first, "sleep seven hours")
    pair.goal(pair.second, "fall asleep by eleven")
    pair.sync(pair.first)
    report = pair.sync(pair.second)
    assert {reason for reason, _ in attention(report).values()} == {Done.CONFLICT}
    (item,) = pair.inbox(pair.second)
    assert (item.resource_type, item.cause) == ("Goal", Cause.SAME_GROUP)
    assert pair.words() == "sleep seven hours"
    assert pair.inbox(pair.first) == []


def test_why_tells_each_standing_once(pair: Pair) -> None:
    (goal,) = pair.head(pair.first).goals
    assert [one.state for one in why(goal.id, ports=pair.clinic.plans)] == [LinkState.IN_SYNC]
    pair.goal(pair.first, "sleep seven hours")
    pair.goal(pair.second, "fall asleep by eleven")
    pair.sync(pair.first)
    pair.sync(pair.second)
    states = {one.state for one in why(goal.id, ports=pair.clinic.plans)}
    assert states == {LinkState.IN_SYNC, LinkState.CONFLICT}
    (own,) = why(goal.id, ports=pair.clinic.plans, plan_id=pair.first.id)
    assert own.state is LinkState.IN_SYNC


def test_binding_one_plan_anew_freezes_no_other(pair: Pair) -> None:
    patient = pair.head(pair.first).patient
    pair.change(pair.first, patient=replace(patient, given_names=("Adele",)))
    assert pair.sync(pair.first).standing is Standing.PARKED
    asked = {"plan_id": pair.first.id, "patient": "pat"}
    shown = look_at_binding(LookAtPatient(**asked), pair.clinic.ports)
    bind_patient(BindPatient(**asked, digest=shown.digest, author="n.okafor"), pair.clinic.ports)
    for plan in (pair.first, pair.second, pair.first, pair.second):
        assert pair.sync(plan).standing is not Standing.PARKED
        assert pair.inbox(plan) == []


def beside(clinic: Clinic, **fields: Any) -> Plan:
    """Another plan of the same patient, with the same items but for these."""
    other = replace(clinic.plan, id=uid("plan-2"), title="Another plan", **fields)
    create_plan(other, author=PSYCHIATRIST.id, ports=clinic.plans)
    clinic.plan = other
    return other


def test_a_patient_whom_two_plans_name_differently_is_not_renamed_back_and_forth() -> None:
    clinic = Clinic()
    first = clinic.plan
    clinic.sync()
    second = beside(clinic, **BARE, patient=replace(first.patient, given_names=("Other",)))
    report = clinic.sync()
    assert [done for done, _ in attention(report).values()] == [Done.CONFLICT]
    before = deepcopy(clinic.all("Patient"))
    for plan in (first, second, first, second):
        clinic.plan = plan
        assert clinic.sync().writes == 0
    assert clinic.all("Patient") == before


def test_a_plan_that_means_the_same_by_what_another_made_agrees_with_it() -> None:
    clinic = Clinic()
    clinic.sync()
    beside(clinic)
    clinic.sync()
    goal = key("Goal", "goals")
    assert len(clinic.all("Goal")) == 1
    entry = clinic.entry(goal)
    assert entry is not None
    assert (entry.state, entry.remote_id) == (LinkState.IN_SYNC, clinic.of(goal)["id"])


def test_what_another_plan_sent_without_an_answer_is_found_and_not_taken_for_ones_own() -> None:
    clinic = Clinic()
    clinic.lose = lambda request: request.method != "GET"
    first = clinic.plan
    clinic.push()
    clinic.lose = lambda _: False
    (goal, *_) = first.goals
    beside(clinic, goals=(replace(goal, description="in words of its own"),))
    report = clinic.push()
    assert report.items
    assert len(clinic.all("Goal")) == 1
    assert clinic.of(key("Goal", "goals"))["description"]["text"] == goal.description
    clinic.plan = first
    assert clinic.push().standing is Standing.IN_STEP
    assert clinic.open_rows() == 0


def test_plans_share_their_clinicians() -> None:
    clinic = Clinic()
    first = clinic.plan
    clinic.sync()
    second = beside(clinic, **BARE)
    clinic.sync()
    assert not [one for one in clinic.sent() if one["resourceType"].startswith("Practitioner")]
    links = [clinic.entry(Key("Practitioner", PSYCHIATRIST.id)) for clinic.plan in (first, second)]
    assert links[0] == links[1]
