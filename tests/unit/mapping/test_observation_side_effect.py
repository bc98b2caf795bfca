import pytest
from hypothesis import given

from service.domain.condition import Severity
from service.domain.measure import RecordStatus
from service.mapping import observation_balance, observation_factor, observation_preference, observation_score
from service.mapping import observation_side_effect as module
from tests.builders import (
    NURSE,
    a_personal_factor,
    a_phase,
    a_preference,
    a_score,
    a_side_effect,
    day,
    uid,
)
from tests.strategies import observed
from tests.unit.mapping.laws import (
    ELSEWHERE,
    NOTHING_OF_OURS,
    PATIENT,
    PLACED,
    PLAN,
    Mapper,
    generated,
    is_sound,
    leaves,
    pool,
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, onto=onto), module.absorb
)
EFFECTS = generated(observed.a_side_effect, uid("side_effects-0"), pool("medications"))
FULL = a_side_effect(until=day(20), reported_by=NURSE.id, status=RecordStatus.CORRECTED)


@given(EFFECTS, EFFECTS)
def test_a_side_effect_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(EFFECTS, EFFECTS)
def test_a_side_effect_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(EFFECTS)
def test_a_side_effect_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_what_others_added_to_a_side_effect_stays():
    theirs = sent(MAPPER.write(FULL, None, PLACED))
    theirs["valueCodeableConcept"] |= NOTHING_OF_OURS
    theirs["component"].insert(0, {"code": NOTHING_OF_OURS, "valueString": "theirs"})
    theirs["component"][1] |= {"interpretation": [NOTHING_OF_OURS]}
    theirs["basedOn"].insert(0, {"reference": "ServiceRequest/theirs"})
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_codes_of_an_effect_go_with_its_words():
    theirs = sent(MAPPER.write(FULL, None, PLACED))
    theirs["valueCodeableConcept"] |= NOTHING_OF_OURS
    laid = MAPPER.write(a_side_effect(effect="dry mouth"), theirs, PLACED)
    assert laid["valueCodeableConcept"] == {"text": "dry mouth"}


def test_an_effect_that_the_chart_says_in_codes_is_read_by_its_display():
    resource = sent(MAPPER.write(FULL, None, PLACED))
    resource["valueCodeableConcept"] = {"coding": [{"code": "1"}, {"code": "2", "display": "Nausea"}]}
    assert MAPPER.absorb(FULL, resource, PLACED).value.effect == "Nausea"


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**sent(MAPPER.write(FULL, None, PLACED)), "performer": [ELSEWHERE], "status": "registered"}
    resource["valueCodeableConcept"] = NOTHING_OF_OURS
    resource["component"][0]["valueCodeableConcept"] = NOTHING_OF_OURS
    resource["basedOn"].append(PLACED.to("MedicationRequest", uid("medications-1")))
    assert leaves(MAPPER, FULL, resource) == (
        "Observation.basedOn",
        "Observation.valueCodeableConcept",
        "Observation.component[0].valueCodeableConcept",
        "Observation.status",
        "Observation.performer",
    )


def test_without_a_severity_the_one_that_is_held_stays():
    resource = sent(MAPPER.write(FULL, None, PLACED))
    del resource["component"]
    severe = a_side_effect(severity=Severity.SEVERE)
    assert MAPPER.absorb(severe, resource, PLACED).value.severity is Severity.SEVERE
    assert MAPPER.absorb(None, resource, PLACED).value is None


OBSERVATIONS = {
    module: MAPPER.write(FULL, None, PLACED),
    observation_balance: observation_balance.to_fhir(a_phase(), PATIENT, PLACED, plan_id=PLAN),
    observation_score: observation_score.to_fhir(a_score(), PATIENT, PLACED, plan_id=PLAN),
    observation_preference: observation_preference.to_fhir(a_preference(), PATIENT, PLACED),
    observation_factor: observation_factor.to_fhir(a_personal_factor(), PATIENT, PLACED),
}


@pytest.mark.parametrize("written", OBSERVATIONS)
def test_every_observation_stands_for_one_kind_of_item(written):
    resource = OBSERVATIONS[written]
    assert [one for one in OBSERVATIONS if one.stands_for(resource)] == [written]
    assert not any(one.stands_for({**resource, "code": NOTHING_OF_OURS}) for one in OBSERVATIONS)
    assert not any(one.stands_for({**resource, "resourceType": "Goal"}) for one in OBSERVATIONS)
