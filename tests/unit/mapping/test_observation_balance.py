import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mapping import observation_balance as module
from tests.builders import a_phase, day, uid
from tests.strategies import treatment
from tests.strategies.basics import Draw
from tests.unit.mapping.laws import (
    ELSEWHERE,
    NOTHING_OF_OURS,
    PATIENT,
    PLACED,
    PLAN,
    Mapper,
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
FULL = a_phase(end=day(41), evidence=pool("scores")[:2])


@st.composite
def phases(draw: Draw):
    return treatment.phases(draw, [uid("phases-0")], pool("scores"))[0]


@given(phases(), phases())
def test_a_phase_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(phases(), phases())
def test_a_phase_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(phases())
def test_a_phase_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_what_others_added_to_a_decision_stays():
    theirs = sent(MAPPER.write(FULL, None, PLACED))
    theirs["status"] = "amended"
    theirs["note"][0]["time"] = "2024-03-04"
    theirs["note"].append({"text": "seen"})
    theirs["performer"].append(ELSEWHERE)
    theirs["derivedFrom"].append({"reference": "Observation/theirs"})
    theirs["valueCodeableConcept"] |= {"text": "both alike"}
    theirs["category"] = [NOTHING_OF_OURS]
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_a_decision_takes_the_place_of_a_value_of_another_type():
    theirs = {**sent(MAPPER.write(FULL, None, PLACED)), "valueString": "both", "effectiveInstant": "x"}
    del theirs["valueCodeableConcept"], theirs["effectivePeriod"]
    assert MAPPER.write(FULL, theirs, PLACED) == MAPPER.write(FULL, None, PLACED)


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = sent(MAPPER.write(FULL, None, PLACED))
    resource["valueCodeableConcept"] = NOTHING_OF_OURS
    resource["effectivePeriod"] = {"start": "2024", "end": "2024-04-14"}
    resource["issued"] = "2024-03-04T09:00:00"
    assert leaves(MAPPER, FULL, resource) == (
        "Observation.effectivePeriod.start",
        "Observation.valueCodeableConcept",
        "Observation.issued",
    )


def test_another_kind_of_time_leaves_the_days_of_the_phase():
    resource = sent(MAPPER.write(FULL, None, PLACED))
    resource["effectiveDateTime"] = resource.pop("effectivePeriod")["start"]
    assert leaves(MAPPER, FULL, resource) == ("Observation.effectiveDateTime",)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary"])
def test_a_decision_that_was_taken_back_is_reported(status):
    resource = {**sent(MAPPER.write(FULL, None, PLACED)), "status": status}
    assert leaves(MAPPER, FULL, resource) == ("Observation.status",)


def test_a_decision_without_deciders_changes_nothing():
    resource = {**sent(MAPPER.write(FULL, None, PLACED)), "performer": [ELSEWHERE]}
    assert leaves(MAPPER, FULL, resource) == ("Observation.",)


def test_a_decision_is_told_from_other_observations():
    resource = MAPPER.write(FULL, None, PLACED)
    assert module.stands_for(resource)
    assert not module.stands_for({**resource, "resourceType": "Goal"})
    assert not module.stands_for({**resource, "code": NOTHING_OF_OURS})
