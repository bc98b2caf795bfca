import pytest
from hypothesis import given

from service.domain.condition import Course, Severity, Verification
from service.fhir.validation import problems
from service.mapping import condition as module
from tests.builders import a_condition, day, uid
from tests.strategies import treatment
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
CONDITIONS = generated(treatment.a_condition, uid("conditions-0"))
FULL = a_condition(course=Course.REMISSION, abatement=day(120))


def written(value=FULL):
    return sent(MAPPER.write(value, None, PLACED))


@given(CONDITIONS, CONDITIONS)
def test_a_condition_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(CONDITIONS, CONDITIONS)
def test_a_condition_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(CONDITIONS)
def test_a_condition_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_a_condition_entered_in_error_says_no_course_and_no_end():
    mistaken = a_condition(verification=Verification.ENTERED_IN_ERROR, course=None)
    resource = written(mistaken)
    assert not {"clinicalStatus", "abatementDateTime"} & set(resource)
    assert problems(resource) == ()
    assert MAPPER.absorb(FULL, resource, PLACED).value == mistaken


@pytest.mark.parametrize("name", ["clinicalStatus", "verificationStatus", "severity"])
def test_an_unknown_code_is_reported_and_changes_nothing(name):
    assert leaves(MAPPER, FULL, {**written(), name: NOTHING_OF_OURS}) == (f"Condition.{name}",)


def test_a_severity_that_we_cannot_read_stays_while_we_say_none():
    chart = {**written(), "severity": NOTHING_OF_OURS}
    assert MAPPER.write(a_condition(severity=None), chart, PLACED)["severity"] == NOTHING_OF_OURS
    said = MAPPER.write(a_condition(severity=Severity.MILD), chart, PLACED)["severity"]
    assert said["coding"][0]["code"] == "255604002"
    assert "severity" not in MAPPER.write(a_condition(severity=None), written(), PLACED)


def test_codings_that_others_added_to_the_same_code_stay():
    chart = written()
    chart["code"]["coding"][0]["userSelected"] = True
    chart["code"]["coding"].append({"display": "a word without a code"})
    assert MAPPER.write(FULL, chart, PLACED)["code"] == chart["code"]
    assert MAPPER.write(FULL, {**chart, "code": {}}, PLACED)["code"] == written()["code"]


def test_a_code_that_says_nothing_is_reported_and_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "code": {"coding": []}}) == ("Condition.code",)


def test_the_category_of_the_chart_stays():
    chart = {**written(), "category": [NOTHING_OF_OURS]}
    assert MAPPER.write(FULL, chart, PLACED)["category"] == [NOTHING_OF_OURS]


def test_an_onset_and_an_end_that_are_no_days_stay_and_are_reported():
    chart = written()
    del chart["onsetDateTime"], chart["abatementDateTime"]
    chart |= {"onsetString": "as a student", "abatementAge": {"value": 36, "unit": "a"}}
    assert leaves(MAPPER, FULL, chart) == ("Condition.onsetString", "Condition.abatementAge")
    assert MAPPER.write(FULL, chart, PLACED) == chart


def test_an_end_that_is_no_day_goes_when_the_condition_is_active_again():
    chart = written()
    del chart["abatementDateTime"]
    chart["abatementString"] = "in spring"
    laid = MAPPER.write(a_condition(course=Course.RELAPSE), chart, PLACED)
    assert "abatementString" not in laid
    assert problems(laid) == ()


def test_a_day_that_the_chart_gives_to_the_second_stays_so():
    chart = {**written(), "onsetDateTime": f"{FULL.onset}T10:00:00Z"}
    assert MAPPER.write(FULL, chart, PLACED)["onsetDateTime"] == chart["onsetDateTime"]
    assert MAPPER.absorb(None, chart, PLACED).value == FULL


def test_a_day_that_is_no_day_is_reported_and_changes_nothing():
    assert leaves(MAPPER, FULL, {**written(), "onsetDateTime": "2023"}) == ("Condition.onsetDateTime",)
