"""Samples of whom an alert reaches."""

from typing import Any

from service.domain.safety import Channel, ReachableHours, SafetyContact, SafetyContacts, Weekday
from tests.builders.people import PSYCHIATRIST, THERAPIST, made

OFFICE_DAYS = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)


def reachable_hours(**changes: Any) -> ReachableHours:
    return made(ReachableHours, changes, days=OFFICE_DAYS, opens="08:00", closes="18:00")


def safety_contacts(**changes: Any) -> SafetyContacts:
    return made(
        SafetyContacts,
        changes,
        recipient=SafetyContact(person=PSYCHIATRIST.id, email="recipient@clinic.example"),
        backup=SafetyContact(person=THERAPIST.id, email="backup@clinic.example"),
        zone="Europe/Berlin",
        hours=(reachable_hours(),),
        channels=(Channel.EMAIL, Channel.WEBHOOK),
    )
