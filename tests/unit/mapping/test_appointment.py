from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from service.domain.appointment import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Participant,
    Participation,
)
from service.domain.concept import Period
from service.fhir.json import JsonObject
from service.mapping import appointment as module
from service.mapping.extensions import IANA_ZONE
from tests.builders import THERAPIST, an_appointment, day, moment, uid
from tests.strategies import meetings
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

MAPPER = Mapper(
    lambda x, onto, refs: module.to_fhir(x, PATIENT, refs, plan_id=PLAN, onto=onto),
    module.absorb,
)
APPOINTMENTS = generated(meetings.an_appointment, uid("appointments-0"), pool("therapies"))
FULL = an_appointment(
    status=AppointmentStatus.CANCELLED,
    cancellation_reason="The therapist is ill",
    requested=Period(start=day(28), end=day(42)),
    therapy=uid("therapies-0"),
    comment="Room 4",
)


def written(value: Appointment = FULL) -> JsonObject:
    return sent(MAPPER.write(value, None, PLACED))


@given(APPOINTMENTS, APPOINTMENTS)
def test_an_appointment_comes_back_as_it_was_whatever_was_held(value, held):
    restores(MAPPER, value, held)


@given(APPOINTMENTS, APPOINTMENTS)
def test_an_appointment_laid_over_another_comes_back_and_theirs_stays(value, before):
    restores_over(MAPPER, value, before)


@given(APPOINTMENTS)
def test_an_appointment_is_valid_r4(value):
    is_sound(MAPPER, value)


def test_times_stand_at_the_wall_clock_of_the_zone():
    resource = written(an_appointment(start=datetime(2024, 12, 4, 8, tzinfo=UTC), end=moment(400)))
    zone = [{"url": IANA_ZONE.url, "valueString": "Europe/Berlin"}]
    assert resource["start"] == "2024-12-04T09:00:00+01:00"
    assert resource["_start"] == resource["_end"] == {"extension": zone}
    assert "extension" not in resource


def test_without_times_the_zone_stands_on_the_appointment():
    resource = written(an_appointment(status=AppointmentStatus.PROPOSED, start=None, end=None))
    assert IANA_ZONE.within(resource["extension"]) == "Europe/Berlin"
    assert not {"start", "_start", "end", "_end"} & set(resource)


def test_a_chart_that_knows_no_zone_moves_the_appointment_in_the_zone_that_is_held():
    resource = written()
    del resource["_start"], resource["_end"]
    resource |= {"start": "2024-04-05T08:00:00Z", "end": "2024-04-05T08:50:00Z"}
    made = MAPPER.absorb(FULL, resource, PLACED)
    assert made.issues == ()
    assert made.value is not None
    assert made.value.start.isoformat() == "2024-04-05T10:00:00+02:00"
    assert MAPPER.absorb(None, resource, PLACED).value is None


def test_one_zone_at_the_end_is_enough_and_two_zones_are_reported():
    resource = written()
    del resource["_start"]
    assert MAPPER.absorb(None, resource, PLACED).value == FULL
    resource["_start"] = {"extension": IANA_ZONE.holding("Asia/Kolkata")}
    assert leaves(MAPPER, FULL, resource) == ("Appointment.end.extension",)


def test_a_zone_that_does_not_exist_changes_nothing():
    resource = written()
    resource["_start"] = resource["_end"] = {"extension": IANA_ZONE.holding("Mars/Base")}
    assert leaves(MAPPER, FULL, resource) == ("Appointment.",)


@pytest.mark.parametrize("status", [AppointmentStatus.NOSHOW, AppointmentStatus.BOOKED])
def test_a_reason_is_sent_with_a_cancelled_appointment_only(status):
    theirs = written()
    theirs["cancelationReason"]["coding"] = NOTHING_OF_OURS["coding"]
    laid = MAPPER.write(an_appointment(status=status), theirs, PLACED)
    assert "cancelationReason" not in laid


