"""What a CarePlan describes in place."""

from typing import Any

import pytest

from service.domain.therapy import Format, Modality
from service.fhir.json import JsonObject
from service.intake.activities import FORBIDDEN, INSIDE, NO_STATUS, NO_THERAPY, NOWHERE
from service.intake.header import TAKEN_FOR_OTHER
from tests.unit.intake.charts import (
    CBT,
    SNOMED,
    care_plan,
    coded,
    condition,
    drafted,
    goal,
    remarks,
    to,
)

ACTIVITIES = {
    "a known therapy": ({"detail": {"code": CBT, "status": "in-progress"}}, (Modality.CBT, None, "active")),
    "a kind of one": (
        {"detail": {"code": coded(SNOMED, "425680009", "CBT by a team"), "status": "scheduled"}},
        (Modality.CBT, None, "active"),
    ),
    "another psychotherapy": (
        {"detail": {"code": coded(SNOMED, "406185000", "Trauma Therapy"), "status": "completed"}},
        (Modality.OTHER, "Trauma Therapy", "completed"),
    ),
    "ended early": ({"detail": {"code": CBT, "status": "cancelled"}}, (Modality.CBT, None, "revoked")),
    "not begun": ({"detail": {"code": CBT, "status": "not-started"}}, (Modality.CBT, None, "active")),
}


@pytest.mark.parametrize(("activity", "said"), ACTIVITIES.values(), ids=ACTIVITIES)
def test_a_psychotherapy_that_a_care_plan_describes_is_a_course(
    activity: JsonObject, said: tuple[Any, ...]
) -> None:
    (course,) = drafted(care_plan(activity=[activity])).plan.therapies
    assert (course.modality, course.title, course.status.value) == said
    assert (course.rhythm, course.session_minutes) == (None, None)


def test_what_a_described_therapy_says_of_its_rhythm_and_who_gives_it_is_read() -> None:
    timing = {
        "repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "duration": 50, "durationUnit": "min"}
    }
    detail = {
        "kind": "ServiceRequest",
        "code": coded(SNOMED, "76168009", "Group psychotherapy"),
        "status": "on-hold",
        "scheduledTiming": timing,
        "performer": [to("Practitioner/doc")],
        "reasonReference": [to("Condition/cond")],
    }
    made = drafted(care_plan(activity=[{"detail": detail}]), condition())
    (course,) = made.plan.therapies
    assert (course.format, course.session_minutes, course.performer) == (
        Format.GROUP,
        50,
        made.plan.author,
    )
    assert len(course.reasons) == 1
    within = {**detail, "scheduledPeriod": {"start": "2025-01-01"}}
    del within["scheduledTiming"]
    (course,) = drafted(care_plan(activity=[{"detail": within}])).plan.therapies
    assert str(course.period.start) == "2025-01-01"


LEFT = {
    "rest": ({"detail": {"code": {"text": "Rest"}, "status": "in-progress"}}, "detail", NO_THERAPY),
    "a visit": (
        {"detail": {"kind": "Appointment", "code": CBT, "status": "scheduled"}},
        "detail",
        NO_THERAPY,
    ),
    "forbidden": (
        {"detail": {"code": CBT, "status": "scheduled", "doNotPerform": True}},
        "detail",
        FORBIDDEN,
    ),
    "unknown": ({"detail": {"code": CBT, "status": "unknown"}}, "detail", NO_STATUS),
    "nowhere": ({"reference": to("Task/none")}, "reference", NOWHERE),
}


@pytest.mark.parametrize(("activity", "at", "reason"), LEFT.values(), ids=LEFT)
def test_an_activity_that_finds_no_place_is_listed_at_its_path(
    activity: JsonObject, at: str, reason: str
) -> None:
    made = drafted(care_plan(activity=[activity]))
    assert remarks(made)["CarePlan/plan", f"CarePlan.activity[0].{at}"] == reason
    assert made.plan.therapies == ()


def test_a_described_therapy_that_cannot_be_read_is_listed_at_its_path() -> None:
    undated = {name: one for name, one in care_plan().items() if name != "period"}
    made = drafted({**undated, "activity": [{"detail": {"code": CBT, "status": "in-progress"}}]})
    assert "authored_on" in remarks(made)["CarePlan/plan", "CarePlan.activity[0].detail"]


def test_goals_and_a_team_inside_a_care_plan_are_read_and_problems_are_not() -> None:
    inside = [
        goal("g"),
        condition("c"),
        {"resourceType": "CareTeam", "id": "t", "participant": [{"member": to("Practitioner/doc")}]},
    ]
    made = drafted(care_plan(contained=inside, goal=[to("#g")], addresses=[to("#c")], careTeam=[to("#t")]))
    assert len(made.plan.goals) == 1
    assert made.plan.conditions == ()
    assert remarks(made)["CarePlan/plan", "CarePlan.contained[1]"] == INSIDE
    assert remarks(made)["CarePlan/plan#t", "CareTeam.participant[0]"] == TAKEN_FOR_OTHER
