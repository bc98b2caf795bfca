from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.therapy import RequestStatus
from service.fhir.json import JsonObject
from service.mapping import service_request_review as module
from service.mapping import service_request_therapy
from tests.builders import a_check_in, a_therapy, day, uid
from tests.strategies import meetings
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
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, onto=onto), module.absorb
)
CADENCES = generated(meetings.a_check_in, uid("check_ins-0"))
FULL = a_check_in(weeks_min=5, weeks_max=7)


def written(**repeat) -> JsonObject:
    resource = sent(MAPPER.write(FULL, None, PLACED))
    resource["occurrenceTiming"]["repeat"] |= repeat
    return resource


@given(CADENCES, CADENCES)
def test_a_cadence_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(CADENCES, CADENCES)
def test_a_cadence_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(CADENCES)
def test_a_cadence_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_what_others_added_to_a_cadence_stays():
    theirs = written(dayOfWeek=["tue"])
    theirs["occurrenceTiming"]["event"] = ["2024-04-08T10:00:00Z", "2024-05-06"]
    theirs["performer"].append(ELSEWHERE)
    theirs["category"] = [NOTHING_OF_OURS]
    theirs["basedOn"].append({"reference": "CarePlan/theirs"})
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_a_cadence_takes_the_place_of_a_time_of_another_type():
    theirs = {**written(), "occurrencePeriod": {"start": "2024-03-04"}}
    del theirs["occurrenceTiming"]
    assert MAPPER.write(FULL, theirs, PLACED) == MAPPER.write(FULL, None, PLACED)
    assert leaves(MAPPER, FULL, theirs) == ("ServiceRequest.occurrencePeriod",)


def test_a_cadence_without_a_longest_time_is_a_fixed_one():
    resource = written()
    del resource["occurrenceTiming"]["repeat"]["periodMax"], resource["occurrenceTiming"]["event"]
    made = MAPPER.absorb(FULL, resource, PLACED).value
    assert (made.weeks_min, made.weeks_max, made.next_due) == (5, 5, None)


def test_nothing_says_how_often_when_there_is_no_timing():
    resource = written()
    del resource["occurrenceTiming"]
    assert leaves(MAPPER, FULL, resource) == ("ServiceRequest.occurrenceTiming",)


@pytest.mark.parametrize(
    "repeat",
    [{"periodUnit": "mo"}, {"frequency": 2}, {"frequencyMax": 2}, {"period": 4.5}, {"periodMax": "6"}],
)
def test_what_is_not_once_in_some_weeks_changes_nothing(repeat):
    assert leaves(MAPPER, FULL, written(**repeat)) == ("ServiceRequest.occurrenceTiming.repeat",)


def test_a_rhythm_without_a_repeat_changes_nothing_but_the_next_day():
    resource = {**written(), "occurrenceTiming": {"event": [day(40).isoformat()]}}
    made = MAPPER.absorb(FULL, resource, PLACED)
    assert made.value == a_check_in(weeks_min=5, weeks_max=7, next_due=day(40))
    assert [issue.path for issue in made.issues] == ["ServiceRequest.occurrenceTiming.repeat"]


def test_check_ins_that_the_chart_ends_are_ended():
    ended = MAPPER.absorb(FULL, {**written(), "status": "revoked"}, PLACED)
    assert ended.value == replace(FULL, status=RequestStatus.REVOKED)


def test_a_status_that_plans_lack_is_reported():
    assert leaves(MAPPER, FULL, {**written(), "status": "unknown"}) == ("ServiceRequest.status",)


def test_a_cadence_is_told_from_a_therapy():
    resource = written()
    therapy = service_request_therapy.to_fhir(a_therapy(), PATIENT, PLACED, plan_id=PLAN)
    assert module.stands_for(resource)
    assert not service_request_therapy.stands_for(resource)
    assert not module.stands_for(therapy)
    assert not module.stands_for({**resource, "resourceType": "Observation"})


@pytest.mark.parametrize("repeat", [{"frequencyMax": 2}, {"period": 2, "dayOfWeek": ["mon"]}])
def test_a_rhythm_is_never_made_of_theirs_and_ours(repeat):
    assert MAPPER.write(FULL, written(**repeat), PLACED) == MAPPER.write(FULL, None, PLACED)
