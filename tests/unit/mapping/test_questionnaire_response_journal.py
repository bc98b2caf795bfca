from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.measure import RecordStatus
from service.fhir.json import JsonObject, dumps
from service.mapping import questionnaire_response_journal as module
from tests.builders import a_journal_entry, a_warning_sign, uid
from tests.strategies import observed
from tests.unit.mapping.laws import (
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

SIGNS = tuple(
    a_warning_sign(id=one, text=f"sign {number}") for number, one in enumerate(pool("warning_signs"))
)
MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, signs=SIGNS[:2], onto=onto),
    module.absorb,
)
ANY = generated(observed.a_journal_entry, uid("journal-0"), pool("warning_signs"))
SHARED = ANY.map(lambda entry: replace(entry, shared=True))
FULL = a_journal_entry(
    insights="Walks help", side_effects="dry mouth", warning_signs=pool("warning_signs"), shared=True
)


def written() -> JsonObject:
    return sent(MAPPER.write(FULL, None, PLACED))


@given(SHARED, ANY)
def test_an_entry_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(SHARED, SHARED)
def test_an_entry_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(SHARED)
def test_an_entry_is_valid_r4(value):
    is_sound(MAPPER, value)


@given(ANY.filter(lambda entry: not entry.shared))
def test_an_entry_that_is_not_shared_is_never_rendered(value):
    with pytest.raises(module.NotShared) as refused:
        module.to_fhir(value, PATIENT, PLACED, plan_id=PLAN)
    assert value.id not in str(refused.value)


def test_signs_are_told_in_words_where_these_are_given():
    assert "sign 1" in dumps(written())
    assert "sign 2" not in dumps(written())
    assert "sign 1" not in dumps(module.to_fhir(FULL, PATIENT, PLACED, plan_id=PLAN))


def test_what_others_added_to_an_entry_stays():
    theirs = written()
    theirs["extension"] = [{"url": "http://example.com/x", "valueBoolean": True}]
    theirs["item"][0]["text"] = "Energie"
    theirs["item"].append({"linkId": "theirs", "answer": [{"valueString": "x"}]})
    theirs["item"][4]["item"].append({"linkId": "theirs"})
    theirs["item"].append({"linkId": "warning-sign", "text": "one without an id"})
    theirs["encounter"] = {"reference": "Encounter/theirs"}
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    made = MAPPER.absorb(FULL, theirs, PLACED)
    assert made.value == FULL


def test_a_corrected_entry_is_amended_to_others():
    corrected = replace(FULL, status=RecordStatus.CORRECTED)
    resource = MAPPER.write(corrected, None, PLACED)
    assert resource["status"] == "amended"
    del resource["extension"]
    assert MAPPER.absorb(None, resource, PLACED).value.status is RecordStatus.AMENDED
    laid = MAPPER.write(FULL, MAPPER.write(corrected, None, PLACED), PLACED)
    assert "extension" not in laid


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**written(), "status": "stopped", "authored": "2024-03-07"}
    resource["item"][0]["answer"] = [{"valueDecimal": 4}]
    resource["item"].append(resource["item"][1])
    resource["item"][5]["item"][0]["answer"] = [NOTHING_OF_OURS]
    assert leaves(MAPPER, FULL, resource) == (
        "QuestionnaireResponse.authored",
        "QuestionnaireResponse.item[0].answer",
        "QuestionnaireResponse.item[7]",
        "QuestionnaireResponse.item[5].item[0].answer",
        "QuestionnaireResponse.status",
    )


def test_an_entry_beyond_the_scale_changes_nothing():
    resource = written()
    resource["item"][0]["answer"] = [{"valueInteger": 11}]
    assert leaves(MAPPER, FULL, resource) == ("QuestionnaireResponse.",)


def test_an_entry_is_told_by_its_form():
    resource = written()
    assert module.stands_for(resource)
    assert not module.stands_for({**resource, "questionnaire": "http://example.com/Questionnaire/x"})
    del resource["questionnaire"]
    assert not module.stands_for(resource)
