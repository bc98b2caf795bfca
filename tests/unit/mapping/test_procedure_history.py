from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.background import Outcome, TreatmentKind
from service.domain.concept import ALWAYS
from service.domain.measure import RecordStatus
from service.fhir.json import JsonObject
from service.mapping import procedure_history as module
from tests.builders import a_past_treatment, uid
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
PAST = ANY.map(lambda past: replace(past, kind=TreatmentKind.THERAPY))
FULL = a_past_treatment(kind=TreatmentKind.THERAPY, outcome=Outcome.NOT_TOLERATED)


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
    theirs = {**written(), "performedDateTime": "2019-01"}
    del theirs["performedPeriod"]
    open_ended = replace(FULL, period=ALWAYS)
    assert MAPPER.write(open_ended, theirs, PLACED) == theirs
    assert MAPPER.write(FULL, theirs, PLACED) == written()
    assert leaves(MAPPER, FULL, theirs) == ("Procedure.performedDateTime",)


@pytest.mark.parametrize("status", ["in-progress", "not-done", "stopped"])
def test_a_treatment_that_goes_on_or_never_was_is_not_of_the_past(status):
    assert leaves(MAPPER, FULL, {**written(), "status": status}) == ("Procedure.status",)


def test_what_was_entered_in_error_stays_marked():
    mistaken = replace(FULL, status=RecordStatus.ENTERED_IN_ERROR)
    assert written(mistaken)["status"] == "entered-in-error"


def test_what_others_added_to_a_past_therapy_stays():
    theirs = written()
    theirs["outcome"]["text"] = "stuck"
    theirs["category"] = NOTHING_OF_OURS
    theirs["performedPeriod"]["start"] += "T00:00:00Z"
    theirs["performer"] = [{"actor": {"reference": "Practitioner/theirs"}}]
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**written(), "outcome": NOTHING_OF_OURS, "code": {"coding": [{"code": "1"}]}}
    resource["performedPeriod"] = {"start": "2020-02-01", "end": "soon"}
    assert leaves(MAPPER, FULL, resource) == (
        "Procedure.code",
        "Procedure.performedPeriod.end",
        "Procedure.outcome",
    )


def test_a_past_therapy_is_told_by_what_came_of_it():
    resource = written()
    assert module.stands_for(resource)
    assert not module.stands_for({**resource, "resourceType": "MedicationStatement"})
    assert not module.stands_for({**resource, "outcome": NOTHING_OF_OURS})
