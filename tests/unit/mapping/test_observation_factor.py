import pytest
from hypothesis import given

from service.domain.background import FactorKind
from service.domain.measure import RecordStatus
from service.mapping import observation_factor as module
from tests.builders import a_personal_factor, uid
from tests.strategies import observed
from tests.unit.mapping.laws import (
    ELSEWHERE,
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
ITEMS = generated(observed.a_personal_factor, uid("personal_factors-0"))
FULL = a_personal_factor(status=RecordStatus.AMENDED)


@given(ITEMS, ITEMS)
def test_a_personal_factor_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(ITEMS, ITEMS)
def test_a_personal_factor_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(ITEMS)
def test_a_personal_factor_is_valid_r4(value):
    is_sound(MAPPER, value)


@pytest.mark.parametrize("kind", FactorKind)
def test_what_others_added_to_a_personal_factor_stays(kind):
    value = a_personal_factor(kind=kind)
    theirs = sent(MAPPER.write(value, None, PLACED))
    theirs["code"]["text"] = "theirs"
    theirs["category"][0]["text"] = "theirs"
    theirs["category"].append(NOTHING_OF_OURS)
    theirs["performer"] = [*theirs.get("performer", []), ELSEWHERE]
    theirs["effectiveDateTime"] += "T10:00:00Z"
    theirs["_valueString"] = {"extension": [{"url": "http://example.com/x", "valueCode": "de"}]}
    assert MAPPER.write(value, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == value


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**sent(MAPPER.write(FULL, None, PLACED)), "code": NOTHING_OF_OURS, "status": "unknown"}
    resource["valueCodeableConcept"] = {"text": resource.pop("valueString")}
    resource["effectiveDateTime"] = "2024-02-31"
    assert leaves(MAPPER, FULL, resource) == (
        "Observation.code",
        "Observation.valueCodeableConcept",
        "Observation.effectiveDateTime",
        "Observation.status",
    )


def test_our_words_take_the_place_of_a_value_of_another_type():
    theirs = {**sent(MAPPER.write(FULL, None, PLACED)), "valueBoolean": True}
    del theirs["valueString"]
    assert MAPPER.write(FULL, theirs, PLACED) == MAPPER.write(FULL, None, PLACED)
