"""One order, whole or not at all: no dose is ever made of two orders, and none is approximated."""

from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.medication import MedicationOrder, OrderStatus, StatusReason
from service.fhir.json import JsonObject
from service.fhir.validation import problems
from service.mapping import medication_request as module
from service.mapping.reading import Absorbed
from tests.builders import a_dosage_step, the_full_plan, uid
from tests.data import official, us_core
from tests.strategies import treatment
from tests.strategies.treatment import OrderLinks
from tests.unit.mapping.laws import (
    PATIENT,
    PLACED,
    THEIRS,
    Mapper,
    generated,
    is_sound,
    leaves,
    pool,
    restores,
    sent,
)

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, onto=onto), module.absorb)
LINKS = OrderLinks(
    conditions=pool("conditions"), therapies=pool("therapies"), replaceable=(uid("medications-1"),)
)
ORDERS = generated(treatment.a_medication, uid("medications-0"), LINKS)
FULL = replace(the_full_plan().medications[0], reasons=(), supports=())
EXAMPLES = dict([*official("MedicationRequest"), *us_core("MedicationRequest")])
AT = "MedicationRequest.dosageInstruction[0]"


def written(value: MedicationOrder = FULL) -> JsonObject:
    return sent(MAPPER.write(value, None, PLACED))


def with_dosage(**changes) -> JsonObject:
    theirs = written()
    theirs["dosageInstruction"][0].update(changes)
    return theirs


def with_repeat(**changes) -> JsonObject:
    theirs = written()
    theirs["dosageInstruction"][0]["timing"]["repeat"].update(changes)
    return theirs


@given(ORDERS, ORDERS)
def test_an_order_comes_back_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(ORDERS, ORDERS)
def test_an_order_laid_over_another_comes_back_and_theirs_stays(value, before):
    # Steps of a dose stand in an order of their own: only links may keep the places that the chart gave them.
    value, before = (
        replace(one, reasons=one.reasons[:1], supports=one.supports[:1]) for one in (value, before)
    )
    laid = sent(MAPPER.write(value, {**written(before), **THEIRS}, PLACED))
    assert {name: laid[name] for name in THEIRS} == THEIRS
    assert MAPPER.absorb(before, laid, PLACED) == Absorbed(value=value)
    assert MAPPER.write(value, laid, PLACED) == laid


@given(ORDERS)
def test_an_order_is_valid_r4(value):
    is_sound(MAPPER, value)


# What says the dose in R4 beside what a step holds.
FOREIGN_REPEAT = {
    "count": 3,
    "countMax": 4,
    "dayOfWeek": ["mon"],
    "timeOfDay": ["08:00:00"],
    "frequencyMax": 4,
    "periodMax": 6,
    "offset": 30,
}


