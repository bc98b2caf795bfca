"""A renewal is not a stop: an order that goes on under a new id is proposed, and a person links it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.domain.medication import OrderStatus, StatusReason
from service.mapping.references import Key
from service.mapping.terminology.treatment import STATUS_REASON
from service.ports.storage import LinkState, MedicationMode
from service.sync.agenda import Asking
from service.sync.reconciliation import Cause
from service.sync.report import Done
from service.sync.words import shown_words
from tests.builders import a_medication, a_plan, uid
from tests.scenarios.clinic import Clinic, of
from tests.scenarios.foreign import FLUOXETINE, an_order, answer, causes, chart_of, quiet, waiting
from tests.scenarios.two_sides import narrated

ORDER = Key("MedicationRequest", uid("medications-0"))
PLAN = Key("CarePlan", uid("plan"))


def referring(**more: Any) -> tuple[Clinic, str]:
    """A plan whose order stands for one that the chart made, and that order."""
    clinic = Clinic(a_plan(medications=(), adherence=(), side_effects=()), **more)
    clinic.sync()
    theirs = an_order(clinic, authoredOn="2026-01-05")
    clinic.sync(a_plan(medications=(a_medication(),), adherence=(), side_effects=()))
    return clinic, theirs


def renewed(mg: int = 50, **elements: Any) -> tuple[Clinic, str, str]:
    """The same, after the chart ended that order and made another."""
    clinic, theirs = referring()
    clinic.edit(theirs, status="completed")
    successor = an_order(clinic, mg, **elements)
    clinic.sync()
    return clinic, theirs, successor


def order_of(clinic: Clinic) -> Any:
    return next(one for one in clinic.head().medications if one.id == ORDER.item)


def activities(clinic: Clinic) -> list[str]:
    return [one["reference"]["reference"] for one in clinic.of(PLAN).get("activity", [])]


def test_while_a_renewal_waits_nothing_of_the_order_moves_and_others_go_on() -> None:
    clinic, theirs, successor = renewed()
    clinic.rename("Another title")
    report = clinic.sync()
    item = waiting(clinic, Cause.RENEWED_THERE)
    assert (item.item_id, item.groups) == (ORDER.item, (successor,))
    (words,) = shown_words(item.content, item.groups)
    assert any("50" in line for line in words.ours)
    assert any("50" in line for line in words.theirs)
    assert of(report, ORDER).done is Done.CONFLICT
    assert order_of(clinic).status is OrderStatus.ACTIVE
    assert theirs in activities(clinic)
    assert successor not in activities(clinic)
    assert clinic.of(PLAN)["title"] == "Another title"
    quiet(clinic)


def test_confirmed_the_order_stands_for_its_successor_at_the_dose_of_that() -> None:
    clinic, theirs, successor = renewed(75)
    answer(clinic, Cause.RENEWED_THERE, "confirm")
    clinic.sync()
    assert order_of(clinic).status is OrderStatus.ACTIVE
    assert order_of(clinic).dosage[0].dose.value == Decimal(75)
    assert successor in activities(clinic)
    assert theirs not in activities(clinic)
    assert chart_of(clinic, theirs)["status"] == "completed"
    assert clinic.inbox == ()
    quiet(clinic)
    clinic.edit(successor, status="stopped")
    clinic.sync()
    assert order_of(clinic).status is OrderStatus.STOPPED


def test_declined_it_counts_as_stopped_and_the_plan_takes_the_stop_in() -> None:
    clinic, _, successor = renewed()
    answer(clinic, Cause.RENEWED_THERE, "decline")
    clinic.sync()
    assert order_of(clinic).status is OrderStatus.COMPLETED
    assert Cause.RENEWED_THERE not in causes(clinic)
    assert chart_of(clinic, successor)["status"] == "active"
    assert successor not in activities(clinic)
    quiet(clinic)


FOLLOWS = {
    "it says so itself, however late": {"authoredOn": "2026-12-01"},
    "it was written near the end": {"authoredOn": "2026-03-10"},
    "it names no day": {"authoredOn": None},
}
FOLLOWS_NOT = {
    "another drug": {"medicationCodeableConcept": FLUOXETINE},
    "written long before": {"authoredOn": "2026-01-20"},
    "a plan of somebody": {"intent": "plan"},
}


@pytest.mark.parametrize("elements", FOLLOWS.values(), ids=FOLLOWS)
def test_what_may_be_the_renewal_is_asked_about(elements: dict[str, Any]) -> None:
    clinic, theirs = referring()
    clinic.edit(theirs, status="completed")
    an_order(clinic, priorPrescription={"reference": theirs}, **elements)
    clinic.sync()
    assert Cause.RENEWED_THERE in causes(clinic)


@pytest.mark.parametrize("elements", FOLLOWS_NOT.values(), ids=FOLLOWS_NOT)
def test_without_a_successor_it_is_a_stop(elements: dict[str, Any]) -> None:
    clinic, _, _ = renewed(**elements)
    assert Cause.RENEWED_THERE not in causes(clinic)
    assert order_of(clinic).status is OrderStatus.COMPLETED
    quiet(clinic)


def test_another_drug_is_no_renewal_even_where_the_chart_says_so() -> None:
    clinic, theirs = referring()
    clinic.edit(theirs, status="stopped")
    an_order(clinic, priorPrescription={"reference": theirs}, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    assert causes(clinic) == {Cause.EXISTS_THERE}
    assert order_of(clinic).status is OrderStatus.STOPPED


def test_the_days_between_are_a_setting() -> None:
    clinic, theirs = referring()
    clinic.asking = Asking(trusts_match=True, renewal_days=60)
    clinic.edit(theirs, status="completed")
    an_order(clinic, authoredOn="2026-01-20")
    clinic.sync()
    assert Cause.RENEWED_THERE in causes(clinic)


def test_an_order_says_itself_until_when_it_is_good() -> None:
    clinic, theirs = referring()
    clinic.edit(theirs, status="completed", dispenseRequest={"validityPeriod": {"end": "2026-01-15"}})
    an_order(clinic, authoredOn="2026-01-20")
    clinic.sync()
    assert Cause.RENEWED_THERE in causes(clinic)


def test_an_order_that_ran_out_here_too_needs_no_renewal() -> None:
    clinic, _, _ = renewed()
    ended = a_medication(status=OrderStatus.COMPLETED)
    clinic.change(medications=(ended,))
    clinic.sync()
    assert Cause.RENEWED_THERE not in causes(clinic)


@pytest.mark.parametrize("choice", ["confirm", "decline"])
def test_ours_that_the_chart_stopped_may_go_on_as_theirs(choice: str) -> None:
    clinic = Clinic(a_plan(medications=(a_medication(),), adherence=(), side_effects=()))
    clinic.sync()
    ours = clinic.address(ORDER)
    clinic.edit(
        ours, status="stopped", statusReason=STATUS_REASON.concept(StatusReason.SIDE_EFFECTS, "Nausea")
    )
    theirs = an_order(clinic, 75, priorPrescription={"reference": ours})
    clinic.sync()
    assert order_of(clinic).status is OrderStatus.ACTIVE
    assert chart_of(clinic, ours)["status"] == "stopped"
    answer(clinic, Cause.RENEWED_THERE, choice)
    clinic.sync()
    confirmed = choice == "confirm"
    assert order_of(clinic).status is (OrderStatus.ACTIVE if confirmed else OrderStatus.STOPPED)
    assert (theirs in activities(clinic)) is confirmed
    assert chart_of(clinic, ours)["status"] == "stopped"
    entry = clinic.entry(ORDER)
    assert entry is not None
    assert (entry.state is LinkState.PULL_ONLY) is confirmed
    if confirmed:
        assert order_of(clinic).dosage[0].dose.value == Decimal(75)
    quiet(clinic)


def test_a_dose_that_was_changed_here_meanwhile_is_not_lost() -> None:
    clinic = Clinic(a_plan(medications=(a_medication(),), adherence=(), side_effects=()))
    clinic.sync()
    ours = clinic.address(ORDER)
    clinic.edit(ours, status="stopped")
    an_order(clinic, 75)
    (step, *rest) = a_medication().dosage
    changed = replace(step, dose=replace(step.dose, value=Decimal(100)))
    clinic.change(medications=(a_medication(dosage=(changed, *rest)),))
    clinic.sync()
    answer(clinic, Cause.RENEWED_THERE, "confirm")
    clinic.sync()
    assert waiting(clinic, Cause.SAME_GROUP).item_id == ORDER.item
    assert order_of(clinic).dosage[0].dose.value == Decimal(100)


def test_what_the_prescriber_changes_in_place_comes_in() -> None:
    clinic, theirs = referring()
    (step,) = chart_of(clinic, theirs)["dosageInstruction"]
    dose = {**step["doseAndRate"][0]["doseQuantity"], "value": 100}
    clinic.edit(theirs, dosageInstruction=[{**step, "doseAndRate": [{"doseQuantity": dose}]}])
    report = clinic.sync()
    assert order_of(clinic).dosage[0].dose.value == Decimal(100)
    assert of(report, ORDER).done is Done.REFERENCED
    quiet(clinic)


def test_a_dose_that_no_plan_can_hold_is_shown_and_not_taken() -> None:
    clinic, theirs = referring()
    before = order_of(clinic).dosage
    clinic.edit(theirs, dosageInstruction=[{"text": "as the mood takes you"}])
    clinic.sync()
    item = next(one for one in clinic.inbox if one.resource_type == "MedicationRequest")
    assert item.cause == Cause.UNREADABLE
    assert order_of(clinic).dosage == before
    quiet(clinic)


def test_what_is_not_understood_of_theirs_waits_for_the_chart() -> None:
    clinic, theirs = referring()
    clinic.edit(theirs, modifierExtension=[{"url": "urn:unheard-of", "valueBoolean": True}])
    clinic.sync()
    assert waiting(clinic, Cause.NOT_UNDERSTOOD).reference == theirs
    clinic.edit(theirs, modifierExtension=None)
    clinic.sync()
    assert clinic.inbox == ()


@pytest.mark.parametrize("mode", [MedicationMode.REFERENCE, MedicationMode.PROPOSE])
def test_in_every_mode_a_stop_without_a_successor_comes_in(mode: MedicationMode) -> None:
    clinic, theirs = referring(medications=mode)
    clinic.later(days=1)
    clinic.edit(theirs, status="stopped")
    report = clinic.sync()
    assert order_of(clinic).status is OrderStatus.STOPPED
    assert of(report, ORDER).done is Done.REFERENCED
    quiet(clinic)


@pytest.mark.parametrize("words", ["50 mg once a day", None], ids=["kept", "added"])
def test_a_dose_beside_words_of_the_old_one_is_never_taken_for_a_dose(words: str | None) -> None:
    clinic = Clinic(a_plan(medications=(), adherence=(), side_effects=()))
    clinic.sync()
    theirs = an_order(clinic)
    (step,) = chart_of(clinic, theirs)["dosageInstruction"]
    assert "text" not in step
    if words is not None:
        clinic.edit(theirs, dosageInstruction=[{**step, "text": words}])
    clinic.sync(a_plan(medications=(a_medication(),), adherence=(), side_effects=()))
    dose = {**step["doseAndRate"][0]["doseQuantity"], "value": 100}
    changed = {**step, "text": "50 mg once a day", "doseAndRate": [{"doseQuantity": dose}]}
    clinic.edit(theirs, dosageInstruction=[changed])
    clinic.sync()
    assert waiting(clinic, Cause.WORDS_DISAGREE).reference == theirs
    assert order_of(clinic).dosage[0].dose.value == Decimal(50)


@pytest.mark.parametrize("where", ["the instruction for the patient", "the narrative"])
def test_a_dose_of_the_clinics_own_beside_other_words_of_the_old_one_waits_too(where: str) -> None:
    clinic = Clinic(a_plan(medications=(), adherence=(), side_effects=()))
    clinic.sync()
    theirs = an_order(clinic)
    (step,) = chart_of(clinic, theirs)["dosageInstruction"]
    if where == "the narrative":
        clinic.edit(theirs, text=narrated("Take 50 mg, do NOT increase"))
    else:
        step = {**step, "patientInstruction": "Take 50 mg after breakfast"}
        clinic.edit(theirs, dosageInstruction=[step])
    clinic.sync(a_plan(medications=(a_medication(),), adherence=(), side_effects=()))
    dose = {**step["doseAndRate"][0]["doseQuantity"], "value": 100}
    clinic.edit(theirs, dosageInstruction=[{**step, "doseAndRate": [{"doseQuantity": dose}]}])
    clinic.sync()
    assert waiting(clinic, Cause.WORDS_DISAGREE).groups == ("order",)
    assert order_of(clinic).dosage[0].dose.value == Decimal(50)
    answer(clinic, Cause.WORDS_DISAGREE, "ours")
    clinic.sync()
    assert clinic.inbox == ()
    quiet(clinic)


def test_what_a_person_leaves_as_the_plan_says_it_is_not_asked_again() -> None:
    clinic, theirs = referring()
    (step, *rest) = a_medication().dosage
    here = replace(step, dose=replace(step.dose, value=Decimal(100)))
    clinic.change(medications=(a_medication(dosage=(here, *rest)),))
    clinic.edit(theirs, status="on-hold")
    clinic.sync()
    assert waiting(clinic, Cause.HALTED_THERE).reference == theirs
    answer(clinic, Cause.HALTED_THERE, "ours")
    clinic.sync()
    assert clinic.inbox == ()
    assert order_of(clinic).dosage[0].dose.value == Decimal(100)
    quiet(clinic)
