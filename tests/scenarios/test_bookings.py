"""A booking comes as a new appointment: it is proposed, and linked only when a person confirms it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.application.halting import accept_server
from service.application.inbox import Decide, decide_item
from service.domain.appointment import AppointmentKind, AppointmentStatus
from service.domain.concept import Period
from service.mapping.references import Key
from service.mapping.terminology.records import APPOINTMENT_KIND
from service.ports.storage import LinkState
from service.sync.bookings import start_of
from service.sync.reconciliation import Cause
from service.sync.report import Done
from service.sync.words import shown_words
from tests.builders import THERAPIST, a_plan, an_appointment, uid
from tests.scenarios.clinic import Clinic, of
from tests.scenarios.foreign import PATIENT, a_booking, answer, causes, chart_of, quiet, waiting

OURS = Key("Appointment", uid("appointments-0"))
SPRING = datetime(2026, 3, 29, 10, tzinfo=UTC)  # the day on which clocks go forward in Berlin
WANTED = Period(start=date(2026, 3, 25), end=date(2026, 4, 2))


def asked_for(**changes: Any) -> Any:
    fields = {
        "status": AppointmentStatus.PROPOSED,
        "start": None,
        "end": None,
        "requested": WANTED,
        **changes,
    }
    return an_appointment(**fields)


def proposed(**changes: Any) -> Clinic:
    clinic = Clinic(a_plan(appointments=(asked_for(**changes),)))
    clinic.sync()
    return clinic


def of_kind(kind: AppointmentKind) -> dict[str, Any]:
    return {"serviceType": [APPOINTMENT_KIND.concept(kind)]}


def with_therapist(clinic: Clinic) -> dict[str, Any]:
    people = (PATIENT, Key("Practitioner", THERAPIST.id))
    return {
        "participant": [
            {"actor": {"reference": clinic.address(one)}, "status": "accepted"}
            if one == PATIENT
            else {"actor": {"reference": f"Practitioner/{clinic.of(one)['id']}"}, "status": "accepted"}
            for one in people
        ]
    }


SESSION = of_kind(AppointmentKind.THERAPY_SESSION)


def booked_and_confirmed() -> tuple[Clinic, str]:
    """A clinic in which a person confirmed that the chart's booking is the one that was asked for."""
    clinic = proposed()
    theirs = a_booking(clinic, SPRING, **SESSION)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    return clinic, theirs


def test_a_booking_is_shown_beside_ours_and_nothing_is_linked() -> None:
    clinic = proposed()
    theirs = a_booking(clinic, SPRING, **SESSION)
    clinic.sync()
    item = waiting(clinic, Cause.BOOKED_THERE)
    assert (item.resource_type, item.item_id, item.groups) == ("Appointment", OURS.item, (theirs,))
    (words,) = shown_words(item.content, item.groups)
    assert "status: proposed" in words.ours
    assert "status: booked" in words.theirs
    assert [one.status for one in clinic.head().appointments] == [AppointmentStatus.PROPOSED]
    assert clinic.of(OURS)["status"] == "proposed"
    quiet(clinic)


def test_confirmed_the_plan_has_the_booking_and_our_proposal_is_cancelled_in_one_pass() -> None:
    clinic = proposed()
    theirs = a_booking(clinic, SPRING, **SESSION)
    before = chart_of(clinic, theirs)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    ended, booked = clinic.head().appointments
    assert (ended.id, ended.status) == (OURS.item, AppointmentStatus.CANCELLED)
    assert (booked.status, booked.kind, booked.zone) == (
        AppointmentStatus.BOOKED,
        AppointmentKind.THERAPY_SESSION,
        "Europe/Berlin",
    )
    assert clinic.of(OURS)["status"] == "cancelled"
    entry = clinic.entry(Key("Appointment", booked.id))
    assert entry is not None
    assert (entry.state, f"Appointment/{entry.remote_id}") == (LinkState.PULL_ONLY, theirs)
    assert chart_of(clinic, theirs) == before, "theirs is never written"
    assert clinic.inbox == ()
    quiet(clinic)


@pytest.mark.parametrize("hour", [-3, 0, 3])
def test_a_booked_instant_never_moves_because_of_daylight_saving(hour: int) -> None:
    clinic = proposed()
    start = datetime(2026, 3, 29, 1, tzinfo=UTC) + timedelta(hours=hour)
    a_booking(clinic, start, **SESSION)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    clinic.sync()
    booked = clinic.head().appointments[-1]
    assert booked.start == start
    assert clinic.sync().writes == 0
    assert clinic.head().appointments[-1].start == start


