"""What people add to a treatment in the chart is offered, and shared or left there as a person says."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.preview_sync import preview_sync
from service.application.sync_plan import SyncPlan
from service.domain.goal import GoalStatus
from service.domain.therapy import Modality, RequestStatus
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sandbox.wire import Answer, Incoming
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from service.sync.words import shown_words
from tests.builders import an_appointment, uid
from tests.scenarios.added import (
    LABELLED,
    a_resource,
    offered,
    put_into_plan,
)
from tests.scenarios.clinic import BASE, Answering, answering
from tests.scenarios.foreign import (
    FLUOXETINE,
    a_booking,
    an_order,
    answer,
    causes,
    chart_of,
    quiet,
    waiting,
)
from tests.scenarios.pair import a_pair
from tests.scenarios.test_offers import PLAN, SOON, clinic_with
from tests.unit.intake.charts import to


def test_a_goal_that_somebody_sets_in_the_chart_is_offered_and_in_nobodys_way() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal")
    report = clinic.sync()
    assert waiting(clinic, Cause.EXISTS_THERE).groups == (address,)
    assert (report.writes, report.standing) == (0, Standing.IN_STEP)
    quiet(clinic)


def test_a_goal_that_is_taken_up_is_shared_from_then_on() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal")
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    assert clinic.sync().writes == 1, "the CarePlan names it"
    taken = clinic.head().goals[-1]
    assert (taken.description, taken.status) == ("Walk daily", GoalStatus.ACTIVE)
    assert to(address) in clinic.of(PLAN)["goal"]
    entry = clinic.entry(Key("Goal", taken.id))
    assert entry is not None
    assert entry.state is LinkState.IN_SYNC
    quiet(clinic)
    clinic.edit(address, description={"text": "Walk for an hour"})
    clinic.sync()
    assert clinic.head().goals[-1].description == "Walk for an hour"
    ours = replace(clinic.head().goals[-1], status=GoalStatus.ON_HOLD)
    clinic.change(goals=(*clinic.head().goals[:-1], ours))
    clinic.sync()
    assert chart_of(clinic, address)["lifecycleStatus"] == "on-hold"
    assert chart_of(clinic, address)["description"] == {"text": "Walk for an hour"}
    quiet(clinic)


def test_a_dry_run_says_what_is_offered_and_what_would_be_taken_up() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal")
    shown = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports)
    (waits,) = shown.inbox
    assert [one.group for one in waits.words] == [address]
    assert "description: Walk daily" in waits.words[0].theirs
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    shown = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports)
    taken = [one for one in shown.plan if one.new]
    assert [(one.resource_type, one.name) for one in taken] == [("Goal", "Walk daily")]


def test_a_course_of_therapy_that_was_ordered_in_the_chart_is_offered() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "ServiceRequest")
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    taken = clinic.head().therapies[-1]
    assert taken.modality is Modality.CBT
    assert {"reference": to(address)} in clinic.of(PLAN)["activity"]
    quiet(clinic)


def test_a_problem_is_offered_once_the_care_plan_names_it_and_stays_the_clinics_own() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Condition")
    clinic.sync()
    assert clinic.inbox == (), "the problem list is longer than any plan"
    put_into_plan(clinic, "addresses", to(address))
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    taken = clinic.head().conditions[-1]
    entry = clinic.entry(Key("Condition", taken.id))
    assert entry is not None
    assert entry.state is LinkState.PULL_ONLY
    quiet(clinic)


def test_a_problem_and_the_goal_that_addresses_it_are_taken_up_as_one_belongs_to_the_other() -> None:
    clinic = clinic_with()
    problem = a_resource(clinic, "Condition")
    aim = a_resource(clinic, "Goal", addresses=[to(problem)])
    put_into_plan(clinic, "addresses", to(problem))
    clinic.sync()
    assert offered(clinic) == {aim, problem}
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    plan = clinic.head()
    assert plan.goals[-1].addresses == (plan.conditions[-1].id,)
    quiet(clinic)


def test_what_the_care_plan_names_is_offered_in_whatever_way_it_is_named() -> None:
    clinic = clinic_with()
    ended = a_resource(clinic, "Goal", lifecycleStatus="completed")
    clinic.sync()
    assert clinic.inbox == (), "a goal that has ended is offered where the plan names it"
    for reference in (ended, f"{BASE}/{ended}", f"{ended}/_history/1"):
        clinic.edit(clinic.address(PLAN), goal=[*clinic.of(PLAN)["goal"][:1], to(reference)])
        clinic.sync()
        assert offered(clinic) == {ended}


def test_what_is_left_to_the_chart_is_never_offered_again() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal")
    put_into_plan(clinic, "goal", to(address))
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "decline")
    clinic.edit(address, description={"text": "Walk for an hour"})
    clinic.sync()
    assert clinic.inbox == ()
    assert to(address) in clinic.of(PLAN)["goal"], "nobody takes it out of the chart"
    quiet(clinic)


NO_OFFERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a goal that has ended": ("Goal", {"lifecycleStatus": "cancelled"}),
    "a goal without words": ("Goal", {"description": {"coding": [{"code": "x"}]}}),
    "a goal that is labelled as substance use": ("Goal", LABELLED),
    "a therapy that has ended": ("ServiceRequest", {"status": "completed"}),
    "a therapy that nobody ordered": ("ServiceRequest", {"intent": "proposal"}),
    "a therapy that is forbidden": ("ServiceRequest", {"doNotPerform": True}),
    "an order of something else": ("ServiceRequest", {"code": {"text": "Blood count"}}),
    "a goal of a plan of ours": (
        "Goal",
        {"identifier": [{"system": "https://w3id.org/tandem-care/id", "value": "another"}]},
    ),
}


@pytest.mark.parametrize(("kind", "elements"), NO_OFFERS.values(), ids=NO_OFFERS)
def test_no_offer(kind: str, elements: dict[str, Any]) -> None:
    clinic = clinic_with()
    a_resource(clinic, kind, **elements)
    clinic.sync()
    assert clinic.inbox == ()


def test_a_server_without_such_a_search_is_not_asked_for_it() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal")
    without = {"types": {"Goal": {"search_params": ["_id", "identifier"]}}}
    clinic.sync(override=without)
    assert clinic.inbox == ()
    put_into_plan(clinic, "goal", to(address))
    clinic.sync(override=without)
    assert offered(clinic) == {address}, "what the plan names is read by its id"


def test_a_search_that_the_server_refuses_stops_nothing() -> None:
    clinic = clinic_with()
    a_resource(clinic, "Goal")
    clinic.rename("Another title")
    refusing = answering("GET", "Goal", 400)

    def spoiled(usual: Answering, incoming: Incoming) -> Answer:
        by_patient = any(name == "patient" for name, _ in incoming.query)
        return refusing(usual, incoming) if by_patient else usual(incoming)

    clinic.spoil = spoiled
    assert clinic.sync().writes == 1
    assert clinic.inbox == ()


def test_what_stays_behind_of_an_offer_is_shown_to_whoever_confirms_it() -> None:
    clinic = clinic_with()
    target = {"measure": {"text": "steps"}, "detailQuantity": {"value": 9000}}
    address = a_resource(clinic, "Goal", target=[target])
    clinic.sync()
    (words,) = shown_words(waiting(clinic, Cause.EXISTS_THERE).content, (address,))
    assert any(line.startswith("cannot be read: Goal.target[0]") for line in words.theirs)


def test_a_treatment_that_is_over_gets_nothing_more() -> None:
    clinic = clinic_with()
    a_resource(clinic, "Goal")
    clinic.change(status=RequestStatus.COMPLETED)
    clinic.sync()
    assert clinic.inbox == ()


def test_a_goal_of_another_plan_of_ours_is_told() -> None:
    pair = a_pair()
    more = replace(pair.head(pair.first).goals[0], id=uid("newgoal"), description="Made in the first plan")
    pair.change(pair.first, goals=(*pair.head(pair.first).goals, more))
    pair.sync(pair.first)
    (made,) = [one for one in pair.clinic.all("Goal") if one["description"]["text"] == more.description]
    known = pair.clinic.ask("GET", "CarePlan/other").body
    assert known is not None
    pair.clinic.edit("CarePlan/other", goal=[*known["goal"], to(f"Goal/{made['id']}")])
    pair.sync(pair.second)
    (item,) = pair.inbox(pair.second)
    (words,) = shown_words(item.content, item.groups)
    assert words.ours == ("names what belongs to another plan of ours",)


def test_an_offered_order_that_the_care_plan_names_is_offered_once() -> None:
    clinic = clinic_with()
    drug = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    put_into_plan(clinic, "activity", {"reference": to(drug)})
    clinic.sync()
    assert causes(clinic) == {Cause.EXISTS_THERE}


def test_an_order_of_a_drug_that_is_labelled_is_not_offered() -> None:
    clinic = clinic_with()
    drug = clinic.made({"resourceType": "Medication", "code": FLUOXETINE, **LABELLED})
    an_order(clinic, 20, medicationCodeableConcept=None, medicationReference=to(drug))
    clinic.sync()
    assert causes(clinic) == set()


def test_an_order_or_a_booking_that_is_labelled_as_substance_use_is_neither_offered_nor_told() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, **LABELLED)
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, dosageInstruction=None, **LABELLED)
    a_booking(clinic, SOON, **LABELLED)
    clinic.sync()
    assert causes(clinic) == set()
