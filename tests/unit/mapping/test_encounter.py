from hypothesis import given

from service.domain.session import SessionStatus, Setting
from service.mapping import encounter as module
from tests.builders import NURSE, THERAPIST, a_session, uid
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
    pool,
    restores,
    restores_over,
    sent,
)

MAPPER = Mapper(lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, onto=onto), module.absorb)
SESSIONS = generated(meetings.a_session, uid("sessions-0"), pool("appointments"), pool("therapies"))
FULL = a_session(
    setting=Setting.VIRTUAL,
    status=SessionStatus.ENTERED_IN_ERROR,
    appointment=uid("appointments-0"),
    therapy=uid("therapies-0"),
    attended_by=(THERAPIST.id, NURSE.id),
)


@given(SESSIONS, SESSIONS)
def test_a_session_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(SESSIONS, SESSIONS)
def test_a_session_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(SESSIONS)
def test_a_session_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_rooms_roles_types_and_links_of_others_stay():
    theirs = sent(MAPPER.write(FULL, None, PLACED))
    theirs["class"]["userSelected"] = True
    theirs["type"].append(NOTHING_OF_OURS)
    theirs["participant"][0]["type"] = [NOTHING_OF_OURS]
    theirs["participant"].append({"individual": ELSEWHERE})
    theirs["appointment"].append({"reference": "Appointment/theirs"})
    theirs["basedOn"].append({"reference": "ServiceRequest/theirs"})
    theirs["period"]["start"] = "2024-03-11T12:00:00.500Z"
    theirs["location"] = [{"location": {"reference": "Location/1"}}]
    assert MAPPER.write(FULL, theirs, PLACED) == theirs
    assert MAPPER.absorb(None, theirs, PLACED).value == FULL


def test_a_session_without_a_therapy_leaves_the_type_that_the_chart_gives():
    theirs = sent(MAPPER.write(FULL, None, PLACED))
    laid = MAPPER.write(a_session(therapy=None), theirs, PLACED)
    assert laid["type"] == theirs["type"]
    assert "basedOn" not in laid


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = sent(MAPPER.write(FULL, None, PLACED))
    resource["status"] = "planned"
    resource["class"]["code"] = "IMP"
    resource["period"] = {"start": "2024-03-11", "end": "late"}
    resource["appointment"].append(PLACED.to("Appointment", uid("appointments-1")))
    assert leaves(MAPPER, FULL, resource) == (
        "Encounter.period.start",
        "Encounter.period.end",
        "Encounter.class",
        "Encounter.status",
        "Encounter.appointment",
    )


def test_an_unreadable_link_to_a_therapy_changes_nothing():
    resource = {**sent(MAPPER.write(FULL, None, PLACED)), "basedOn": ["ServiceRequest/1"]}
    assert leaves(MAPPER, FULL, resource) == ("Encounter.basedOn[0]",)