def test_what_the_scheduler_changes_later_comes_into_the_plan() -> None:
    clinic, theirs = booked_and_confirmed()
    moved = SPRING + timedelta(hours=3)
    clinic.edit(theirs, start=moved.isoformat(), end=(moved + timedelta(minutes=50)).isoformat())
    report = clinic.sync()
    assert clinic.head().appointments[-1].start == moved
    assert report.writes == 0
    clinic.edit(theirs, status="cancelled")
    clinic.sync()
    assert clinic.head().appointments[-1].status is AppointmentStatus.CANCELLED
    quiet(clinic)


def test_declined_it_is_never_asked_again_for_that_pair() -> None:
    clinic = proposed()
    theirs = a_booking(clinic, SPRING, **SESSION)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "decline")
    clinic.edit(theirs, comment="Bring the diary")
    clinic.sync()
    assert Cause.BOOKED_THERE not in causes(clinic)
    assert [one.status for one in clinic.head().appointments] == [AppointmentStatus.PROPOSED]
    other = a_booking(clinic, SPRING + timedelta(hours=1), **SESSION)
    clinic.sync()
    assert waiting(clinic, Cause.BOOKED_THERE).groups == (other,)


def test_a_confirmation_of_something_else_is_asked_again() -> None:
    clinic = proposed()
    theirs = a_booking(clinic, SPRING, **SESSION)
    clinic.sync()
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    moved = SPRING + timedelta(days=1)
    clinic.edit(theirs, start=moved.isoformat(), end=(moved + timedelta(hours=1)).isoformat())
    clinic.sync()
    assert waiting(clinic, Cause.BOOKED_THERE).choices == {}
    assert [one.status for one in clinic.head().appointments] == [AppointmentStatus.PROPOSED]


def test_one_booking_stands_for_one_appointment() -> None:
    second = asked_for(id=uid("appointments-1"))
    clinic = Clinic(a_plan(appointments=(asked_for(), second)))
    clinic.sync()
    a_booking(clinic, SPRING, **SESSION)
    clinic.sync()
    items = [one for one in clinic.inbox if one.cause == Cause.BOOKED_THERE]
    assert {one.item_id for one in items} == {OURS.item, second.id}
    answer_one(clinic, OURS.item)
    clinic.sync()
    assert causes(clinic) == set()
    assert len(clinic.head().appointments) == 3


def answer_one(clinic: Clinic, item_id: str) -> None:
    (item,) = [one for one in clinic.inbox if one.item_id == item_id]
    choices = dict.fromkeys(item.groups, "confirm")
    decide_item(Decide(item_id=item.id, digest=item.digest, author="x", choices=choices), ports=clinic.plans)


MEANT = {
    "the last day asked for": {"start": datetime(2026, 4, 2, 15, tzinfo=UTC)},
    "within the days that it may miss": {"start": datetime(2026, 4, 5, 8, tzinfo=UTC)},
    "arrived": {"status": "arrived"},
}
NOT_MEANT = {
    "too late": {"start": datetime(2026, 4, 7, 8, tzinfo=UTC)},
    "too early": {"start": datetime(2026, 3, 20, 8, tzinfo=UTC)},
    "another kind": of_kind(AppointmentKind.TEAM_MEETING),
    "no kind, and no clinician in common": {"serviceType": None},
    "cancelled": {"status": "cancelled"},
}


def asked(clinic: Clinic, elements: dict[str, Any]) -> bool:
    given = {"start": SPRING, **SESSION, **elements}
    a_booking(clinic, given.pop("start"), **given)
    clinic.sync()
    return Cause.BOOKED_THERE in causes(clinic)


@pytest.mark.parametrize("elements", MEANT.values(), ids=MEANT)
def test_what_may_be_the_booking_is_asked_about(elements: dict[str, Any]) -> None:
    assert asked(proposed(), elements)


@pytest.mark.parametrize("elements", NOT_MEANT.values(), ids=NOT_MEANT)
def test_what_cannot_be_the_booking_is_not(elements: dict[str, Any]) -> None:
    assert not asked(proposed(), elements)


def test_where_the_charts_kind_says_nothing_to_us_a_clinician_in_common_does() -> None:
    clinic = proposed()
    assert asked(clinic, {"serviceType": None, **with_therapist(clinic)})


def test_a_pending_time_is_met_by_one_near_it() -> None:
    pending = {
        "status": AppointmentStatus.PENDING,
        "requested": None,
        "start": SPRING,
        "end": SPRING + timedelta(hours=1),
    }
    assert asked(proposed(**pending), {"start": SPRING + timedelta(days=2)})
    assert not asked(proposed(**pending), {"start": SPRING + timedelta(days=4)})


def test_a_proposal_without_any_time_is_met_by_none() -> None:
    assert not asked(proposed(requested=None), {})


def test_open_ended_wishes_are_met_from_their_day_on() -> None:
    assert asked(proposed(requested=Period(start=date(2026, 3, 25), end=None)), {})
    assert asked(proposed(requested=Period(start=None, end=date(2026, 4, 1))), {})


