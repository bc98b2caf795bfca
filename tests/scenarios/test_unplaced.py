"""What of a CarePlan no plan can take up is told, entry by entry with path and reason; the rest is not."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.fhir.json import JsonObject
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from service.sync.words import shown_words
from tests.builders import an_appointment
from tests.scenarios.added import (
    DETAIL,
    LABELLED,
    a_resource,
    noted,
    put_into_plan,
    reasons,
)
from tests.scenarios.clinic import answering
from tests.scenarios.foreign import (
    FLUOXETINE,
    a_booking,
    an_order,
    causes,
    quiet,
    waiting,
)
from tests.scenarios.test_offers import PLAN, SOON, clinic_with
from tests.scenarios.visited import Visited
from tests.unit.intake.charts import CBT, a_chart, coded, goal, to

UNPLACED: dict[str, tuple[str, JsonObject, str]] = {
    "an activity that is described in place": (
        "activity",
        DETAIL,
        "is described in place: what changes there does not come into the plan",
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
    "an activity that says nothing": (
        "activity",
        {"progress": [{"text": "went well"}]},
        "names and describes nothing",
    ),
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


def test_what_the_server_does_not_show_us_is_told_and_stops_nothing() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Condition")
    put_into_plan(clinic, "addresses", to(address))
    clinic.rename("Another title")
    clinic.spoil = answering("GET", address, 403)
    by_id_alone = {"types": {"Condition": {"search_params": ["patient", "identifier"]}}}
    assert clinic.sync(override=by_id_alone).writes == 1
    assert reasons(clinic) == ["names what the server does not show us"]


NOT_READ: dict[str, dict[str, Any]] = {
    "of another patient": {"subject": to("Patient/stranger")},
    "not understood": {"modifierExtension": [{"url": "http://clinic.test/x", "valueBoolean": True}]},
    "labelled as psychotherapy notes": {"meta": {"security": [{"code": "PSYTHPN"}]}},
}


@pytest.mark.parametrize("elements", NOT_READ.values(), ids=NOT_READ)
def test_nothing_is_offered_or_told_out_of_a_care_plan_that_is(elements: dict[str, Any]) -> None:
    clinic = clinic_with()
    clinic.ask("PUT", "Patient/stranger", {"resourceType": "Patient", "id": "stranger"})
    done = a_resource(clinic, "Goal", lifecycleStatus="completed")
    put_into_plan(clinic, "activity", DETAIL)
    put_into_plan(clinic, "goal", to(done))
    clinic.edit(clinic.address(PLAN), **elements)
    clinic.sync()
    assert causes(clinic) <= {Cause.OTHER_PATIENT, Cause.NOT_UNDERSTOOD}


ODD: tuple[tuple[str, Any], ...] = (
    ("goal", None), ("activity", None), ("activity", {"reference": None}), ("activity", "x"),
    ("activity", {"reference": "Goal/1"}), ("addresses", "Condition/1"),
)  # fmt: skip


@pytest.mark.parametrize(("element", "entry"), ODD)
def test_a_care_plan_that_is_no_r4_stops_itself_alone(element: str, entry: Any) -> None:
    clinic = clinic_with()
    clinic.rename("Another title")
    spoiled = [
        replace(one, body={**one.body, element: [entry]}) if one.kind == "CarePlan" and one.body else one
        for one in clinic.store.history()
    ]
    clinic.hold(spoiled[::-1])
    clinic.sync()
    assert causes(clinic) == {Cause.NOT_UNDERSTOOD}


def test_a_reason_that_changed_is_told_anew() -> None:
    clinic = clinic_with()
    address = a_resource(clinic, "Goal", description={"coding": [{"code": "x"}]})
    put_into_plan(clinic, "goal", to(address))
    clinic.sync()
    stranger = clinic.made({"resourceType": "Patient", "name": [{"family": "Other"}]})
    clinic.edit(address, subject=to(stranger))
    clinic.sync()
    assert reasons(clinic) == ["names what is not of this patient alone"]


REQUESTS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a request that nobody ordered": ("order", {"intent": "plan"}, ["names a request that nobody ordered"]),
    "an order that has ended": ("order", {"status": "stopped"}, []),
    "an appointment that nobody booked": (
        "visit",
        {"status": "proposed"},
        ["names an appointment that nobody booked"],
    ),
    "a visit that is over": ("visit", {"status": "fulfilled"}, []),
    "a booking that cannot be read": ("visit", {"end": None}, ["Appointment does not make a"]),
    "another patient's order": (
        "order",
        {"subject": to("Patient/stranger")},
        ["names what is not of this patient alone"],
    ),
}


@pytest.mark.parametrize(("kind", "elements", "told"), REQUESTS.values(), ids=REQUESTS)
def test_of_orders_and_bookings_what_the_plan_takes_up_nowhere_is_told(
    kind: str, elements: dict[str, Any], told: list[str]
) -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    clinic.ask("PUT", "Patient/stranger", {"resourceType": "Patient", "id": "stranger"})
    if kind == "order":
        address = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, **elements)
    else:
        address = a_booking(clinic, SOON, **elements)
    put_into_plan(clinic, "activity", {"reference": to(address)})
    clinic.sync()
    said = [line for one in clinic.inbox if one.cause == Cause.CANNOT_TAKE_UP for line in reasons(clinic)]
    assert [one[: len(wanted)] for one, wanted in zip(said, told, strict=True)] == told


def imported(activity: list[JsonObject]) -> Visited:
    """A clinic whose CarePlan described a therapy and contained a goal when it was imported."""
    clinic = Visited()
    chart = {one["resource"]["resourceType"]: one["resource"] for one in a_chart()["entry"]}
    inside = goal("inside")
    clinic.put({**chart["CarePlan"], "activity": activity, "contained": [inside], "goal": [to("#inside")]})
    clinic.importing()
    clinic.sync()
    assert clinic.inbox == ()
    return clinic


THERAPY = {"detail": {"code": CBT, "status": "in-progress"}}


WARD = {"detail": {"description": "Admit to ward", "status": "in-progress"}}


STOPPED = {"detail": {"code": CBT, "status": "stopped"}}


EDITED_IN_PLACE: dict[str, tuple[list[JsonObject], list[JsonObject]]] = {
    "it ends": ([STOPPED], [STOPPED]),
    "another takes its place": ([WARD], [WARD]),
    "another comes before it": ([WARD, THERAPY], [WARD, THERAPY]),
    "another comes behind it": ([THERAPY, WARD], [WARD]),
}


@pytest.mark.parametrize(("after", "told"), EDITED_IN_PLACE.values(), ids=EDITED_IN_PLACE)
def test_what_an_import_read_in_place_is_told_when_it_says_something_else(
    after: list[JsonObject], told: list[JsonObject]
) -> None:
    clinic = imported([THERAPY])
    clinic.edit("CarePlan/plan", activity=after)
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    assert item.content["candidates"]["CarePlan/plan"]["activity"] == told


def test_our_own_start_of_the_plan_is_no_word_of_what_is_described_in_place() -> None:
    clinic = imported([THERAPY])
    plan = clinic.head()
    clinic.change(period=replace(plan.period, start=date(2025, 6, 1)))
    for _ in range(2):
        clinic.sync()
    assert clinic.inbox == ()


def test_a_goal_inside_an_imported_care_plan_is_told_with_each_change() -> None:
    clinic = imported([THERAPY])
    for words in ("Sleep less", "Sleep more"):
        clinic.edit("CarePlan/plan", contained=[goal("inside", description={"text": words})])
        clinic.sync()
        assert words in str(waiting(clinic, Cause.CANNOT_TAKE_UP).content)
        noted(clinic)
        clinic.sync()
        assert clinic.inbox == ()


SILENT: dict[str, tuple[str, dict[str, Any]]] = {
    "what was entered in error": ("Goal", {"lifecycleStatus": "entered-in-error"}),
    "what is labelled as psychotherapy notes": ("Goal", {"meta": {"security": [{"code": "PSYTHPN"}]}}),
    "a refuted problem": (
        "Condition",
        {
            "verificationStatus": coded(
                "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
            )
        },
    ),
    "a task that is labelled as substance use": (
        "Task",
        {"status": "requested", "intent": "order", **LABELLED},
    ),
    "an order, which has a rule of its own": ("MedicationRequest", {"status": "stopped", "intent": "order"}),
}


@pytest.mark.parametrize(("kind", "elements"), SILENT.values(), ids=SILENT)
def test_what_needs_no_word_is_not_told(kind: str, elements: dict[str, Any]) -> None:
    clinic = clinic_with()
    address = a_resource(clinic, kind, **elements)
    if kind in ("Goal", "Condition"):
        put_into_plan(clinic, "goal" if kind == "Goal" else "addresses", to(address))
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
