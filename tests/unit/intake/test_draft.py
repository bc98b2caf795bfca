"""What a chart gives, rule by rule."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.people import Role
from service.domain.therapy import Modality, RequestStatus
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.intake.belonging import BELONGS, BESIDE, OURS
from service.intake.bundle import open_bundle
from service.intake.choosing import FURTHER, MISTAKEN, NO_PLAN
from service.intake.draft import Wishes, draft
from service.intake.header import STRANGER, UNTITLED
from service.intake.items import NOTHING, UNNAMED
from tests.builders import PSYCHIATRIST
from tests.unit.intake.charts import (
    CBT,
    SNOMED,
    SYSTEM,
    TODAY,
    WISHES,
    appointment,
    bundle,
    care_plan,
    coded,
    condition,
    drafted,
    goal,
    order,
    patient,
    practitioner,
    reasons,
    remarks,
    to,
)

OUR_MARK = [{"system": SYSTEM, "value": "some-item"}]


SELDOM = {"category": [{"text": "Diabetes plan"}]}


CHOICES = {
    "mental health first": ([care_plan("a", **SELDOM), care_plan("b", status="completed")], "b"),
    "active first": ([care_plan("a", status="completed"), care_plan("b")], "b"),
    "the fuller one": ([care_plan("a"), care_plan("b", goal=[to("Goal/aim")])], "b"),
    "the newest": ([care_plan("a"), care_plan("b", period={"start": "2025-06-01"})], "b"),
    "the newest by the day it was made": ([care_plan("a", period={}), care_plan("b", created="2025")], "b"),
    "by address": ([care_plan("b"), care_plan("a")], "a"),
    "no proposal": ([care_plan("a", intent="proposal"), care_plan("b", status="completed")], "b"),
    "no mistake": ([care_plan("a", status="entered-in-error"), care_plan("b", **SELDOM)], "b"),
    "an unknown status last": ([care_plan("a", status="unknown"), care_plan("b", status="revoked")], "b"),
}


@pytest.mark.parametrize(("plans", "chosen"), CHOICES.values(), ids=CHOICES)
def test_one_care_plan_is_chosen_by_the_rule_and_the_others_are_listed(
    plans: list[JsonObject], chosen: str
) -> None:
    held = [{name: one for name, one in plan.items() if one != {}} for plan in plans]
    made = drafted(*held, goal())
    assert made.care_plan == f"CarePlan/{chosen}"
    others = {f"CarePlan/{one['id']}" for one in plans} - {made.care_plan}
    assert {reasons(made)[one] for one in others} <= {FURTHER, MISTAKEN, NO_PLAN}


def test_a_person_may_name_the_care_plan() -> None:
    plans = [care_plan("a"), care_plan("b", **SELDOM)]
    assert drafted(*plans, wishes=replace(WISHES, care_plan="b")).care_plan == "CarePlan/b"
    assert drafted(*plans, wishes=replace(WISHES, care_plan="CarePlan/b")).care_plan == "CarePlan/b"
    with pytest.raises(Invalid):
        drafted(*plans, wishes=replace(WISHES, care_plan="c"))


def test_without_a_care_plan_orders_make_a_draft_too() -> None:
    made = drafted(order(reasonReference=[to("Condition/cond")]), condition())
    assert made.plan is not None
    assert (made.plan.title, made.plan.created, made.care_plan) == (UNTITLED, TODAY, None)
    assert [len(made.plan.medications), len(made.plan.conditions)] == [1, 1]


@pytest.mark.parametrize(
    ("elements", "title"),
    [
        ({"title": " Sleep "}, "Sleep"),
        ({}, "Psychiatry care plan"),
        ({"category": [{}, coded(SNOMED, "736254008", "By display")]}, "By display"),
        ({"category": [{"coding": [{"code": "x"}]}]}, UNTITLED),
    ],
)
def test_the_title_is_what_the_chart_calls_the_plan(elements: dict[str, Any], title: str) -> None:
    said = {**elements}
    if "category" in said:
        said["category"] = [one for one in said["category"] if one]
    assert drafted(care_plan(**said)).plan.title == title
    assert drafted(care_plan(**said), wishes=replace(WISHES, title="Mine")).plan.title == "Mine"


def test_a_draft_is_a_draft_whatever_the_chart_says_of_its_plan() -> None:
    for status in ("active", "completed", "unknown"):
        assert drafted(care_plan(status=status)).plan.status is RequestStatus.DRAFT


AUTHORS = {
    "the author": ({}, [], "Practitioner/doc"),
    "a contributor": (
        {"author": {"display": "x"}, "contributor": [to("Practitioner/two")]},
        [],
        "Practitioner/two",
    ),
    "who ordered last": (
        {"author": {"display": "x"}},
        [
            order("old", requester=to("Practitioner/doc"), authoredOn="2024-01-01"),
            order("new", requester=to("Practitioner/two")),
        ],
        "Practitioner/two",
    ),
}


@pytest.mark.parametrize(("plan", "others", "author"), AUTHORS.values(), ids=AUTHORS)
def test_who_answers_for_the_plan_is_what_the_chart_says(
    plan: dict[str, Any], others: list[JsonObject], author: str
) -> None:
    made = drafted(care_plan(**plan), practitioner("two"), *others)
    assert made.plan is not None
    placed = {key.item: address for key, address in made.placed.items() if key.type == "Practitioner"}
    assert placed[made.plan.author] == author


def test_the_only_clinician_answers_where_nothing_is_said_and_of_several_none_does() -> None:
    nothing = care_plan(author={"display": "x"})
    assert drafted(nothing).plan is not None
    several = drafted(nothing, practitioner("two"), order(requester={"display": "x"}))
    assert (several.plan, len(several.lacks)) == (None, 1)
    assert reasons(several)["CarePlan/plan"].startswith("no plan could be made")
    assert reasons(several)["MedicationRequest/order"].startswith("no plan could be made")
    named = drafted(nothing, practitioner("two"), wishes=replace(WISHES, author=PSYCHIATRIST))
    assert named.plan is not None
    assert named.plan.author == PSYCHIATRIST.id
    assert {one.role for one in named.plan.care_team} == {Role.PATIENT, PSYCHIATRIST.profession}


@pytest.mark.parametrize("elements", [{"birthDate": None}, {"name": None}, {"taste": 1}])
def test_a_patient_who_cannot_be_read_makes_no_plan(elements: dict[str, Any]) -> None:
    whose = {name: one for name, one in patient(**elements).items() if one is not None}
    chart = open_bundle(bundle(whose, practitioner(), care_plan(), order()), system=SYSTEM).chart
    made = draft(chart, WISHES)
    assert (made.plan, made.lacks) == (None, ("a patient that can be read",))
    assert {"Patient/pat", "CarePlan/plan", "MedicationRequest/order"} <= set(reasons(made))


def test_what_another_care_plan_names_goes_with_it() -> None:
    request = {
        "resourceType": "ServiceRequest",
        "id": "sr",
        "status": "active",
        "intent": "plan",
        "code": CBT,
        "subject": to("Patient/pat"),
        "authoredOn": "2025-01-01",
        "basedOn": [to("CarePlan/other")],
    }
    other = care_plan("other", status="completed", goal=[to("Goal/aim"), to("Goal/both")])
    made = drafted(care_plan(goal=[to("Goal/both")]), other, goal(), goal("both"), goal("free"), request)
    assert {one for one, reason in reasons(made).items() if reason == BELONGS} == {
        "Goal/aim",
        "ServiceRequest/sr",
    }
    assert len(made.plan.goals) == 2
    mine = {**request, "basedOn": [to("CarePlan/plan")]}
    assert len(drafted(care_plan(), other, mine).plan.therapies) == 1


def test_a_therapy_filed_as_psychotherapy_is_placed_by_its_name() -> None:
    request = {
        "resourceType": "ServiceRequest",
        "id": "sr",
        "status": "active",
        "intent": "order",
        "category": [coded(SNOMED, "75516001")],
        "code": {"text": "EMDR"},
        "subject": to("Patient/pat"),
        "authoredOn": "2025-01-01",
    }
    (course,) = drafted(care_plan(), request).plan.therapies
    assert (course.modality, course.title) == (Modality.OTHER, "EMDR")
    lab = {**request, "category": [{"text": "lab"}], "code": {"text": "Glucose"}}
    assert reasons(drafted(care_plan(), lab))["ServiceRequest/sr"] == NOTHING


def test_what_carries_our_mark_belongs_to_a_plan_of_ours() -> None:
    made = drafted(care_plan(), order(identifier=OUR_MARK), goal("x", identifier=OUR_MARK))
    assert reasons(made) == {"MedicationRequest/order": OURS, "Goal/x": OURS}
    assert drafted(care_plan(identifier=OUR_MARK)).plan.status is RequestStatus.ACTIVE


def test_beside_a_plan_of_ours_only_what_it_leads_to_is_read() -> None:
    own = care_plan(identifier=OUR_MARK, goal=[to("Goal/aim")])
    made = drafted(own, care_plan("theirs"), goal(), goal("free"), order())
    assert {one: reason for one, reason in reasons(made).items() if reason == BESIDE} == {
        "Goal/free": BESIDE,
        "MedicationRequest/order": BESIDE,
    }
    second = care_plan("second", identifier=[{"system": SYSTEM, "value": "second"}], status="completed")
    marked = goal("lost", identifier=[{"system": SYSTEM, "value": "lost"}])
    assert reasons(drafted(own, second, goal(), marked))["Goal/lost"] == OURS


def test_problems_that_nothing_names_stay_on_the_problem_list() -> None:
    held = [condition(), condition("flu"), condition("knee")]
    made = drafted(
        care_plan(addresses=[to("Condition/cond")]), order(reasonReference=[to("Condition/flu")]), *held
    )
    assert len(made.plan.conditions) == 2
    assert reasons(made) == {"Condition/knee": UNNAMED}


def test_a_problem_whose_order_falls_falls_with_it() -> None:
    made = drafted(
        care_plan(),
        order(reasonReference=[to("Condition/cond")], dosageInstruction=[{"text": "some"}]),
        condition(),
    )
    assert reasons(made)["Condition/cond"] == UNNAMED
    assert (made.plan.medications, made.plan.conditions) == ((), ())


def test_an_appointment_needs_a_zone_from_somewhere() -> None:
    assert drafted(care_plan(), appointment()).plan.appointments[0].zone == "Europe/Berlin"
    unsaid = drafted(care_plan(), appointment(), wishes=Wishes(today=TODAY))
    assert "zone" in reasons(unsaid)["Appointment/visit"]


@pytest.mark.parametrize(
    ("said", "minutes"),
    [({"minutesDuration": 45}, 45), ({"minutesDuration": 45, "end": "2026-03-10T09:50:00+01:00"}, 50)],
)
def test_an_appointment_without_an_end_ends_by_its_minutes(said: JsonObject, minutes: int) -> None:
    (held,) = drafted(care_plan(), without_end(**said)).plan.appointments
    assert held.end - held.start == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"minutesDuration": 0},
        {"minutesDuration": True},
        {"minutesDuration": "45"},
        {"minutesDuration": 10**9, "start": "9999-12-31T23:30:00+01:00"},
        {"minutesDuration": 45, "start": "2026-03-10"},
    ],
)
def test_an_appointment_of_which_nothing_says_the_end_is_left_there(said: JsonObject) -> None:
    assert drafted(care_plan(), without_end(**said)).plan.appointments == ()


def without_end(**elements: Any) -> JsonObject:
    return {name: one for name, one in appointment().items() if name != "end"} | elements


def test_a_goal_may_be_described_by_a_code_alone() -> None:
    (aim,) = drafted(
        care_plan(),
        goal(description={"coding": [{"system": SNOMED, "code": "1", "display": "Sleep"}]}),
    ).plan.goals
    assert aim.description == "Sleep"
    silent = drafted(care_plan(), goal(description={"coding": [{"code": "x"}]}))
    assert "description" in reasons(silent)["Goal/aim"]


def test_the_team_is_who_can_be_named_with_the_patient_and_the_author() -> None:
    nurse = coded(SNOMED, "224563006")
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "subject": to("Patient/pat"),
        "participant": [
            {"member": to("Practitioner/two"), "role": [nurse], "period": {"start": "2024"}},
            {"member": to("Patient/pat"), "role": [{"text": "me"}]},
            {"member": to("Patient/pat")},
            {"member": {"display": "a friend"}},
        ],
    }
    made = drafted(care_plan(careTeam=[to("CareTeam/none"), to("CareTeam/team")]), practitioner("two"), team)
    assert [one.role for one in made.plan.care_team] == [Role.PSYCHIATRIC_NURSE, Role.PATIENT, Role.OTHER]
    said = remarks(made)
    assert said["CareTeam/team", "CareTeam.participant[0]"] == "has a period that cannot be read"
    assert said["CareTeam/team", "CareTeam.participant[2]"] == STRANGER
    assert said["CareTeam/team", "CareTeam.participant[3]"] == STRANGER


def test_a_role_says_the_profession_and_a_stranger_to_the_plan_is_listed() -> None:
    roles = [
        {
            "resourceType": "PractitionerRole",
            "id": "a",
            "practitioner": to("Practitioner/doc"),
            "code": [{"text": "x"}],
        },
        {
            "resourceType": "PractitionerRole",
            "id": "b",
            "practitioner": to("Practitioner/doc"),
            "code": [coded(SNOMED, "80584001")],
        },
        {"resourceType": "PractitionerRole", "id": "c", "practitioner": {"display": "nobody"}},
    ]
    made = drafted(care_plan(), practitioner("two"), practitioner("three", name=[{"text": "x"}]), *roles)
    assert made.people[made.plan.author].profession is Role.PSYCHIATRIST
    assert {key.type: address for key, address in made.placed.items()}[
        "PractitionerRole"
    ] == "PractitionerRole/b"
    assert reasons(made)["Practitioner/two"] == UNNAMED
    assert "family" in reasons(made)["Practitioner/three"]


LONG = "x" * 2001
TITLES = {
    "too long": ({"title": LONG}, "Psychiatry care plan", {"CarePlan.title"}),
    "turns its order": ({"title": "a\u202eb"}, "Psychiatry care plan", {"CarePlan.title"}),
    "nothing that an eye sees": ({"title": "\u200b"}, "Psychiatry care plan", {"CarePlan.title"}),
    "a category instead": (
        {"category": [{"text": LONG}, {"text": "Second"}]},
        "Second",
        {"CarePlan.category[0]"},
    ),
    "nothing that can be held": (
        {"title": "a\u0000b", "category": [{"text": LONG}]},
        UNTITLED,
        {"CarePlan.title", "CarePlan.category[0]"},
    ),
}


@pytest.mark.parametrize(("said", "title", "listed"), TITLES.values(), ids=TITLES)
def test_a_title_that_a_plan_cannot_hold_is_listed_and_the_draft_is_made_as_without_one(
    said: dict[str, Any], title: str, listed: set[str]
) -> None:
    made = drafted(care_plan(**said), order())
    assert made.plan is not None
    assert (made.plan.title, len(made.plan.medications), made.lacks) == (title, 1, ())
    assert {path for address, path in remarks(made) if address == "CarePlan/plan"} == listed


def test_a_title_that_a_person_gives_leaves_nothing_to_say_of_the_charts() -> None:
    made = drafted(care_plan(title=LONG), wishes=replace(WISHES, title="By hand"))
    assert made.plan is not None
    assert made.plan.title == "By hand"
    assert [path for address, path in remarks(made) if address == "CarePlan/plan"] == []


def test_a_day_that_is_none_is_listed_and_the_draft_is_of_today() -> None:
    made = drafted(care_plan(created="2025-05"))
    assert made.plan is not None
    assert made.plan.created == TODAY
    assert remarks(made)["CarePlan/plan", "CarePlan.created"] == "is not given to the day"


def test_what_of_a_plan_of_ours_cannot_be_read_is_said_with_its_path() -> None:
    made = drafted(care_plan(identifier=OUR_MARK, status="unknown"))
    assert (made.plan, made.lacks) == (None, ("a status that can be read",))
    assert remarks(made)["CarePlan/plan", "CarePlan.status"] == "has a code without a meaning in the plan"
    assert reasons(made)["CarePlan/plan"] == "no plan could be made: it lacks a status that can be read"
    odd = drafted(care_plan(identifier=[{"system": SYSTEM, "value": "no id"}], status="active"))
    assert (odd.plan, odd.lacks) == (None, ("a care plan that can be read",))
    assert "id must be" in remarks(odd)["CarePlan/plan", "CarePlan"]


def test_without_an_author_nothing_is_said_of_an_author_in_the_chart() -> None:
    lost = care_plan(title=LONG)
    del lost["author"]
    made = drafted(lost, practitioner("one"), practitioner("two"))
    assert made.lacks == ("an author: no chart says who answers for the plan",)
    assert set(remarks(made)) == {("CarePlan/plan", "CarePlan.title")}