def test_our_own_appointment_that_is_booked_there_needs_no_question() -> None:
    clinic = proposed()
    end = (SPRING + timedelta(hours=1)).isoformat()
    clinic.edit(clinic.address(OURS), status="booked", start=SPRING.isoformat(), end=end)
    clinic.sync()
    assert causes(clinic) == set()
    assert clinic.head().appointments[0].status is AppointmentStatus.BOOKED


def test_what_both_sides_moved_alike_is_agreed() -> None:
    clinic, theirs = booked_and_confirmed()
    booked = clinic.head().appointments[-1]
    assert booked.start is not None
    start, end = SPRING + timedelta(hours=3), SPRING + timedelta(hours=3, minutes=50)
    clinic.change(appointments=(*clinic.head().appointments[:-1], replace(booked, start=start, end=end)))
    clinic.edit(theirs, start=start.isoformat(), end=end.isoformat())
    clinic.sync()
    assert causes(clinic) == set()
    assert clinic.head().appointments[-1].start == start
    quiet(clinic)


def test_what_both_sides_moved_waits_and_what_was_moved_here_alone_is_left_to_people() -> None:
    clinic, theirs = booked_and_confirmed()
    booked = clinic.head().appointments[-1]
    key = Key("Appointment", booked.id)
    here = replace(booked, comment="Room 4")
    clinic.change(appointments=(*clinic.head().appointments[:-1], here))
    report = clinic.sync()
    assert of(report, key).done is Done.MANUAL_ENTRY
    clinic.edit(theirs, status="cancelled")
    clinic.sync()
    assert waiting(clinic, Cause.HALTED_THERE).reference == theirs
    assert clinic.head().appointments[-1].status is AppointmentStatus.BOOKED
    answer(clinic, Cause.HALTED_THERE, "theirs")
    clinic.sync()
    assert clinic.head().appointments[-1].status is AppointmentStatus.CANCELLED


def test_a_booking_that_vanished_is_told_and_linked_again_when_it_is_back() -> None:
    clinic, theirs = booked_and_confirmed()
    key = Key("Appointment", clinic.head().appointments[-1].id)
    before = chart_of(clinic, theirs)
    clinic.edit(clinic.address(Key("CarePlan", uid("plan"))), activity=None)
    assert clinic.ask("DELETE", theirs).status == 200
    clinic.sync()
    assert waiting(clinic, Cause.VANISHED).reference == theirs
    clinic.sync()
    assert theirs not in {f"Appointment/{one['id']}" for one in clinic.all("Appointment")}
    entry = clinic.entry(key)
    assert entry is not None
    assert entry.state is LinkState.DETACHED
    assert clinic.ask(
        "PUT", theirs, {name: one for name, one in before.items() if name != "meta"}
    ).status in {200, 201}
    clinic.sync()
    entry = clinic.entry(key)
    assert entry is not None
    assert entry.state is LinkState.PULL_ONLY


def test_a_proposal_that_never_got_into_the_chart_is_not_made_there_to_be_cancelled() -> None:
    read_only = {"types": {"Appointment": {"interactions": ["read", "search-type"]}}}
    clinic = Clinic(a_plan(appointments=(asked_for(),)))
    clinic.sync(override=read_only)
    theirs = a_booking(clinic, SPRING, **SESSION)
    clinic.sync(override=read_only)
    answer(clinic, Cause.BOOKED_THERE, "confirm")
    report = clinic.sync()
    assert of(report, OURS).done is Done.WITHHELD
    assert [f"Appointment/{one['id']}" for one in clinic.all("Appointment")] == [theirs]
    quiet(clinic)


def test_a_booking_that_is_closed_to_us_is_neither_read_nor_written() -> None:
    clinic, theirs = booked_and_confirmed()
    before = clinic.head()
    clinic.edit(theirs, status="cancelled", modifierExtension=[{"url": "urn:x", "valueBoolean": True}])
    clinic.sync()
    assert waiting(clinic, Cause.NOT_UNDERSTOOD).reference == theirs
    assert clinic.head() == before


def test_a_booking_behind_which_the_server_went_back_waits() -> None:
    clinic, theirs = booked_and_confirmed()
    accept_server("default", ports=clinic.plans)
    clinic.edit(theirs, status="cancelled")
    clinic.sync()
    assert waiting(clinic, Cause.RESTORED).reference == theirs
    assert clinic.head().appointments[-1].status is AppointmentStatus.BOOKED
    answer(clinic, Cause.RESTORED, "theirs")
    clinic.sync()
    assert clinic.head().appointments[-1].status is AppointmentStatus.CANCELLED
    quiet(clinic)


@pytest.mark.parametrize("start", ["2026-03-29", "soon", None])
def test_a_start_that_is_no_instant_is_none(start: str | None) -> None:
    assert start_of({"start": start}) is None
