"""What a person decides in the inbox is carried out by the next pass, and only for what they were shown."""

from typing import Any

import pytest

from service.application.inbox import Decide, decide_item, list_items, read_item
from service.domain.values import Invalid
from service.ports.inbox import ItemState
from service.ports.storage import Outdated, Superseded
from service.sync.authority import authority_of
from service.sync.inbox import sides_in
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from service.sync.words import in_clinical_words, shown_words
from tests.builders import PSYCHIATRIST, the_full_plan
from tests.scenarios.clinic import Clinic
from tests.scenarios.two_sides import (
    ADHERENCE,
    FLAG,
    GOAL,
    ORDER,
    PLAN,
    STOPPED_ORDER,
    dose_beside_old_words,
    item,
    narrated,
    of_chart,
    of_item,
)

THEIRS = {"description": {"text": "their words"}}


def disputed(here: Any = None, **theirs: Any) -> Clinic:
    """A clinic in which both sides reworded a goal, unless told otherwise."""
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(GOAL), **(theirs or THEIRS))
    clinic.revise((here or item("goals", description="our words"))(clinic.head()))
    clinic.sync()
    return clinic


def decide(clinic: Clinic, number: int = 0, **decision: Any) -> None:
    waiting = clinic.inbox[number]
    given = {"item_id": waiting.id, "digest": waiting.digest, "author": PSYCHIATRIST.id, **decision}
    decide_item(Decide(**given), ports=clinic.plans)


def settled(clinic: Clinic) -> None:
    report = clinic.sync()
    assert (report.standing, clinic.inbox) == (Standing.IN_STEP, ())
    number = clinic.editor.expected
    assert (clinic.sync().writes, clinic.editor.expected) == (0, number)


@pytest.mark.parametrize(("choice", "words"), [("ours", "our words"), ("theirs", "their words")])
def test_what_was_chosen_stands_on_both_sides(choice: str, words: str) -> None:
    clinic = disputed()
    decide(clinic, choices={"description": choice})
    settled(clinic)
    assert of_item("goals", "description")(clinic.head()) == words
    assert of_chart(GOAL, "description", "text")(clinic) == words


def test_what_our_side_leaves_out_is_taken_out_of_the_chart_once_it_was_chosen() -> None:
    clinic = Clinic(the_full_plan())
    clinic.revise(item("goals", status_reason="as agreed")(clinic.head()))
    clinic.sync()
    clinic.edit(clinic.address(GOAL), statusReason="their reason")
    clinic.revise(item("goals", status_reason=None)(clinic.head()))
    clinic.sync()
    (waiting,) = clinic.inbox
    decide(clinic, choices=dict.fromkeys(waiting.groups, "ours"))
    settled(clinic)
    assert "statusReason" not in clinic.of(GOAL)


def test_a_third_value_stands_on_both_sides() -> None:
    clinic = disputed()
    goals = [{"id": GOAL.item, "description": "words of both", "status": "active"}]
    patch = {"goals": [{**document, **goals[0]} for document in document_of(clinic)["goals"]]}
    decide(clinic, choices={"description": "third"}, patch=patch, expected=clinic.editor.expected)
    settled(clinic)
    assert of_item("goals", "description")(clinic.head()) == "words of both"
    assert of_chart(GOAL, "description", "text")(clinic) == "words of both"


def document_of(clinic: Clinic) -> Any:
    from service.document import plan_to_document  # noqa: PLC0415  only this test speaks documents

    return plan_to_document(clinic.head())


def test_a_decision_about_something_else_is_asked_again() -> None:
    clinic = disputed()
    decide(clinic, choices={"description": "ours"})
    clinic.edit(clinic.address(GOAL), description={"text": "other words"})
    clinic.sync()
    (waiting,) = clinic.inbox
    assert waiting.state is ItemState.OPEN
    assert of_chart(GOAL, "description", "text")(clinic) == "other words"


def test_a_decision_names_what_was_shown() -> None:
    clinic = disputed()
    with pytest.raises(Outdated):
        decide(clinic, digest="another", choices={"description": "ours"})
    decide(clinic, choices={"description": "ours"})
    with pytest.raises(Outdated, match="inbox item"):
        decide(clinic, choices={"description": "theirs"})


def test_a_third_value_rests_on_the_revision_that_was_read() -> None:
    clinic = disputed()
    with pytest.raises(Superseded):
        decide(clinic, choices={"description": "third"}, patch={"title": "x"}, expected=1)
    assert clinic.inbox[0].state is ItemState.OPEN


REFUSED = {
    "nothing chosen": ({}, "choices.description"),
    "another group": ({"choices": {"description": "ours", "aim": "ours"}}, "choices.?"),
    "no choice": ({"choices": {"description": "mine"}}, "choices.description"),
    "a third value without one": ({"choices": {"description": "third"}}, "patch"),
    "a value that nobody chose": ({"choices": {"description": "ours"}, "patch": {"title": "x"}}, "patch"),
}


@pytest.mark.parametrize(("decision", "field"), REFUSED.values(), ids=REFUSED)
def test_a_decision_that_makes_no_sense_names_the_field(decision: Any, field: str) -> None:
    clinic = disputed()
    with pytest.raises(Invalid) as refused:
        decide(clinic, **decision)
    assert field in {problem.field for problem in refused.value.problems}
    assert clinic.inbox[0].state is ItemState.OPEN


