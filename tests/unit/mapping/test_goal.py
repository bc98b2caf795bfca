from dataclasses import replace

from hypothesis import given

from service.domain.goal import Goal
from service.fhir.json import JsonObject
from service.fhir.validation import problems
from service.mapping import goal as module
from tests.builders import a_goal, day, uid
from tests.data import official, us_core
from tests.strategies import treatment
from tests.unit.mapping.laws import (
    PATIENT,
    PLACED,
    Mapper,
    generated,
    is_sound,
    leaves,
    paths,
    pool,
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, onto=onto), module.absorb)
GOALS = generated(treatment.a_goal, uid("goals-0"), pool("conditions"))
FULL = a_goal()
# A weight is no measure of a plan.
WEIGHT = {"measure": {"coding": [{"system": "http://loinc.org", "code": "3141-9"}]}, "dueDate": "2030-01-01"}


def written(value: Goal = FULL) -> JsonObject:
    return sent(MAPPER.write(value, None, PLACED))


@given(GOALS, GOALS)
def test_a_goal_comes_back_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(GOALS, GOALS)
def test_a_goal_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(GOALS)
def test_a_goal_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_targets_of_others_stay_and_ours_is_found_among_them():
    theirs = written()
    theirs["target"] = [WEIGHT, *theirs["target"], {**WEIGHT, "dueDate": "2031-01-01"}]
    later = replace(FULL, due=day(200))
    laid = sent(MAPPER.write(later, theirs, PLACED))
    assert [laid["target"][0], laid["target"][2]] == [theirs["target"][0], theirs["target"][2]]
    made = MAPPER.absorb(FULL, laid, PLACED)
    assert made.value == later
    assert paths(made.issues) == ("Goal.target[0]", "Goal.target[2]")


def test_a_goal_without_a_target_takes_none_of_theirs_away():
    bare = replace(FULL, target=None, due=None)
    theirs = {**written(bare), "target": [WEIGHT]}
    assert MAPPER.write(bare, theirs, PLACED) == theirs
    assert leaves(MAPPER, FULL, theirs) == ("Goal.target[0]",)


def test_over_the_goals_of_others_ours_stays_valid_and_comes_back():
    for _, theirs in (*official("Goal"), *us_core("Goal")):
        laid = sent(MAPPER.write(FULL, theirs, PLACED))
        assert problems(laid) == ()
        assert MAPPER.absorb(None, laid, PLACED).value == FULL
        assert MAPPER.write(FULL, laid, PLACED) == laid
