"""Two claimants of one identifier, and evidence that the chart withdrew."""

from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.domain.values import Invalid
from service.mapping.references import Key
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import a_goal, a_plan, the_full_plan, uid
from tests.scenarios.clinic import Clinic, of
from tests.scenarios.foreign import answer, causes, chart_of, quiet, waiting
from tests.scenarios.test_push_binding import a_real_clinic
from tests.scenarios.two_sides import PROBLEM, item, of_item

GOAL, PLAN = Key("Goal", uid("goals-0")), Key("CarePlan", uid("plan"))
IN_ERROR = {
    "clinicalStatus": None,
    "verificationStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                "code": "entered-in-error",
            }
        ]
    },
}


def copied(clinic: Clinic, key: Key, **elements: Any) -> tuple[str, str]:
    """Somebody copies a resource, with our identifier: the first and the second."""
    first = clinic.address(key)
    copy = {name: one for name, one in clinic.of(key).items() if name not in {"id", "meta"}}
    return first, clinic.made({**copy, **elements})


def agreed() -> Clinic:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    return clinic


def test_what_two_claim_stops_with_both_shown_and_others_go_on() -> None:
    clinic = agreed()
    first, second = copied(clinic, GOAL)
    clinic.revise(item("goals", description="our words")(clinic.head()))
    clinic.rename("Another title")
    report = clinic.sync()
    shown = waiting(clinic, Cause.TWO_CLAIMANTS)
    assert set(shown.groups) == {first, second}
    assert of(report, GOAL).done is Done.CONFLICT
    assert chart_of(clinic, first)["description"] == chart_of(clinic, second)["description"]
    assert clinic.of(PLAN)["title"] == "Another title"
    quiet(clinic)


@pytest.mark.parametrize("ours", [0, 1], ids=["the first", "the copy"])
def test_the_one_that_a_person_chose_is_ours_and_the_other_is_left_alone(ours: int) -> None:
    clinic = agreed()
    both = copied(clinic, GOAL)
    clinic.sync()
    answer(
        clinic,
        Cause.TWO_CLAIMANTS,
        {one: "confirm" if n == ours else "decline" for n, one in enumerate(both)},
    )
    other = chart_of(clinic, both[1 - ours])
    clinic.sync()
    assert clinic.inbox == ()
    clinic.revise(item("goals", description="our words")(clinic.head()))
    report = clinic.sync()
    assert report.standing is Standing.IN_STEP
    assert of(report, GOAL).reference == both[ours]
    assert chart_of(clinic, both[ours])["description"]["text"] == "our words"
    assert chart_of(clinic, both[1 - ours]) == other
    quiet(clinic)


def test_what_the_chosen_one_says_otherwise_is_no_edit_and_waits() -> None:
    clinic = agreed()
    first, second = copied(clinic, GOAL, description={"text": "their words"})
    clinic.sync()
    answer(clinic, Cause.TWO_CLAIMANTS, {first: "decline", second: "confirm"})
    clinic.sync()
    assert waiting(clinic, Cause.RESTORED).reference == second
    answer(clinic, Cause.RESTORED, "theirs")
    clinic.sync()
    assert of_item("goals", "description")(clinic.head()) == "their words"
    quiet(clinic)


def test_a_duplicate_plan_stops_the_plan_and_its_parts_go_on() -> None:
    clinic = agreed()
    copied(clinic, PLAN)
    clinic.revise(item("goals", description="our words")(clinic.head()))
    report = clinic.sync()
    assert waiting(clinic, Cause.TWO_CLAIMANTS).resource_type == "CarePlan"
    assert of(report, PLAN).done is Done.CONFLICT
    assert clinic.of(GOAL)["description"]["text"] == "our words"


def test_exactly_one_is_ours() -> None:
    clinic = agreed()
    first, second = copied(clinic, GOAL)
    clinic.sync()
    for choice in ({first: "confirm", second: "confirm"}, {first: "decline", second: "decline"}):
        with pytest.raises(Invalid, match="confirm one"):
            answer(clinic, Cause.TWO_CLAIMANTS, choice)


def test_two_that_claim_what_was_never_linked_are_asked_about_too() -> None:
    clinic = Clinic(a_plan(goals=()))
    clinic.sync()
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "identifier": [{"system": clinic.system, "value": GOAL.item}],
        "description": {"text": "x"},
        "subject": {"reference": clinic.address(Key("Patient", uid("patient")))},
    }
    first, second = clinic.made(goal), clinic.made(goal)
    clinic.sync(a_plan(goals=(a_goal(),)))
    assert set(waiting(clinic, Cause.TWO_CLAIMANTS).groups) == {first, second}
    answer(clinic, Cause.TWO_CLAIMANTS, {first: "confirm", second: "decline"})
    report = clinic.sync()
    assert of(report, GOAL).reference == first
    assert len(clinic.all("Goal")) == 2


def test_where_identifiers_cannot_be_searched_nobody_looks_for_claimants() -> None:
    clinic = agreed()
    copied(clinic, GOAL)
    clinic.sync(override={"types": {"Goal": {"search_params": ["_id", "patient"]}}})
    assert Cause.TWO_CLAIMANTS not in causes(clinic)


def test_a_copy_is_found_among_more_resources_than_a_page_shows() -> None:
    many = tuple(a_goal(id=uid(f"goal-{n}")) for n in range(25))
    clinic = Clinic(a_plan(goals=many))
    clinic.sync()
    copied(clinic, Key("Goal", many[-1].id))
    clinic.sync()
    assert waiting(clinic, Cause.TWO_CLAIMANTS).item_id == many[-1].id


def test_a_pass_reads_what_is_in_step_once() -> None:
    clinic = agreed()
    clinic.sync()
    assert clinic.writes == []
    by_id = [
        str(one.url).partition("?")[0].rpartition("/")[2] for one in clinic.asked if "_id=" in str(one.url)
    ]
    assert by_id == ["Provenance"]  # the only type that carries no identifier of ours


def test_a_diagnosis_that_was_entered_in_error_names_what_rests_on_it() -> None:
    clinic = agreed()
    clinic.edit(clinic.address(PROBLEM), **IN_ERROR)
    clinic.sync()
    told = waiting(clinic, Cause.EVIDENCE_WITHDRAWN)
    assert told.item_id == PROBLEM.item
    assert str(GOAL) in told.groups
    assert not any(one.startswith(("CarePlan", "Patient")) for one in told.groups)
    decide_item(Decide(item_id=told.id, digest=told.digest, author="x"), ports=clinic.plans)
    clinic.sync()
    assert Cause.EVIDENCE_WITHDRAWN not in causes(clinic)
    quiet(clinic)


def test_a_diagnosis_of_the_clinics_own_is_watched_and_never_written() -> None:
    clinic = a_real_clinic(a_plan(goals=(a_goal(addresses=(PROBLEM.item,)),)))
    clinic.sync()
    (problem,) = clinic.all("Condition")
    address = f"Condition/{problem['id']}"
    clinic.edit(address, **IN_ERROR)
    before = chart_of(clinic, address)
    clinic.sync()
    assert str(GOAL) in waiting(clinic, Cause.EVIDENCE_WITHDRAWN).groups
    assert chart_of(clinic, address) == before
    quiet(clinic)