def test_the_codes_of_a_reason_stay_beside_our_words():
    theirs = written()
    theirs["cancelationReason"] = {**NOTHING_OF_OURS, "text": "ill"}
    laid = MAPPER.write(FULL, theirs, PLACED)
    assert laid["cancelationReason"] == {**NOTHING_OF_OURS, "text": "The therapist is ill"}


def test_a_moved_time_loses_what_others_said_about_the_old_one():
    theirs, note = written(), {"url": "http://example.com/estimated", "valueBoolean": True}
    theirs["_start"]["extension"].append(note)
    assert note in MAPPER.write(FULL, theirs, PLACED)["_start"]["extension"]
    moved = an_appointment(start=FULL.start + timedelta(minutes=5))
    assert note not in MAPPER.write(moved, theirs, PLACED)["_start"]["extension"]


def test_the_same_instant_at_another_offset_is_left_as_the_chart_has_it():
    theirs = {**written(), "start": "2024-04-03T12:00:00.000Z"}
    assert MAPPER.write(FULL, theirs, PLACED)["start"] == "2024-04-03T12:00:00.000Z"


def test_rooms_types_and_links_of_others_stay():
    room = {"actor": {"reference": "Location/1"}, "status": "accepted"}
    theirs = written()
    theirs["participant"][0] |= {"type": [NOTHING_OF_OURS], "required": "information-only"}
    theirs["participant"].append(room)
    theirs["serviceType"].append(NOTHING_OF_OURS)
    theirs["basedOn"].append({"reference": "ServiceRequest/theirs"})
    theirs["minutesDuration"] = 50
    optional = Participant(required=False, status=Participation.DECLINED)
    laid = MAPPER.write(an_appointment(participants=(optional,)), theirs, PLACED)
    assert laid["participant"][0]["type"] == [NOTHING_OF_OURS]
    assert laid["participant"][0]["required"] == "information-only"
    assert laid["participant"][1:] == [room]
    assert laid["serviceType"][1:] == [NOTHING_OF_OURS]
    assert laid["basedOn"] == [{"reference": "ServiceRequest/theirs"}]
    assert laid["minutesDuration"] == 50
    assert MAPPER.absorb(None, laid, PLACED).value.participants == (optional,)


def test_what_the_plan_cannot_hold_is_reported_by_path_and_changes_nothing():
    resource = written()
    own = resource["serviceType"][0]["coding"][0]["system"]
    resource["status"] = "entered-by-mistake"
    resource["serviceType"] = [{"coding": [{"system": own, "code": "walk"}]}]
    resource["start"] = "2024-04-03"
    resource["requestedPeriod"].append({"start": "2024-05-01"})
    resource["participant"][1]["status"] = "unsure"
    resource["cancelationReason"] = NOTHING_OF_OURS
    assert leaves(MAPPER, FULL, resource) == (
        "Appointment.serviceType[0]",
        "Appointment.status",
        "Appointment.start",
        "Appointment.requestedPeriod[1]",
        "Appointment.participant[1].status",
        "Appointment.cancelationReason",
    )


def test_two_therapies_or_two_kinds_are_more_than_the_plan_holds():
    resource = written()
    resource["basedOn"].append(PLACED.to("ServiceRequest", uid("therapies-1")))
    resource["serviceType"].append(
        written(an_appointment(kind=AppointmentKind.TEAM_MEETING))["serviceType"][0]
    )
    assert leaves(MAPPER, FULL, resource) == ("Appointment.serviceType", "Appointment.basedOn")


def test_an_appointment_of_strangers_has_no_participant_of_the_plan():
    resource = {**written(), "participant": [{"actor": {"reference": "Location/1"}, "status": "accepted"}]}
    assert leaves(MAPPER, FULL, resource) == ("Appointment.",)


def test_a_participant_is_required_unless_the_chart_says_otherwise():
    resource = written()
    for one in resource["participant"]:
        del one["required"]
    made = MAPPER.absorb(None, resource, PLACED).value
    assert [(one.person, one.required) for one in made.participants] == [(None, True), (THERAPIST.id, True)]
