from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.measure import ItemAnswer, Measure
from service.fhir.json import JsonObject
from service.mapping import observation_score
from service.mapping import questionnaire_response_score as module
from service.mapping.reading import Absorbed
from service.mapping.references import Refs
from tests.builders import THERAPIST, a_score, uid
from tests.strategies import observed
from tests.unit.mapping.laws import (
    NOTHING_OF_OURS,
    PATIENT,
    PLACED,
    PLAN,
    Mapper,
    generated,
    is_sound,
    paths,
    restores,
    restores_over,
    sent,
)

# Of a clinic's own measures no single answers are held.
SCORES = generated(observed.a_score, uid("scores-0")).filter(lambda one: isinstance(one.measure, Measure))
ANSWERS = (ItemAnswer(item=9, value=1), ItemAnswer(item=1, value=2))
FULL = a_score(items=ANSWERS, recorded_by=THERAPIST.id)
MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, onto=onto),
    lambda held, resource, refs: module.absorb(() if held is None else held.items, resource, refs),
)


def written() -> JsonObject:
    return sent(MAPPER.write(FULL, None, PLACED))


def both_written(value, onto: JsonObject | None, refs: Refs) -> JsonObject:
    total = observation_score.to_fhir(value, PATIENT, refs, plan_id=PLAN)
    answers = MAPPER.write(value, None if onto is None else onto["answers"], refs)
    return {"total": total, "answers": answers}


def both_absorbed(held, resource: JsonObject, refs: Refs) -> Absorbed:
    total = observation_score.absorb(held, resource["total"], refs)
    answers = MAPPER.absorb(total.value, resource["answers"], refs)
    whole = replace(total.value, items=answers.value)
    return Absorbed(value=whole, issues=total.issues + answers.issues)


@given(SCORES, SCORES)
def test_a_score_comes_back_with_its_answers_whatever_was_held(value, held):
    restores(Mapper(both_written, both_absorbed), value, held)


@given(SCORES, SCORES)
def test_answers_laid_over_others_come_back_and_theirs_stay(value, before):
    def absorb(held, resource: JsonObject, refs: Refs) -> Absorbed:
        made = MAPPER.absorb(held, resource, refs)
        return Absorbed(value=replace(value, items=made.value), issues=made.issues)

    restores_over(Mapper(MAPPER.write, absorb), value, before)


@given(SCORES)
def test_answers_are_valid_r4(value):
    is_sound(MAPPER, value)


def test_what_others_added_to_the_answers_stays():
    theirs = written()
    theirs["identifier"]["use"] = "official"
    theirs["questionnaire"] += "|1.0"
    theirs["item"][0] |= {"text": "Thoughts of death", "definition": "http://example.com/x"}
    theirs["item"][0]["answer"][0]["item"] = [{"linkId": "theirs"}]
    theirs["item"].insert(0, {"linkId": "difficulty", "answer": [{"valueString": "some"}]})
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(FULL, theirs, PLACED) == Absorbed(value=ANSWERS)


def test_an_answer_that_changed_takes_the_place_of_the_one_before():
    theirs = written()
    theirs["item"][0]["answer"] = [{"valueCoding": NOTHING_OF_OURS["coding"][0]}]
    assert MAPPER.write(FULL, theirs, PLACED) == written()


def test_an_item_without_an_answer_is_none():
    resource = written()
    del resource["item"][0]["answer"]
    assert MAPPER.absorb(FULL, resource, PLACED).value == ANSWERS[1:]


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ([{"valueInteger": 1}, {"valueInteger": 2}], "QuestionnaireResponse.item[1].answer"),
        ([{"valueString": "1"}], "QuestionnaireResponse.item[1].answer"),
        ([{"valueInteger": 1.5}], "QuestionnaireResponse.item[1].answer"),
        ([{"valueInteger": 100}], "QuestionnaireResponse.item[1]"),
    ],
)
def test_answers_that_the_plan_cannot_hold_change_nothing(answer, path):
    resource = written()
    resource["item"][1]["answer"] = answer
    made = MAPPER.absorb(FULL, resource, PLACED)
    assert (made.value, paths(made.issues)) == (ANSWERS, (path,))


def test_a_question_answered_twice_changes_nothing():
    resource = written()
    resource["item"] *= 2
    made = MAPPER.absorb(FULL, resource, PLACED)
    assert (made.value, paths(made.issues)) == (ANSWERS, ("QuestionnaireResponse.item",))


@pytest.mark.parametrize("measure", Measure)
def test_answers_are_told_by_the_form_in_any_version(measure):
    resource = MAPPER.write(a_score(measure=measure, value=5), None, PLACED)
    assert module.stands_for(resource)
    assert module.stands_for({**resource, "questionnaire": resource["questionnaire"] + "|2.0"})
    assert not module.stands_for({**resource, "questionnaire": "http://example.com/Questionnaire/x"})
    assert not module.stands_for({**resource, "resourceType": "Questionnaire"})
