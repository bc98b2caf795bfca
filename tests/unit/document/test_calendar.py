"""Calendars: wall-clock times with their zones, cancelled ones as cancelled, and no word of the treatment."""

from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar

from service.document.calendar import Entry, calendar_text
from service.domain.appointment import AppointmentStatus
from tests.builders import an_appointment

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(*appointments: Any, revision: int = 3) -> Any:
    entries = [Entry(appointment=one, revision=revision, recorded_at=AT) for one in appointments]
    return Calendar.from_ical(calendar_text(entries, name="Appointments"))


def test_an_entry_stands_at_the_wall_clock_of_its_zone():
    """A week apart over a change of the clocks, both at ten."""
    before, after = (
        an_appointment(
            id=name,
            start=datetime.fromisoformat(f"{day}T10:00:00{offset}"),
            end=datetime.fromisoformat(f"{day}T10:50:00{offset}"),
        )
        for name, day, offset in (("a", "2026-03-24", "+01:00"), ("b", "2026-03-31", "+02:00"))
    )
    calendar = read(before, after)
    events = calendar.walk("VEVENT")
    assert [one.decoded("dtstart").hour for one in events] == [10, 10]
    assert {one["dtstart"].params["TZID"] for one in events} == {"Europe/Berlin"}
    assert [one["tzid"] for one in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (AppointmentStatus.BOOKED, "CONFIRMED"),
        (AppointmentStatus.FULFILLED, "CONFIRMED"),
        (AppointmentStatus.PROPOSED, "TENTATIVE"),
        (AppointmentStatus.CANCELLED, "CANCELLED"),
        (AppointmentStatus.NOSHOW, "CANCELLED"),
        (AppointmentStatus.ENTERED_IN_ERROR, "CANCELLED"),
    ],
)
def test_a_cancelled_appointment_is_cancelled_and_not_gone(status, expected):
    (event,) = read(an_appointment(status=status)).walk("VEVENT")
    assert event["status"] == expected
    assert event["sequence"] == 3


def test_nothing_tells_what_the_appointment_is_about():
    one = an_appointment(comment="About the relapse", cancellation_reason=None)
    text = calendar_text([Entry(appointment=one, revision=1, recorded_at=AT)], name="Appointments")
    (event,) = read(one).walk("VEVENT")
    assert (event["summary"], event["class"]) == ("Appointment", "PRIVATE")
    for word in ("relapse", one.kind.value, "LOCATION", "ATTENDEE", "DESCRIPTION"):
        assert word not in text


def test_what_has_no_time_is_no_entry_and_the_order_changes_nothing():
    untimed = an_appointment(id="u", status=AppointmentStatus.PROPOSED, start=None, end=None)
    one, two = an_appointment(id="1"), an_appointment(id="2")
    assert read(untimed).walk("VEVENT") == []
    entries = [Entry(appointment=a, revision=1, recorded_at=AT) for a in (one, two, untimed)]
    assert calendar_text(entries, name="x") == calendar_text(entries[::-1], name="x")
