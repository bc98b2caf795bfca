"""A running order of the chart that no plan can hold is told once, with the reason, and never forced."""

from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.domain.values import Invalid
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from service.sync.words import shown_words
from tests.scenarios.clinic import Clinic
from tests.scenarios.foreign import FLUOXETINE, an_order, answer, causes, chart_of, quiet, waiting
from tests.scenarios.test_offers import PLAN, clinic_with

LITHIUM = {"text": "Lithium 400 mg"}
IN_WORDS: dict[str, Any] = {
    "medicationCodeableConcept": LITHIUM,
    "dosageInstruction": [{"text": "as directed"}],
}
DOSE_PATH = "MedicationRequest.dosageInstruction[0].doseAndRate"


def told_of(**elements: Any) -> tuple[Clinic, str]:
    """A clinic in whose chart somebody wrote such an order."""
    clinic = clinic_with()
    order = an_order(clinic, **{**IN_WORDS, **elements})
    return clinic, order


def test_an_order_whose_dose_is_in_words_is_told_with_the_path_and_the_reason_and_all_it_says() -> None:
    clinic, order = told_of()
    before = chart_of(clinic, order)
    report = clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    assert (item.resource_type, item.item_id, item.reference) == ("CarePlan", PLAN.item, order)
    assert item.groups == (DOSE_PATH,)
    (words,) = shown_words(item.content, item.groups)
    assert (words.group, words.ours) == (DOSE_PATH, ("has no single dose quantity",))
    assert "medication codeable concept: Lithium 400 mg" in words.theirs
    assert "dosage instruction: as written: as directed" in words.theirs
    assert report.standing is Standing.IN_STEP, "it is in nobody's way"
    assert chart_of(clinic, order) == before
    quiet(clinic)
    assert waiting(clinic, Cause.CANNOT_TAKE_UP).id == item.id


REASONS: dict[str, tuple[dict[str, Any], str]] = {
    "a drug that has no words and no code": (
        {"medicationCodeableConcept": None, "medicationReference": {"display": "Lithium"}},
        "MedicationRequest.medicationReference",
    ),
    "a drug with a code of nobody": (
        {"medicationCodeableConcept": {"coding": [{"code": "x"}]}},
        "MedicationRequest.medicationCodeableConcept",
    ),
    "no dose at all": ({"dosageInstruction": None}, "MedicationRequest"),
    "a modifier that nobody knows": (
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        "MedicationRequest.modifierExtension",
    ),
}


@pytest.mark.parametrize(("elements", "path"), REASONS.values(), ids=REASONS)
def test_whatever_keeps_an_order_out_of_the_plan_is_named(elements: dict[str, Any], path: str) -> None:
    clinic = clinic_with()
    an_order(clinic, **{"medicationCodeableConcept": FLUOXETINE, **elements})
    clinic.sync()
    assert waiting(clinic, Cause.CANNOT_TAKE_UP).groups == (path,)


def test_who_ordered_it_from_outside_the_plan_is_no_reason() -> None:
    clinic, _ = told_of(requester={"display": "Dr. Else"})
    clinic.sync()
    assert waiting(clinic, Cause.CANNOT_TAKE_UP).groups == (DOSE_PATH,)


def test_what_was_noted_is_told_again_only_when_it_changes() -> None:
    clinic, order = told_of()
    clinic.sync()
    answer(clinic, Cause.CANNOT_TAKE_UP)
    clinic.sync(), clinic.sync()
    assert clinic.inbox == ()
    clinic.edit(order, dosageInstruction=[{"text": "twice as much as before"}])
    clinic.sync()
    (words,) = shown_words(waiting(clinic, Cause.CANNOT_TAKE_UP).content, ())
    assert "dosage instruction: as written: twice as much as before" in words.theirs


def test_each_order_is_told_and_noted_by_itself() -> None:
    clinic, first = told_of()
    clinic.sync()
    answer(clinic, Cause.CANNOT_TAKE_UP)
    second = an_order(clinic, **{**IN_WORDS, "medicationCodeableConcept": {"text": "Valproate"}})
    clinic.sync()
    assert waiting(clinic, Cause.CANNOT_TAKE_UP).reference == second
    assert second != first


def test_it_closes_by_itself_when_the_order_ends() -> None:
    clinic, order = told_of()
    clinic.sync()
    clinic.edit(order, status="stopped")
    clinic.sync()
    assert clinic.inbox == ()


def test_once_it_says_its_dose_it_is_offered() -> None:
    clinic, order = told_of()
    clinic.sync()
    dosed = chart_of(clinic, an_order(clinic, 400, status="stopped"))["dosageInstruction"]
    clinic.edit(order, dosageInstruction=dosed)
    clinic.sync()
    assert causes(clinic) == {Cause.EXISTS_THERE}
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    assert clinic.head().medications[-1].drug.code.text == "Lithium 400 mg"
    assert clinic.inbox == ()
    quiet(clinic)


def test_what_was_left_to_the_chart_is_not_told_either() -> None:
    clinic = clinic_with()
    order = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "decline")
    clinic.edit(order, dosageInstruction=[{"text": "as directed"}])
    clinic.sync()
    assert clinic.inbox == ()


def test_there_is_nothing_to_choose() -> None:
    clinic, _ = told_of()
    clinic.sync()
    item = waiting(clinic, Cause.CANNOT_TAKE_UP)
    with pytest.raises(Invalid, match="acknowledge"):
        decide_item(
            Decide(item_id=item.id, digest=item.digest, author="x", choices={DOSE_PATH: "confirm"}),
            ports=clinic.plans,
        )


def test_a_poll_that_sees_it_wakes_the_plan() -> None:
    clinic = clinic_with()
    clinic.poll(), clinic.sync()
    clinic.later(minutes=10)
    clinic.poll(), clinic.sync()
    clinic.later(minutes=10)
    assert clinic.poll().woken == frozenset()
    an_order(clinic, **IN_WORDS)
    assert clinic.poll().woken == {clinic.plan.id}
