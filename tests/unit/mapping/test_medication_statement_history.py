from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.background import Outcome, TreatmentKind
from service.domain.concept import ALWAYS
from service.domain.measure import RecordStatus
from service.fhir.json import JsonObject
from service.mapping import medication_statement_adherence
from service.mapping import medication_statement_history as module
from tests.builders import a_drug, a_past_treatment, an_adherence_report, sertraline, uid
from tests.strategies import observed
from tests.unit.mapping.laws import (
    NOTHING_OF_OURS,
    PATIENT,
    PLACED,
    Mapper,
    generated,
    is_sound,
    leaves,
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, onto=onto), module.absorb)
ANY = generated(observed.a_past_treatment, uid("history-0"))
PAST = ANY.map(lambda past: replace(past, kind=TreatmentKind.MEDICATION))
FULL = a_past_treatment(kind=TreatmentKind.MEDICATION, what=sertraline(), outcome=Outcome.NOT_TOLERATED)


def written(value=FULL) -> JsonObject:
    return sent(MAPPER.write(value, None, PLACED))


@given(PAST, ANY)
def test_a_past_treatment_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(PAST, PAST)
def test_a_past_treatment_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(PAST)
def test_a_past_treatment_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_a_time_of_another_type_stays_while_the_plan_knows_no_days():
    theirs = {**written(), "effectiveDateTime": "2019-01"}
    del theirs["effectivePeriod"]
    open_ended = replace(FULL, period=ALWAYS)
    assert MAPPER.write(open_ended, theirs, PLACED) == theirs
    assert MAPPER.write(FULL, theirs, PLACED) == written()
    assert leaves(MAPPER, FULL, theirs) == ("MedicationStatement.effectiveDateTime",)


@pytest.mark.parametrize("status", ["active", "intended", "unknown"])
def test_a_treatment_that_goes_on_or_never_was_is_not_of_the_past(status):
    assert leaves(MAPPER, FULL, {**written(), "status": status}) == ("MedicationStatement.status",)


def test_what_was_entered_in_error_stays_marked():
    mistaken = replace(FULL, status=RecordStatus.ENTERED_IN_ERROR)
    assert written(mistaken)["status"] == "entered-in-error"


def test_what_others_added_to_a_past_medicine_stays():
    theirs = written()
    theirs["statusReason"][0]["text"] = "rash"
    theirs["statusReason"].append(NOTHING_OF_OURS)
    theirs["effectivePeriod"]["start"] += "T00:00:00Z"
    theirs["category"] = NOTHING_OF_OURS
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**written(), "medicationReference": {"reference": "Medication/1"}}
    del resource["medicationCodeableConcept"]
    resource["effectivePeriod"] = {"start": "2020-02-01", "end": "2020-01-01"}
    own = resource["statusReason"][0]["coding"][0]["system"]
    resource["statusReason"] = [{"coding": [{"system": own, "code": "wonders"}]}]
    assert leaves(MAPPER, FULL, resource) == (
        "MedicationStatement.medicationReference",
        "MedicationStatement.effectivePeriod",
        "MedicationStatement.statusReason[0]",
    )


def test_a_past_medicine_is_told_from_a_report_on_a_running_one():
    resource = written()
    report = medication_statement_adherence.to_fhir(an_adherence_report(), PATIENT, PLACED, drug=a_drug())
    assert module.stands_for(resource)
    assert not module.stands_for(report)
    assert not medication_statement_adherence.stands_for(resource)
    assert not module.stands_for({**resource, "resourceType": "Procedure"})
    assert not module.stands_for({**resource, "statusReason": [NOTHING_OF_OURS]})
