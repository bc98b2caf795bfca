from hypothesis import given

from service.domain.coordination import FlagKind, FlagStatus
from service.mapping import flag as module
from tests.builders import a_flag, day, uid
from tests.strategies import meetings
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
FLAGS = generated(meetings.a_flag, uid("flags-0"))
FULL = a_flag(status=FlagStatus.INACTIVE, end=day(30))


def written(value=FULL):
    return sent(MAPPER.write(value, None, PLACED))


@given(FLAGS, FLAGS)
def test_a_flag_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(FLAGS, FLAGS)
def test_a_flag_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(FLAGS)
def test_a_flag_is_valid_r4(value):
    is_sound(MAPPER, value)


def categories(resource):
    return [one["coding"][0]["code"] for one in resource["category"]]


def test_a_flag_of_another_kind_changes_its_category_and_leaves_those_of_others():
    chart = written()
    chart["category"] += [NOTHING_OF_OURS, written(a_flag(kind=FlagKind.LINKED_CHANGE))["category"][0]]
    laid = MAPPER.write(a_flag(kind=FlagKind.WARNING_SIGN), chart, PLACED)
    assert categories(chart) == ["safety", "theirs", "clinical"]
    assert categories(laid) == ["theirs", "clinical", "behavioral"]


def test_codings_that_others_added_to_a_flag_stay_while_it_means_the_same():
    chart = written()
    chart["code"]["coding"] += NOTHING_OF_OURS["coding"]
    assert MAPPER.write(FULL, chart, PLACED)["code"] == chart["code"]
    other = MAPPER.write(a_flag(text="Other words"), chart, PLACED)["code"]
    assert other == written(a_flag(text="Other words"))["code"]


def test_what_the_plan_does_not_know_is_reported_and_changes_nothing():
    chart = {**written(), "code": {**NOTHING_OF_OURS, "text": FULL.text}, "author": ELSEWHERE}
    assert leaves(MAPPER, FULL, chart) == ("Flag.code", "Flag.author")


def test_a_flag_that_ends_without_a_day_changes_nothing():
    chart = {**written(a_flag()), "status": "inactive"}
    assert leaves(MAPPER, a_flag(), chart) == ("Flag.",)
