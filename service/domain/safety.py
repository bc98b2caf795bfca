"""Whom an alert of a plan reaches: a clinician, a backup, when they can be reached, and how."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.appointment import known_zone
from service.domain.references import PERSON
from service.domain.values import Problem, Value, unique

# One address and nothing that could add a header or a second recipient to a message.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,250}[A-Za-z0-9])?"
)
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


class Channel(StrEnum):
    """How an alert leaves: by e-mail to the person, or to the clinic's own webhook (docs/howto/alerts.md)."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class Weekday(StrEnum):
    """A day of the week, as FHIR's days-of-week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyContact(Value):
    """One clinician of the directory, and where e-mail reaches them."""

    person: str = field(metadata=PERSON)
    email: str | None = None

    def problems(self) -> Iterator[Problem]:
        if self.email is not None and not _ADDRESS.fullmatch(self.email):
            yield Problem("email", "must be one e-mail address such as n.okafor@clinic.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachableHours(Value):
    """Hours of some weekdays, HH:MM to HH:MM at the contacts' wall clock; 24:00 is the end of a day."""

    days: tuple[Weekday, ...]
    opens: str
    closes: str

    def problems(self) -> Iterator[Problem]:
        if not self.days:
            yield Problem("days", "needs at least one weekday")
        yield from unique("days", self.days)
        for name in ("opens", "closes"):
            if not _CLOCK.fullmatch(getattr(self, name)):
                yield Problem(name, "must be a time of day such as 08:30")
        if self.closes <= self.opens:
            yield Problem("closes", "is not after the opening; hours past midnight are two entries")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyContacts(Value):
    """Whom the alerts of a plan reach; a plan becomes active only with them.

    In the hours of `zone` an alert goes to the recipient, and to the backup when nobody acknowledges it;
    outside of them it goes to both at once.
    """

    recipient: SafetyContact
    backup: SafetyContact
    zone: str
    hours: tuple[ReachableHours, ...]
    channels: tuple[Channel, ...]

    def problems(self) -> Iterator[Problem]:
        if self.recipient.person == self.backup.person:
            yield Problem("backup.person", "must be somebody else than the recipient")
        if not known_zone(self.zone):
            yield Problem("zone", "must be an IANA time zone such as Europe/Berlin")
        if not self.hours:
            yield Problem("hours", "needs the hours in which the recipient can be reached")
        if not self.channels:
            yield Problem("channels", "needs at least one channel")
        yield from unique("channels", self.channels)
        if Channel.EMAIL in self.channels:
            for name in ("recipient", "backup"):
                if getattr(self, name).email is None:
                    yield Problem(f"{name}.email", "is needed: e-mail is a channel")


def reachable(contacts: SafetyContacts, now: datetime) -> bool:
    """Tell whether the recipient can be reached now, at the wall clock of the contacts' zone."""
    there = now.astimezone(ZoneInfo(contacts.zone))
    day, clock = _WEEK[there.weekday()], f"{there:%H:%M}"
    return any(day in one.days and one.opens <= clock < one.closes for one in contacts.hours)
