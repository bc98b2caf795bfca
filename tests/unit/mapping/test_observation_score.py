from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.measure import AbsentReason, ItemAnswer, Measure, OwnMeasure, RecordStatus, Score
from service.fhir.json import JsonObject
from service.mapping import observation_score as module
from service.mapping.terminology.measures import OWN_MEASURES
from tests.builders import NURSE, THERAPIST, a_score, uid
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
    paths,
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, onto=onto), module.absorb
)
# Single answers travel as a QuestionnaireResponse.
SCORES = generated(observed.a_score, uid("scores-0")).map(lambda score: replace(score, items=()))
ANSWERS = (ItemAnswer(item=1, value=2), ItemAnswer(item=9, value=1))
FULL = a_score(recorded_by=THERAPIST.id, status=RecordStatus.AMENDED)


def written(value: Score = FULL) -> JsonObject:
    return sent(MAPPER.write(value, None, PLACED))


@given(SCORES, SCORES)
def test_a_score_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(SCORES, SCORES)
def test_a_score_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(generated(observed.a_score, uid("scores-0")))
def test_a_score_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_single_answers_are_kept_while_the_score_derives_from_them():
    resource = written(a_score(items=ANSWERS))
    assert resource["derivedFrom"] == [PLACED.to("QuestionnaireResponse", FULL.id)]
    assert MAPPER.absorb(a_score(items=ANSWERS), resource, PLACED).value.items == ANSWERS
    assert MAPPER.absorb(a_score(items=ANSWERS), written(), PLACED).value.items == ()
    other = written(a_score(measure=Measure.ASRM, value=3, items=ANSWERS[:1]))
    assert MAPPER.absorb(a_score(items=ANSWERS), other, PLACED).value.items == ()


def test_what_others_added_to_a_score_stays():
    theirs = written()
    theirs["code"]["coding"].append(NOTHING_OF_OURS["coding"][0])
    theirs["category"][0]["text"] = "Survey"
    theirs["category"].append(NOTHING_OF_OURS)
    theirs["performer"].append(ELSEWHERE)
    theirs["basedOn"].append({"reference": "ServiceRequest/theirs"})
    theirs["valueQuantity"] |= {"unit": "points", "extension": [{"url": "http://example.com/x"}]}
    theirs["effectiveDateTime"] = "2024-03-04T09:00:00.123+02:00"
    theirs["interpretation"] = [NOTHING_OF_OURS]
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_a_score_takes_the_place_of_a_value_of_another_type():
    theirs = {**written(), "valueString": "14", "_valueString": {"id": "1"}, "effectiveInstant": "2024"}
    del theirs["valueQuantity"], theirs["effectiveDateTime"]
    assert MAPPER.write(FULL, theirs, PLACED) == written()
    absent = a_score(value=None, absent_reason=AbsentReason.UNKNOWN)
    assert not {"valueString", "valueQuantity"} & set(MAPPER.write(absent, theirs, PLACED))


@pytest.mark.parametrize(
    ("quantity", "path"),
    [
        ({"value": 14, "comparator": "<"}, "Observation.valueQuantity.comparator"),
        (
            {"value": 14, "system": "http://unitsofmeasure.org", "code": "mg"},
            "Observation.valueQuantity.code",
        ),
        ({"value": 14, "system": "http://example.com", "code": "1"}, "Observation.valueQuantity.code"),
        ({"value": 14.5}, "Observation.valueQuantity"),
        ({"code": "{score}"}, "Observation.valueQuantity"),
        ("14", "Observation.valueQuantity"),
    ],
)
def test_a_value_that_is_no_number_of_points_changes_nothing(quantity, path):
    assert leaves(MAPPER, FULL, {**written(), "valueQuantity": quantity}) == (path,)


def test_a_score_without_a_unit_is_a_score():
    assert MAPPER.absorb(FULL, {**written(), "valueQuantity": {"value": 20}}, PLACED).value.value == 20


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**written(), "status": "preliminary", "code": NOTHING_OF_OURS, "performer": [ELSEWHERE]}
    resource["valueInteger"] = resource.pop("valueQuantity")["value"]
    resource["effectivePeriod"] = {"start": resource.pop("effectiveDateTime")}
    assert leaves(MAPPER, FULL, resource) == (
        "Observation.code",
        "Observation.valueInteger",
        "Observation.effectivePeriod",
        "Observation.status",
        "Observation.performer",
    )


@pytest.mark.parametrize(
    "performer",
    [
        None,
        ["Practitioner/1"],
        [PLACED.to("Practitioner", THERAPIST.id), PLACED.to("Practitioner", NURSE.id)],
    ],
)
def test_who_reported_it_is_never_guessed(performer):
    resource = {**written(), "performer": performer}
    assert leaves(MAPPER, FULL, resource)[0].startswith("Observation.performer")


def test_a_total_beyond_the_instrument_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "valueQuantity": {"value": 28}}) == ("Observation.",)
    assert paths(MAPPER.absorb(None, {**written(), "identifier": []}, PLACED).issues) == ("Observation.",)


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_is_told_from_other_observations(measure):
    resource = written(a_score(measure=measure, value=5))
    assert module.stands_for(resource)
    assert not module.stands_for({**resource, "resourceType": "Goal"})
    assert not module.stands_for({**resource, "code": NOTHING_OF_OURS})


def test_a_measure_that_a_clinic_describes_goes_out_under_a_code_of_its_own_and_comes_back():
    score = a_score(measure=OwnMeasure("oasis"), value=12, items=())
    resource = written(score)
    assert resource["code"]["coding"] == [{"system": OWN_MEASURES, "code": "oasis", "display": "OASIS"}]
    assert module.stands_for(resource)
    assert MAPPER.absorb(None, resource, PLACED).value == score


@pytest.mark.parametrize("code", ["phq-9", "no name", "", None])
def test_a_code_that_no_clinic_can_give_a_measure_is_none(code):
    resource = {**written(), "code": {"coding": [{"system": OWN_MEASURES, "code": code}]}}
    assert not module.stands_for(resource)
