"""What people add to a treatment in the chart is offered or told, whoever made it, and never goes unseen."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.domain.goal import GoalStatus
from service.domain.therapy import Modality
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from service.sync.words import shown_words
from tests.builders import PSYCHIATRIST, an_appointment
from tests.scenarios.clinic import BASE, Clinic
from tests.scenarios.foreign import (
    FLUOXETINE,
    PATIENT,
    a_booking,
    an_order,
    answer,
    causes,
    chart_of,
    quiet,
    waiting,
)
from tests.scenarios.test_offers import PLAN, SOON, clinic_with
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import CBT, a_chart, coded, goal, to

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
DETAIL = {"detail": {"status": "scheduled", "description": "Sleep hygiene"}}
LABELLED = {"meta": {"security": [{"code": "SUD"}]}}


def a_resource(clinic: Clinic, kind: str, **elements: Any) -> str:
    """Something that somebody of the clinic enters in the chart."""
    usual: dict[str, JsonObject] = {
        "Goal": {"lifecycleStatus": "active", "description": {"text": "Walk daily"}},
        "ServiceRequest": {"status": "active", "intent": "order", "code": CBT, "authoredOn": "2026-03-02"},
        "Condition": {"clinicalStatus": coded(CLINICAL, "active"), "code": {"text": "Insomnia"}},
    }
    whose = {"for" if kind == "Task" else "subject": {"reference": clinic.address(PATIENT)}}
    return clinic.made({"resourceType": kind, **usual.get(kind, {}), **whose, **elements})


def put_into_plan(clinic: Clinic, element: str, *entries: JsonObject) -> None:
    """Somebody puts entries into the CarePlan, after those that are there."""
    there = clinic.of(PLAN).get(element, [])
    clinic.edit(clinic.address(PLAN), **{element: [*there, *entries]})


def noted(clinic: Clinic) -> None:
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    decide_item(Decide(item_id=item.id, digest=item.digest, author=PSYCHIATRIST.id), ports=clinic.plans)


def offered(clinic: Clinic) -> set[str]:
    return {name for one in clinic.inbox if one.cause == Cause.EXISTS_THERE for name in one.groups}


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


UNPLACED: dict[str, tuple[str, JsonObject, str]] = {
    "an activity that is described in place": (
        "activity",
        DETAIL,
        "is described in place: a plan takes up what is a resource of its own",
    ),
    "an activity that is named in words": (
        "activity",
        {"reference": {"display": "Walking group"}},
        "is named in words alone: a plan takes up what is a resource of its own",
    ),
    "a goal in words": ("goal", {"display": "Walk"}, "is named in words alone"),
    "a goal of another server": (
        "goal",
        to("http://other.test/fhir/Goal/1"),
        "names nothing that can be read",
    ),
    "a goal inside it": ("goal", to("#aim"), "names nothing that can be read"),
}


@pytest.mark.parametrize(("element", "entry", "reason"), UNPLACED.values(), ids=UNPLACED)
def test_what_no_plan_can_take_up_is_told_with_its_path_until_somebody_takes_note(
    element: str, entry: JsonObject, reason: str
) -> None:
    clinic = clinic_with()
    place = len(clinic.of(PLAN)[element])
    put_into_plan(clinic, element, entry)
    report = clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    (path,) = item.groups
    assert path.startswith(f"CarePlan.{element}[{place}]")
    (words,) = shown_words(item.content, item.groups)
    assert words.ours[0].startswith(reason)
    assert (report.writes, report.standing) == (0, Standing.IN_STEP)
    quiet(clinic)
    noted(clinic)
    clinic.sync()
    assert clinic.inbox == ()
    assert entry in clinic.of(PLAN)[element], "it stays in the chart"


def test_a_kind_that_no_plan_has_is_told_by_its_name() -> None:
    clinic = clinic_with()
    task = a_resource(clinic, "Task", status="requested", intent="order")
    put_into_plan(clinic, "activity", {"reference": to(task)})
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    (words,) = shown_words(item.content, item.groups)
    assert words.ours == ("names a Task of the clinic's own: a plan has no place for it",)


def test_what_is_gone_when_a_pass_reads_it_is_told_as_that() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal")
    put_into_plan(clinic, "goal", to(address))
    without = [one for one in clinic.store.history() if f"{one.kind}/{one.id}" != address]
    clinic.hold(without[::-1])
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    (words,) = shown_words(item.content, item.groups)
    assert words.ours == ("names nothing that can be read on this server",)


def test_what_cannot_be_read_is_told_with_the_reason_of_the_reader() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "ServiceRequest", code={"text": "Blood count"})
    wordless = a_resource(clinic, "Goal", description={"coding": [{"code": "x"}]})
    put_into_plan(clinic, "activity", {"reference": to(address)})
    put_into_plan(clinic, "goal", to(wordless))
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    told = {one.group: one.ours[0] for one in shown_words(item.content, item.groups)}
    assert [reason for path, reason in told.items() if "activity" in path] == [
        "stands for nothing that a plan holds"
    ]
    (reason,) = [reason for path, reason in told.items() if "goal" in path]
    assert reason == "Goal does not say the description of a Goal"


def test_only_what_is_new_is_told_after_a_note() -> None:
    clinic = clinic_with()
    put_into_plan(clinic, "activity", DETAIL)
    clinic.sync()
    noted(clinic)
    other = {"detail": {"status": "scheduled", "description": "Yoga"}}
    put_into_plan(clinic, "activity", other)
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    assert item.content["candidates"][clinic.address(PLAN)]["activity"] == [other]


def test_what_is_of_another_patient_is_told_and_not_shown() -> None:
    clinic = clinic_with()
    stranger = clinic.made({"resourceType": "Patient", "name": [{"family": "Other"}]})
    address = a_resource(clinic, "Goal", subject=to(stranger), description={"text": "Secret of another"})
    put_into_plan(clinic, "goal", to(address))
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    (words,) = shown_words(item.content, item.groups)
    assert words.ours == ("names what is not of this patient alone",)
    assert "Secret" not in str(item.content)


SILENT: dict[str, tuple[str, dict[str, Any]]] = {
    "what was entered in error": ("Goal", {"lifecycleStatus": "entered-in-error"}),
    "what is labelled as psychotherapy notes": ("Goal", {"meta": {"security": [{"code": "PSYTHPN"}]}}),
    "a plan of ours": ("Goal", {"identifier": [{"system": "https://w3id.org/tandem-care/id", "value": "x"}]}),
    "an order, which has a rule of its own": ("MedicationRequest", {"status": "stopped", "intent": "order"}),
}


@pytest.mark.parametrize(("kind", "elements"), SILENT.values(), ids=SILENT)
def test_what_needs_no_word_is_not_told(kind: str, elements: dict[str, Any]) -> None:
    clinic = clinic_with()
    address = a_resource(clinic, kind, **elements)
    if kind == "Goal":
        put_into_plan(clinic, "goal", to(address))
    else:
        put_into_plan(clinic, "activity", {"reference": to(address)})
    clinic.sync()
    assert clinic.inbox == ()


def test_what_an_import_has_made_an_item_of_is_told_no_more() -> None:
    clinic = Visited()
    chart = {one["resource"]["resourceType"]: one["resource"] for one in a_chart()["entry"]}
    plan = chart["CarePlan"]
    therapy = {"detail": {"code": CBT, "status": "in-progress"}}
    inside = goal("inside")
    clinic.put({**plan, "activity": [therapy, DETAIL], "contained": [inside], "goal": [to("#inside")]})
    clinic.importing()
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    assert item.groups == ("CarePlan.activity[1].detail",)


def test_an_order_or_a_booking_that_is_labelled_as_substance_use_is_neither_offered_nor_told() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, **LABELLED)
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, dosageInstruction=None, **LABELLED)
    a_booking(clinic, SOON, **LABELLED)
    clinic.sync()
    assert causes(clinic) == set()