@pytest.mark.parametrize("name", FOREIGN_REPEAT)
def test_a_dose_is_never_made_of_theirs_and_ours(name):
    laid = MAPPER.write(FULL, with_repeat(**{name: FOREIGN_REPEAT[name]}), PLACED)
    assert sent(laid)["dosageInstruction"] == written()["dosageInstruction"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_over_hl7s_orders_the_dose_is_ours_alone_and_the_order_stays_valid(name):
    laid = sent(MAPPER.write(FULL, deepcopy(EXAMPLES[name]), PLACED))
    assert laid["dosageInstruction"] == written()["dosageInstruction"]
    assert {one.path for one in problems(laid)} <= {one.path for one in problems(EXAMPLES[name])}
    assert sent(MAPPER.write(FULL, laid, PLACED)) == laid


def test_what_others_say_beside_the_same_dose_stays():
    theirs = with_dosage(site={"text": "mouth"}, additionalInstruction=[{"text": "with food"}])
    theirs["dosageInstruction"][0]["doseAndRate"][0]["type"] = {"text": "ordered"}
    assert sent(MAPPER.write(FULL, theirs, PLACED)) == theirs


NOT_A_DOSE = {
    "a limit for each time": with_dosage(maxDosePerAdministration={"value": 1}),
    "a limit for a life": with_dosage(maxDosePerLifetime={"value": 1}),
    "a modifier": with_dosage(modifierExtension=[{"url": "http://example.com/not", "valueBoolean": True}]),
    "times without a period": with_dosage(timing={"repeat": {"frequency": 3}}),
    "a period without a unit": with_dosage(timing={"repeat": {"frequency": 3, "period": 1}}),
    "a bound within a day": with_repeat(boundsPeriod={"start": "2024-01-01", "end": "2024-01-20T00:00:00Z"}),
    "half a time": with_repeat(frequency=1.5),
    **{name: with_repeat(**{name: value}) for name, value in FOREIGN_REPEAT.items()},
}
for _rate in ("rateQuantity", "rateRatio", "rateRange"):
    NOT_A_DOSE[_rate] = written()
    NOT_A_DOSE[_rate]["dosageInstruction"][0]["doseAndRate"][0][_rate] = {"value": 1}


@pytest.mark.parametrize("theirs", NOT_A_DOSE.values(), ids=NOT_A_DOSE)
def test_what_is_no_dose_of_a_plan_is_reported_and_never_approximated(theirs):
    reported = leaves(MAPPER, FULL, theirs)
    assert reported
    assert all(path.startswith(AT) for path in reported)


def test_another_drug_is_not_taken_over_with_the_dose_of_the_old_one():
    theirs = written()
    theirs.pop("contained")
    theirs.pop("medicationReference")
    theirs |= {"medicationCodeableConcept": {"text": "lithium"}, "status": "active"}
    theirs.pop("statusReason")
    theirs["dosageInstruction"] = [{"text": "as discussed"}]
    assert leaves(MAPPER, FULL, theirs) == (f"{AT}.doseAndRate",)


def test_a_dose_is_not_taken_over_without_a_status_that_we_can_read():
    running = replace(FULL, status=OrderStatus.ACTIVE, status_reason=None, status_note=None)
    theirs = written(replace(running, dosage=(a_dosage_step(),)))
    theirs["status"] = "unknown"
    assert leaves(MAPPER, running, theirs) == ("MedicationRequest.status",)


UNSAID = {
    "no reason": None,
    "a reason in words": {"text": "felt well"},
    "a reason in the clinic's own codes": {"coding": [{"system": "urn:example:reasons", "code": "17"}]},
}


@pytest.mark.parametrize("reason", UNSAID.values(), ids=UNSAID)
def test_an_order_that_ends_in_the_chart_ends_here_with_a_reason_that_is_not_stated(reason):
    theirs = written(replace(FULL, status_reason=StatusReason.NO_BENEFIT, status_note=None))
    theirs.pop("statusReason")
    if reason is not None:
        theirs["statusReason"] = reason
    back = module.absorb(FULL, theirs, PLACED)
    assert back.issues == ()
    assert back.value is not None
    assert (back.value.status, back.value.status_reason) == (OrderStatus.STOPPED, StatusReason.NOT_STATED)
    assert MAPPER.write(back.value, theirs, PLACED) == theirs


def test_a_reason_that_has_not_the_form_of_one_is_reported():
    theirs = {**written(), "statusReason": ["felt well"]}
    assert "MedicationRequest.statusReason" in leaves(MAPPER, FULL, theirs)


def test_a_medicine_that_is_forbidden_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "doNotPerform": True}) == ("MedicationRequest.doNotPerform",)


@pytest.mark.parametrize(
    "denominator", [{"value": 1, "code": "mL"}, {"value": 5}, {"value": 1, "unit": "mL"}]
)
def test_a_strength_by_volume_is_not_read_as_that_of_one_piece(denominator):
    theirs = written()
    theirs["contained"][0]["ingredient"][0]["strength"]["denominator"] = denominator
    assert leaves(MAPPER, FULL, theirs) == ("MedicationRequest.medicationReference.ingredient[0].strength",)