def test_nobody_decides_that_what_has_ended_goes_on() -> None:
    clinic = disputed(lifecycleStatus="completed")
    with pytest.raises(Invalid, match="completed"):
        decide(clinic, choices={"status": "ours", "description": "ours"})
    decide(clinic, choices={"status": "theirs", "description": "ours"})
    settled(clinic)
    assert of_chart(GOAL, "lifecycleStatus")(clinic) == "completed"
    assert of_chart(GOAL, "description", "text")(clinic) == "our words"


def test_nobody_decides_that_what_was_reopened_there_is_open_here() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(STOPPED_ORDER), status="active")
    clinic.sync()
    with pytest.raises(Invalid, match="stopped"):
        decide(clinic, choices={"order": "theirs"})
    decide(clinic, choices={"order": "ours"})
    settled(clinic)
    assert of_chart(STOPPED_ORDER, "status")(clinic) == "stopped"


def test_a_dose_whose_words_say_another_is_restored_or_said_anew_never_taken() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    before = of_chart(ORDER, "dosageInstruction")(clinic)
    clinic.edit(clinic.address(ORDER), **dose_beside_old_words(75)(clinic.of(ORDER)))
    clinic.sync()
    with pytest.raises(Invalid, match="cannot hold theirs"):
        decide(clinic, choices={"order": "theirs"})
    decide(clinic, choices={"order": "ours"})
    settled(clinic)
    assert of_chart(ORDER, "dosageInstruction")(clinic) == before


def test_a_narrative_of_another_dose_is_shown_and_stays_beside_the_dose_that_a_person_keeps() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(ORDER), text=narrated("Take 75 mg"))
    clinic.sync()
    (waiting,) = clinic.inbox
    (words,) = shown_words(waiting.content, waiting.groups)
    assert (words.theirs[-1], words.changed) == ("narrative: Take 75 mg", ())
    decide(clinic, choices={"order": "ours"})
    settled(clinic)
    assert clinic.of(ORDER)["text"] == narrated("Take 75 mg")


def test_what_lost_to_its_owner_is_told_until_somebody_takes_note() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(PLAN), title="Their title")
    clinic.change(title="Our title")
    clinic.sync(), clinic.sync()
    (told,) = clinic.inbox
    assert told.cause == Cause.NOT_APPLIED
    with pytest.raises(Invalid, match="nothing to choose"):
        decide(clinic, choices={"title": "theirs"})
    decide(clinic)
    settled(clinic)
    assert read_item(told.id, ports=clinic.plans).outcome == "acknowledged"


def test_whoever_ties_adherence_to_another_order_of_the_plan_is_told_that_it_was_undone() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    before = clinic.of(ADHERENCE)["basedOn"]
    clinic.edit(clinic.address(ADHERENCE), basedOn=[{"reference": clinic.address(ORDER)}])
    clinic.sync()
    assert clinic.of(ADHERENCE)["basedOn"] == before
    (told,) = clinic.inbox
    assert (told.cause, told.groups) == (Cause.NOT_APPLIED, ("links",))
    (words,) = shown_words(told.content, told.groups)
    assert f"based on: {ORDER.urn}" in words.theirs
    assert f"based on: {STOPPED_ORDER.urn}" in words.ours
    decide(clinic)
    settled(clinic)


OWNERS = {
    "us": ("Our title", "Our title", {Cause.NOT_APPLIED}),
    "ehr": ("Their title", "Their title", {Cause.NOT_APPLIED}),
    "shared": ("Our title", "Their title", {Cause.SAME_GROUP}),
}


@pytest.mark.parametrize("owner", OWNERS)
def test_a_clinic_says_who_owns_a_group(owner: str) -> None:
    plan, chart, causes = OWNERS[owner]
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(PLAN), title="Their title")
    clinic.change(title="Our title")
    clinic.sync(authority=authority_of({"CarePlan.title": owner}))
    assert (clinic.head().title, clinic.of(PLAN)["title"]) == (plan, chart)
    assert {one.cause for one in clinic.inbox} == causes


def test_what_vanished_is_kept_here_and_asked_about() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    gone = clinic.address(FLAG)
    assert clinic.ask("DELETE", gone).status == 200
    clinic.sync(), clinic.sync()
    (told,) = clinic.inbox
    assert (told.cause, told.reference) == (Cause.VANISHED, gone)
    decide(clinic)
    assert of_item("flags", "status")(clinic.head()).value == "active"
    assert clinic.sync().writes == 0
    assert clinic.inbox == ()


def test_what_is_not_understood_waits_for_the_chart() -> None:
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(ORDER), doNotPerform=True)
    clinic.sync()
    with pytest.raises(Invalid, match="when the chart is mended"):
        decide(clinic, choices={"order": "ours"})
    clinic.edit(clinic.address(ORDER), doNotPerform=None)
    settled(clinic)


def test_both_sides_are_shown_in_words() -> None:
    clinic = disputed()
    (waiting,) = list_items(ItemState.OPEN, after=None, limit=10, ports=clinic.plans)
    sides = sides_in(waiting.content)
    assert sides is not None
    (words,) = in_clinical_words(sides, frozenset(waiting.groups))
    assert (words.ours, words.theirs) == (("description: our words",), ("description: their words",))
    assert words.changed == ("ours", "theirs")
