"""Appointments of every kind, with their participants and the zone of the clinic's wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.concept import ALWAYS, Period
from service.domain.references import PERSON, THERAPY
from service.domain.values import Problem, Status, Value, unique


class AppointmentKind(StrEnum):
    """What the appointment is for; `other` is for what a chart books beside the treatment."""

    THERAPY_SESSION = "therapy-session"
    MEDICATION_CHECK = "medication-check"
    INTEGRATED_CHECK_IN = "integrated-check-in"
    TEAM_MEETING = "team-meeting"
    OTHER = "other"


class AppointmentStatus(Status):
    """FHIR appointmentstatus."""

    PROPOSED = "proposed"
    PENDING = "pending"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"
    ENTERED_IN_ERROR = "entered-in-error"
    CHECKED_IN = "checked-in"
    WAITLIST = "waitlist"


class Participation(StrEnum):
    """FHIR participationstatus."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needs-action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant(Value):
    """Who comes; the patient is the participant without a `person`."""

    person: str | None = field(default=None, metadata=PERSON)
    required: bool = True
    status: Participation = Participation.NEEDS_ACTION


# FHIR R4 app-3: start and end may be missing only in these.
_UNTIMED = frozenset({AppointmentStatus.PROPOSED, AppointmentStatus.CANCELLED, AppointmentStatus.WAITLIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Value):
    """One appointment; `start` and `end` are kept at the wall clock of `zone` (IANA name)."""

    id: str
    kind: AppointmentKind
    status: AppointmentStatus
    zone: str
    start: datetime | None = None
    end: datetime | None = None
    requested: Period | None = None
    participants: tuple[Participant, ...]
    therapy: str | None = field(default=None, metadata=THERAPY)
    cancellation_reason: str | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        """Check, then move both times to the wall clock of the zone, so that equal plans look alike."""
        super(Appointment, self).__post_init__()  # slots=True makes a new class: bare super() fails
        for name in ("start", "end"):
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, _at_wall_clock(moment, ZoneInfo(self.zone)))

    def problems(self) -> Iterator[Problem]:
        if not known_zone(self.zone):
            yield Problem("zone", "must be an IANA time zone such as Europe/Berlin")
        yield from self._time_problems()
        if self.requested == ALWAYS:
            yield Problem("requested", "names neither a first nor a last day")
        if not self.participants:
            yield Problem("participants", "needs at least one participant")
        yield from unique("participants", (p.person for p in self.participants))
        if self.cancellation_reason is not None and self.status is not AppointmentStatus.CANCELLED:
            yield Problem(
                "cancellation_reason", "belongs to a cancelled appointment; use comment for a no-show"
            )

    def _time_problems(self) -> Iterator[Problem]:
        if (self.start is None) != (self.end is None):
            yield Problem("end", "is given together with the start (app-2)")
        if self.start is None and self.status not in _UNTIMED:
            yield Problem("start", f"is needed when the status is {self.status} (app-3)")
        if self.start is None or self.end is None:
            return
        if self.start.tzinfo and self.end.tzinfo and self.end <= self.start:
            yield Problem("end", "is not after the start")


def _at_wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    # With the zone itself as tzinfo, Python compares wall clocks and ignores `fold`: in the hour that comes
    # twice a move by one hour would look like none, and an end like a time before its start.
    # Whole minutes, as FHIR has them: before about 1940 some zones had seconds in their offsets.
    minutes = (moment.astimezone(zone).utcoffset() or timedelta()) // timedelta(minutes=1)
    return moment.astimezone(timezone(timedelta(minutes=minutes)))


def known_zone(name: str) -> bool:
    """Tell whether a text is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder is an OSError
        return False
    return "/" in name or name == "UTC"
