"""Generated team members, appointments, sessions, and how the team works together."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from service.domain.appointment import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Participant,
    Participation,
)
from service.domain.check_in import CheckInCadence
from service.domain.concept import Period
from service.domain.coordination import (
    CoordinationNote,
    Flag,
    FlagKind,
    FlagStatus,
    Medium,
    NoteStatus,
    Task,
    TaskIntent,
    TaskKind,
    TaskStatus,
)
from service.domain.people import Role
from service.domain.session import Session, SessionStatus, Setting
from service.domain.team import TeamMember
from service.domain.therapy import RequestStatus
from tests.strategies.basics import (
    AT_TABLE,
    DAY,
    MOMENT,
    PEOPLE_NAMED,
    PERSON,
    ROLE,
    SOME_DAY,
    SOME_PERSON,
    TEXT,
    WORD,
    YES_OR_NO,
    ZONES,
    Draw,
    after,
    maybe_one,
    one_of,
    span,
)

_SEAT = st.integers(0, 2)


def care_team(draw: Draw, ids: Sequence[str]) -> tuple[TeamMember, ...]:
    """A team with the patient in it once, at any place of the list."""
    patient = draw(_SEAT) % len(ids)
    return tuple(_a_member(draw, uid, is_patient=number == patient) for number, uid in enumerate(ids))


def _a_member(draw: Draw, uid: str, *, is_patient: bool) -> TeamMember:
    since, until = span(draw)
    role = Role.PATIENT if is_patient else draw(ROLE)
    person = None if is_patient else draw(PERSON)
    return TeamMember(id=uid, role=role, person=person, since=since, until=until)


_LEAST = st.integers(1, 6)
_MORE = st.integers(0, 46)


_REQUEST = one_of(RequestStatus)


def a_check_in(draw: Draw, uid: str) -> CheckInCadence:
    least = draw(_LEAST)
    return CheckInCadence(
        id=uid,
        weeks_min=least,
        weeks_max=least + draw(_MORE),
        next_due=draw(SOME_DAY),
        owner=draw(SOME_PERSON),
        authored_on=draw(DAY),
        status=draw(_REQUEST),
    )


_ZONE = one_of(ZONES)
_KIND = one_of(AppointmentKind)
_STATUS = one_of(AppointmentStatus)
_UNTIMED = (AppointmentStatus.PROPOSED, AppointmentStatus.CANCELLED, AppointmentStatus.WAITLIST)
_PARTICIPATION = one_of(Participation)
_MINUTES = st.integers(1, 480)


def _a_participant(draw: Draw, person: str | None) -> Participant:
    return Participant(person=person, required=draw(YES_OR_NO), status=draw(_PARTICIPATION))


def _requested(draw: Draw) -> Period | None:
    start, end = span(draw)
    return None if start is None and end is None else Period(start=start, end=end)


def an_appointment(draw: Draw, uid: str, therapies: Sequence[str]) -> Appointment:
    status = draw(_STATUS)
    start = None if status in _UNTIMED and draw(YES_OR_NO) else draw(MOMENT)
    return Appointment(
        id=uid,
        kind=draw(_KIND),
        status=status,
        zone=draw(_ZONE),
        start=start,
        end=None if start is None else start + timedelta(minutes=draw(_MINUTES)),
        requested=_requested(draw),
        participants=tuple(_a_participant(draw, person) for person in draw(AT_TABLE)),
        therapy=maybe_one(draw, therapies),
        cancellation_reason=draw(WORD) if status is AppointmentStatus.CANCELLED else None,
        comment=draw(WORD),
    )


_SETTING = one_of(Setting)
_SESSION_STATUS = one_of(SessionStatus)


def a_session(draw: Draw, uid: str, appointments: Sequence[str], therapies: Sequence[str]) -> Session:
    start = draw(MOMENT)
    return Session(
        id=uid,
        start=start,
        end=start + timedelta(minutes=draw(_MINUTES)),
        setting=draw(_SETTING),
        status=draw(_SESSION_STATUS),
        appointment=maybe_one(draw, appointments),
        therapy=maybe_one(draw, therapies),
        attended_by=draw(PEOPLE_NAMED),
    )


_MEDIUM = one_of(Medium)
_NOTE_STATUS = one_of(NoteStatus)


def a_note(draw: Draw, uid: str) -> CoordinationNote:
    return CoordinationNote(
        id=uid,
        author=draw(PERSON),
        recipients=draw(PEOPLE_NAMED),
        sent_at=draw(MOMENT),
        medium=draw(_MEDIUM),
        text=draw(TEXT),
        status=draw(_NOTE_STATUS),
    )


_TASK_KIND = one_of(TaskKind)
_TASK_STATUS = one_of(TaskStatus)
_INTENT = one_of(TaskIntent)


def a_task(draw: Draw, uid: str) -> Task:
    start, due = span(draw)
    return Task(
        id=uid,
        kind=draw(_TASK_KIND),
        description=draw(TEXT),
        status=draw(_TASK_STATUS),
        intent=draw(_INTENT),
        owner=draw(SOME_PERSON),
        authored_at=draw(MOMENT),
        start=start,
        due=due,
    )


_FLAG_KIND = one_of(FlagKind)
_FLAG_STATUS = one_of(FlagStatus)


def a_flag(draw: Draw, uid: str) -> Flag:
    status, start = draw(_FLAG_STATUS), draw(DAY)
    end = after(draw, start) if status is FlagStatus.ENTERED_IN_ERROR else None
    return Flag(
        id=uid,
        kind=draw(_FLAG_KIND),
        text=draw(TEXT),
        status=status,
        raised_by=draw(PERSON),
        start=start,
        end=start if status is FlagStatus.INACTIVE else end,
    )
