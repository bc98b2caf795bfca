from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.concept import Period
from service.domain.therapy import Format, Modality, RequestStatus, Rhythm, RhythmUnit, SkillSet
from service.fhir.json import JsonObject
from service.mapping import service_request_therapy as module
from tests.builders import a_therapy, day, uid
from tests.strategies import treatment
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
COURSES = generated(treatment.a_therapy, uid("therapies-0"), pool("conditions"))
FULL = a_therapy(
    modality=Modality.DBT,
    skill_sets=(SkillSet.MINDFULNESS, SkillSet.EMOTION_REGULATION),
    format=Format.GROUP,
    rhythm=Rhythm(sessions=2, every=3, unit=RhythmUnit.MONTH),
    session_minutes=90,
    period=Period(start=day(0), end=day(112)),
    status=RequestStatus.ON_HOLD,
    reasons=pool("conditions")[:2],
)
OTHER = a_therapy(modality=Modality.OTHER, title="Sleep training")
DELETED = object()


def written(value=FULL, **repeat) -> JsonObject:
    resource = sent(MAPPER.write(value, None, PLACED))
    for name, content in repeat.items():
        resource["occurrenceTiming"]["repeat"][name] = content
        if content is DELETED:
            del resource["occurrenceTiming"]["repeat"][name]
    return resource


@given(COURSES, COURSES)
def test_a_course_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(COURSES, COURSES)
def test_a_course_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(COURSES)
def test_a_course_is_valid_r4(value):
    is_sound(MAPPER, value)


@pytest.mark.parametrize("value", [FULL, OTHER])
def test_what_others_added_to_a_course_stays(value):
    theirs = written(value, dayOfWeek=["tue"], timeOfDay=["10:00:00"])
    theirs["code"]["coding"].append(NOTHING_OF_OURS["coding"][0])
    theirs["category"].append(NOTHING_OF_OURS)
    theirs["orderDetail"].insert(0, NOTHING_OF_OURS)
    theirs["performer"].append(ELSEWHERE)
    theirs["reasonReference"] = [*theirs.get("reasonReference", []), {"reference": "Condition/theirs"}]
    theirs["basedOn"].append({"reference": "CarePlan/theirs"})
    theirs["authoredOn"] += "T08:00:00Z"
    theirs["priority"] = "urgent"
    assert MAPPER.write(value, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == value


def test_words_of_others_beside_a_known_therapy_stay_and_those_of_an_unknown_one_are_ours():
    theirs = written()
    theirs["code"]["text"] = "DBT as usual"
    assert MAPPER.write(FULL, theirs, PLACED)["code"]["text"] == "DBT as usual"
    renamed = a_therapy(modality=Modality.OTHER, title="Light therapy")
    assert MAPPER.write(renamed, written(OTHER), PLACED)["code"]["text"] == "Light therapy"


def test_a_course_takes_the_place_of_a_time_of_another_type():
    theirs = {**written(), "occurrenceDateTime": "2024-03-04"}
    del theirs["occurrenceTiming"]
    assert MAPPER.write(FULL, theirs, PLACED) == MAPPER.write(FULL, None, PLACED)


def test_hours_are_read_as_minutes():
    resource = written(duration=1.5, durationUnit="h")
    assert MAPPER.absorb(None, resource, PLACED).value == FULL


def test_a_course_without_bounds_is_open():
    made = MAPPER.absorb(FULL, written(boundsPeriod=DELETED, count=DELETED, frequency=DELETED), PLACED)
    assert made.value.period == Period()
    assert made.value.sessions_planned is None
    assert made.value.rhythm.sessions == 1


@pytest.mark.parametrize(
    ("repeat", "below"),
    [
        ({"periodMax": 4}, "repeat.periodMax"),
        ({"boundsPeriod": DELETED, "boundsDuration": {"value": 12}}, "repeat.boundsDuration"),
        ({"duration": 12.5}, "repeat"),
        ({"durationUnit": "d"}, "repeat.duration"),
        ({"periodUnit": "a"}, "repeat"),
        ({"period": DELETED}, "repeat"),
        ({"frequency": 40}, "repeat"),
        ({"count": "many"}, "repeat.count"),
    ],
)
def test_a_rhythm_that_the_plan_cannot_hold_changes_nothing(repeat, below):
    assert leaves(MAPPER, FULL, written(**repeat)) == (f"ServiceRequest.occurrenceTiming.{below}",)


@pytest.mark.parametrize(
    "timing", [{"code": {"text": "weekly"}}, {"repeat": {"period": 1}, "event": ["2024-03-04"]}]
)
def test_a_rhythm_in_another_form_changes_nothing(timing):
    resource = {**written(), "occurrenceTiming": timing}
    assert leaves(MAPPER, FULL, resource) == ("ServiceRequest.occurrenceTiming",)


def test_a_course_of_which_nobody_said_how_often_is_a_course():
    silent = replace(FULL, rhythm=None, session_minutes=None, sessions_planned=None, period=Period())
    resource = written()
    del resource["occurrenceTiming"]
    for held in (None, FULL):
        made = MAPPER.absorb(held, resource, PLACED)
        assert (made.value, made.issues) == (silent, ())
    assert "occurrenceTiming" not in written(
        replace(OTHER, rhythm=None, session_minutes=None, sessions_planned=None, period=Period())
    )


def test_a_course_may_have_a_length_without_a_rhythm_and_bounds_without_either():
    resource = written(frequency=DELETED, period=DELETED, periodUnit=DELETED)
    assert MAPPER.absorb(None, resource, PLACED).value == replace(FULL, rhythm=None)
    resource = written(
        frequency=DELETED, period=DELETED, periodUnit=DELETED, duration=DELETED, durationUnit=DELETED
    )
    assert MAPPER.absorb(FULL, resource, PLACED).value == replace(FULL, rhythm=None, session_minutes=None)


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = {**written(), "status": "unknown", "code": NOTHING_OF_OURS, "authoredOn": "2024"}
    own = written()["orderDetail"][0]["coding"][0]["system"]
    resource["orderDetail"] = [{"coding": [{"system": own, "code": "knitting"}]}]
    resource["orderDetail"] += [
        written(a_therapy(format=one))["orderDetail"][0] for one in (Format.FAMILY, Format.INDIVIDUAL)
    ]
    assert leaves(MAPPER, FULL, resource) == (
        "ServiceRequest.code",
        "ServiceRequest.orderDetail[0]",
        "ServiceRequest.orderDetail",
        "ServiceRequest.status",
        "ServiceRequest.authoredOn",
    )


def test_another_therapy_without_a_name_changes_nothing():
    resource = written(OTHER)
    del resource["code"]["text"]
    assert leaves(MAPPER, OTHER, resource) == ("ServiceRequest.",)


def test_a_course_is_told_from_other_requests():
    resource = written()
    assert module.stands_for(resource)
    assert not module.stands_for({**resource, "resourceType": "Goal"})
    assert not module.stands_for({**resource, "code": NOTHING_OF_OURS})


@pytest.mark.parametrize(
    "repeat",
    [
        {"periodMax": 4},
        {"frequencyMax": 3},
        {"durationMax": 90},
        {"boundsPeriod": DELETED, "boundsDuration": {"value": 12}},
        {"frequency": 5, "dayOfWeek": ["mon", "tue"]},
    ],
)
def test_a_rhythm_is_never_made_of_theirs_and_ours(repeat):
    assert MAPPER.write(FULL, written(**repeat), PLACED) == MAPPER.write(FULL, None, PLACED)
