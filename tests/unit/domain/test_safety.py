"""Whom alerts reach: contacts that make sense, hours at the clinic's wall clock, and when they are needed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.domain.activation import check_contacts
from service.domain.safety import Channel, SafetyContact, Weekday, reachable
from service.domain.therapy import RequestStatus
from tests.builders import PSYCHIATRIST, THERAPIST, a_plan, reachable_hours, safety_contacts
from tests.refusals import refusals

NAMELESS = SafetyContact(person=THERAPIST.id)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"backup": SafetyContact(person=PSYCHIATRIST.id, email="x@y.example")}, "backup.person", "somebody"),
        ({"zone": "Berlin"}, "zone", "IANA"),
        ({"hours": ()}, "hours", "hours"),
        ({"channels": ()}, "channels", "at least one"),
        ({"channels": (Channel.WEBHOOK, Channel.WEBHOOK)}, "channels[1]", "twice"),
        ({"backup": NAMELESS}, "backup.email", "e-mail is a channel"),
    ],
)
def test_contacts_that_would_reach_nobody_are_refused(changes, field, reason):
    assert reason in refusals(lambda: safety_contacts(**changes))[field]


def test_without_the_channel_nobody_needs_an_address():
    assert safety_contacts(backup=NAMELESS, channels=(Channel.WEBHOOK,)).backup.email is None


@pytest.mark.parametrize(
    "email",
    ["a", "a@", "@b.example", "a b@c.example", "a@b.example, c@d.example", "a@b.example\r\nBcc: c", "a@-b"],
)
def test_an_address_is_one_address(email):
    found = refusals(lambda: SafetyContact(person=THERAPIST.id, email=email))
    assert "one e-mail address" in found["email"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": ()}, "days"),
        ({"days": (Weekday.MON, Weekday.MON)}, "days[1]"),
        ({"opens": "8:00"}, "opens"),
        ({"closes": "24:30"}, "closes"),
        ({"opens": "18:00", "closes": "08:00"}, "closes"),
        ({"opens": "08:00", "closes": "08:00"}, "closes"),
    ],
)
def test_hours_that_make_no_sense_are_refused(changes, field):
    assert field in refusals(lambda: reachable_hours(**changes))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02T06:59:00+00:00", False),  # Monday 07:59 in Berlin
        ("2026-03-02T07:00:00+00:00", True),  # Monday 08:00
        ("2026-03-02T16:59:00+00:00", True),
        ("2026-03-02T17:00:00+00:00", False),  # Monday 18:00
        ("2026-03-30T06:00:00+00:00", True),  # Monday 08:00, the first after the clocks went forward
        ("2026-03-07T09:00:00+00:00", False),  # Saturday
        ("2026-03-01T23:30:00+00:00", False),  # Monday 00:30
    ],
)
def test_the_recipient_is_reachable_in_the_hours_of_the_clinics_wall_clock(moment, expected):
    assert reachable(safety_contacts(), datetime.fromisoformat(moment)) is expected


def test_a_day_may_end_at_midnight():
    all_day = safety_contacts(hours=(reachable_hours(days=tuple(Weekday), opens="00:00", closes="24:00"),))
    assert reachable(all_day, datetime(2026, 3, 7, 23, 59, 59, tzinfo=UTC))


ACTIVE = a_plan()
BARE = a_plan(safety=None)
DRAFT = a_plan(status=RequestStatus.DRAFT, safety=None)
PAUSED = a_plan(status=RequestStatus.ON_HOLD, safety=None)


@pytest.mark.parametrize("before", [None, DRAFT, PAUSED])
def test_no_plan_becomes_active_without_contacts(before):
    found = refusals(lambda: check_contacts(before, BARE))
    assert "before a plan becomes active" in found["safety"]
    check_contacts(before, ACTIVE)


def test_contacts_stay_while_the_plan_is_active():
    assert "while the plan is active" in refusals(lambda: check_contacts(ACTIVE, BARE))["safety"]
    check_contacts(ACTIVE, PAUSED)


def test_a_plan_that_is_active_without_contacts_can_still_be_changed():
    check_contacts(BARE, replace(BARE, title="A dose less"))
    check_contacts(None, DRAFT)
