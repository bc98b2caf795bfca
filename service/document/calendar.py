"""Appointments as an iCalendar (RFC 5545): times at the clinic's wall clock, and no word of the treatment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from service.domain.appointment import Appointment, AppointmentStatus

MEDIA = "text/calendar"
TITLE = "Appointment"
"""What every entry is called: a calendar is seen by whoever looks over a shoulder."""

_TENTATIVE = frozenset({AppointmentStatus.PROPOSED, AppointmentStatus.PENDING, AppointmentStatus.WAITLIST})
_OFF = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW, AppointmentStatus.ENTERED_IN_ERROR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An appointment with the revision of its plan, and when that was recorded: its SEQUENCE and stamp."""

    appointment: Appointment
    revision: int
    recorded_at: datetime


def calendar_text(entries: Iterable[Entry], *, name: str) -> str:
    """Return the calendar of the entries that have a time; the same entries give the same text."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Tandem//Appointments//EN")
    calendar.add("x-wr-calname", name)
    for entry in sorted(entries, key=lambda one: one.appointment.id):
        if entry.appointment.start is not None and entry.appointment.end is not None:
            calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    return str(calendar.to_ical().decode())


def _event(entry: Entry) -> Event:
    one, zone = entry.appointment, ZoneInfo(entry.appointment.zone)
    event = Event()
    event.add("uid", f"{one.id}@tandem")
    event.add("summary", TITLE)
    # With the zone and not with an offset: a program then moves it right over a change of the clocks.
    event.add("dtstart", _at(one.start, zone))
    event.add("dtend", _at(one.end, zone))
    event.add("dtstamp", entry.recorded_at.astimezone(UTC))
    event.add("sequence", entry.revision)
    event.add("status", _status(one.status))
    event.add("class", "PRIVATE")
    return event


def _at(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)


def _status(status: AppointmentStatus) -> str:
    if status in _OFF:
        return "CANCELLED"
    return "TENTATIVE" if status in _TENTATIVE else "CONFIRMED"
