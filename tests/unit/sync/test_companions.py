"""Words beside a dose: when they stayed behind it, when they went ahead, and when they say nothing of it."""

from decimal import Decimal
from typing import Any

import pytest

from service.fhir.json import JsonObject
from service.sync.companions import disagree, in_dispute
from service.sync.prose import authored_words
from service.sync.sides import Agreed, Sides

XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


def step(value: Any, told: str | None = None, **more: Any) -> JsonObject:
    """Gives a step without a sentence, once a day unless told otherwise."""
    quantity = {"value": value, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d"}
    said = {} if told is None else {"patientInstruction": told}
    return {"doseAndRate": [{"doseQuantity": quantity}], "timing": {"repeat": repeat}, **said, **more}


TWICE = {"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}
UNTIL_MAY = {
    "timing": {
        "repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"end": "2026-05-01"}}
    }
}


def order(*steps: JsonObject, words: str | None = None, status: str = "additional") -> JsonObject:
    """Gives an order, with a narrative where there are words."""
    found: JsonObject = {"resourceType": "MedicationRequest", "dosageInstruction": list(steps)}
    return found if words is None else {**found, "text": {"status": status, "div": XHTML.format(words)}}


INSTRUCTIONS = {
    "the dose goes up, and the patient is told the old one": (
        step(50, "Take 50 mg"), step(100, "Take 50 mg"), True),
    "the dose goes up, and the patient is told so": (
        step(50, "Take 50 mg"), step(100, "Take 100 mg"), False),
    "the dose goes up, and the patient was told no dose": (
        step(50, "at night"), step(100, "at night"), False),
    "the dose goes up, and the patient is told a limit": (
        step(50, "never more than 200 mg a day"), step(100, "never more than 200 mg a day"), False),
    "the patient is told another dose": (step(50, "at night"), step(50, "Take 100 mg"), True),
    "the patient is told the dose": (step(50), step(50, "Take 50 mg"), False),
    "the patient is told nothing any more": (step(50, "Take 50 mg"), step(100), False),
    "the patient was told another dose all along": (
        step(50, "after a week 100 mg", text="50 mg"),
        step(50, "after a week 100 mg", text="50 mg until May", **UNTIL_MAY), False),
    "the dose is taken more often, and the patient is told the old rhythm": (
        step(50, "50 mg in the morning"), step(50, "50 mg in the morning", **TWICE), True),
    "the dose is taken more often, and the patient is told so": (
        step(50, "50 mg in the morning"), step(50, "50 mg in the morning and at night", **TWICE), False),
    "the dose is taken more often, and the patient is told of another": (
        step(50, "after a week 100 mg", text="50 mg"),
        step(50, "after a week 100 mg", text="50 mg twice", **TWICE), False),
    "the dose is taken longer": (step(50, "Take 50 mg"), step(50, "Take 50 mg", **UNTIL_MAY), False),
    "the sentence says the new dose, and the patient is told the old one": (
        step(50, "Take 50 mg", text="50 mg a day"), step(100, "Take 50 mg", text="100 mg a day"), True),
    "the patient is told something, and the sentence stays": (
        step(50, text="50 mg a day"), step(50, "with food", text="50 mg a day"), False),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "apart"), INSTRUCTIONS.values(), ids=INSTRUCTIONS)
def test_what_the_patient_is_told_changes_with_the_dose(
    old: JsonObject, new: JsonObject, apart: bool
) -> None:
    assert disagree(order(old), order(new)) is apart


OLD = "Take 50 mg, do NOT increase"
THREE = (step(50), step(50, **TWICE), step(25))
NARRATIVES = {
    "one dose goes up": (order(step(50), words=OLD), order(step(100), words=OLD), True),
    "one dose of three goes up": (order(*THREE, words=OLD), order(step(100), *THREE[1:], words=OLD), True),
    "a dose goes up of which it does not speak": (
        order(*THREE, words=OLD), order(*THREE[:2], step(75), words=OLD), False),
    "a dose goes up, and it spoke of none of them": (
        order(step(50), words="75 mg at first"), order(step(100), words="75 mg at first"), True),
    "a dose goes up to what it says": (
        order(step(50), words="50 mg, from May 100 mg"),
        order(step(100), words="50 mg, from May 100 mg"), False),
    "a dose is added": (order(step(50), words=OLD), order(step(50), step(100), words=OLD), True),
    "a dose is taken away": (
        order(step(50), step(100), words="first 50 mg, then 100 mg"),
        order(step(50), words="first 50 mg, then 100 mg"), True),
    "a dose goes up, and it is written anew": (
        order(step(50), words=OLD), order(step(100), words="Take 100 mg"), False),
    "it says another dose": (order(step(50), words="Take 50 mg"), order(step(50), words="Take 75 mg"), True),
    "it says no dose": (
        order(step(50), words="Prefers mornings"), order(step(100), words="Prefers mornings"), False),
    "it names the tablet": (
        order(step(50), words="Two 25 mg tablets"), order(step(100), words="Two 25 mg tablets"), False),
    "a machine wrote it": (
        order(step(50), words=OLD, status="generated"),
        order(step(100), words=OLD, status="generated"), False),
    "it was spelled otherwise": (
        order(step(Decimal("50.0")), words=OLD), order(step(50), words=OLD + " "), False),
    "there is none": (order(step(50)), order(step(100)), False),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "apart"), NARRATIVES.values(), ids=NARRATIVES)
def test_what_a_person_wrote_of_an_order_changes_with_its_dose(
    old: JsonObject, new: JsonObject, apart: bool
) -> None:
    assert disagree(old, new) is apart


def test_only_the_words_of_an_order_speak_of_a_dose() -> None:
    goal = {"resourceType": "Goal", "text": {"status": "additional", "div": XHTML.format("Now 50 mg")}}
    assert not disagree(goal, {**goal, "lifecycleStatus": "active"})


def test_markup_is_no_part_of_what_was_written() -> None:
    assert authored_words(order(words="<p>50&nbsp;<b>mg</b></p>")) == "50 mg"
    assert authored_words(order(words="50 mg", status="generated")) == authored_words(order()) == ""
    assert authored_words({"resourceType": "Goal", "text": {"status": "additional"}}) == ""


def test_the_dose_is_in_dispute_also_where_its_words_changed_alone() -> None:
    agreed = {**order(step(50), words="Take 50 mg"), "supportingInformation": []}
    theirs = {**order(step(50), words="Take 75 mg"), "supportingInformation": [{"reference": "X/1"}]}
    sides = Sides(agreed=Agreed(ours=agreed, theirs=agreed), ours=agreed, theirs=theirs)
    assert in_dispute(sides) == {"order", "therapies"}
