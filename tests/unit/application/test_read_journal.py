"""A week of the journal as somebody may see it, from a day or up to today at the clinic's wall clock."""

from datetime import UTC, date, datetime

import pytest

from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.application.ports import PlanPorts
from service.application.read_journal import read_journal_week
from service.domain.values import Invalid, Problem
from service.ports.storage import Unknown
from tests.builders import DIRECTORY, PSYCHIATRIST, a_journal_entry, a_plan, an_appointment, day, moment, uid
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryStorage

SHARED = a_journal_entry(id="shared", written_at=moment(8), mood=6, shared=True)
KEPT = a_journal_entry(id="kept", written_at=moment(9), mood=1)


def ports_with(now=None, **changes):
    clock = StillClock() if now is None else StillClock(now)
    made = PlanPorts(storage=MemoryStorage(), clock=clock)
    for person in DIRECTORY.values():
        add_person(person, ports=made)
    create_plan(a_plan(**changes), author=PSYCHIATRIST.id, ports=made)
    return made


def read(ports, start=None, *, whole=False):
    return read_journal_week(uid("plan"), start=start, whole=whole, ports=ports)


def test_only_its_patient_counts_an_entry_that_is_not_shared() -> None:
    ports = ports_with(journal=(SHARED, KEPT))
    own, others = (read(ports, day(7), whole=whole) for whole in (True, False))
    assert (own.week.entries, own.week.mood.lowest, own.sight.withheld) == (2, 1, 0)
    assert (others.week.entries, others.week.mood.lowest, others.sight.withheld) == (1, 6, 1)
    assert others.week == read(ports_with(journal=(SHARED,)), day(7)).week


TODAYS = [
    ("Europe/Berlin", datetime(2026, 3, 2, 22, 59, tzinfo=UTC), date(2026, 3, 2)),
    ("Europe/Berlin", datetime(2026, 3, 2, 23, 1, tzinfo=UTC), date(2026, 3, 3)),
    ("America/New_York", datetime(2026, 3, 2, 3, tzinfo=UTC), date(2026, 3, 1)),
]


@pytest.mark.parametrize(("zone", "now", "today"), TODAYS)
def test_without_a_day_the_week_ends_today_at_the_clinics_wall_clock(zone, now, today) -> None:
    week = read(ports_with(now, appointments=(an_appointment(zone=zone),))).week
    assert week.end == today
    assert (week.end - week.start).days == 6


@pytest.mark.parametrize("year", [1, 1899, 3000, 9999])
def test_a_year_that_nobody_means_is_refused(year) -> None:
    with pytest.raises(Invalid) as refused:
        read(ports_with(), date(year, 12, 31))
    assert refused.value.problems == (Problem("from", "must lie in the years 1900 to 2999"),)


@pytest.mark.parametrize("start", [date(1900, 1, 1), date(2999, 12, 31)])
def test_the_first_and_the_last_day_that_are_meant_have_a_week(start) -> None:
    assert read(ports_with(), start).week.start == start


def test_a_plan_that_nobody_knows_has_no_week() -> None:
    with pytest.raises(Unknown):
        read_journal_week("nobody", start=None, whole=False, ports=ports_with())
