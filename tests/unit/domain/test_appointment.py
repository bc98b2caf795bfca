"""An appointment stands at the wall clock of its zone, through summer time and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import an_appointment
from tests.strategies.basics import MOMENT, ZONES

# In Berlin the hour from 2 to 3 comes twice on this night; it begins again at 01:00 UTC.
REPEATED_HOUR = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_times_are_shown_at_the_wall_clock_of_the_zone():
    start = datetime(2024, 7, 1, 12, tzinfo=UTC)
    held = an_appointment(zone="America/New_York", start=start, end=start + HOUR)
    assert held.start.isoformat() == "2024-07-01T08:00:00-04:00"
    assert held.end.isoformat() == "2024-07-01T09:00:00-04:00"


@given(MOMENT, st.sampled_from(ZONES))
def test_the_instant_stays_whatever_the_zone(start, zone):
    held = an_appointment(zone=zone, start=start, end=start + HOUR)
    assert (held.start, held.end) == (start, start + HOUR)


@given(MOMENT, st.sampled_from(ZONES))
def test_the_same_instant_written_at_another_offset_is_the_same_appointment(start, zone):
    held = an_appointment(zone=zone, start=start, end=start + HOUR)
    other = an_appointment(zone=zone, start=start.astimezone(UTC), end=(start + HOUR).astimezone(UTC))
    assert held == other
    assert held.start.isoformat() == other.start.isoformat()


def test_an_appointment_across_the_end_of_summer_time_can_be_changed():
    held = an_appointment(start=REPEATED_HOUR, end=REPEATED_HOUR + timedelta(minutes=45))
    assert replace(held, comment="Room 4").end == held.end


def test_a_move_by_the_repeated_hour_is_seen():
    early = an_appointment(start=REPEATED_HOUR, end=REPEATED_HOUR + HOUR)
    late = an_appointment(start=REPEATED_HOUR + HOUR, end=REPEATED_HOUR + 2 * HOUR)
    assert early.start != late.start


def test_an_offset_with_seconds_of_long_ago_is_cut_to_minutes():
    start = datetime(1920, 1, 1, 12, tzinfo=UTC)
    held = an_appointment(zone="Europe/Amsterdam", start=start, end=start + HOUR)
    assert held.start == start
    assert held.start.utcoffset() % timedelta(minutes=1) == timedelta()
