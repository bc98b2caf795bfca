"""Samples of team members, appointments, sessions, notes, tasks and flags."""

from typing import Any

from service.domain.appointment import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Participant,
    Participation,
)
from service.domain.check_in import CheckInCadence
from service.domain.coordination import (
    CoordinationNote,
    Flag,
    FlagKind,
    FlagStatus,
    Task,
    TaskKind,
    TaskStatus,
)
from service.domain.people import Role
from service.domain.session import Session
from service.domain.team import TeamMember
from tests.builders.people import COORDINATOR, PSYCHIATRIST, THERAPIST, day, made, moment, uid


def the_patient_in_the_team(**changes: Any) -> TeamMember:
    return made(TeamMember, changes, id=uid("care_team-0"), role=Role.PATIENT, since=day(0))


def a_team_member(**changes: Any) -> TeamMember:
    return made(
        TeamMember,
        changes,
        id=uid("care_team-1"),
        role=Role.PSYCHIATRIST,
        person=PSYCHIATRIST.id,
        since=day(0),
    )


def a_check_in(**changes: Any) -> CheckInCadence:
    return made(
        CheckInCadence,
        changes,
        id=uid("check_ins-0"),
        next_due=day(35),
        owner=PSYCHIATRIST.id,
        authored_on=day(0),
    )


def a_participant(**changes: Any) -> Participant:
    return made(Participant, changes, person=THERAPIST.id, status=Participation.ACCEPTED)


def an_appointment(**changes: Any) -> Appointment:
    return made(
        Appointment,
        changes,
        id=uid("appointments-0"),
        kind=AppointmentKind.THERAPY_SESSION,
        status=AppointmentStatus.BOOKED,
        zone="Europe/Berlin",
        start=moment(30, 14),
        end=moment(30, 14, 50),
        participants=(a_participant(person=None), a_participant()),
    )


def a_session(**changes: Any) -> Session:
    start, end = moment(7, 14), moment(7, 14, 50)
    return made(Session, changes, id=uid("sessions-0"), start=start, end=end, attended_by=(THERAPIST.id,))


def a_note(**changes: Any) -> CoordinationNote:
    return made(
        CoordinationNote,
        changes,
        id=uid("notes-0"),
        author=THERAPIST.id,
        recipients=(PSYCHIATRIST.id,),
        sent_at=moment(8, 10),
        text="Sleep is better; she asks about the dose",
    )


def a_task(**changes: Any) -> Task:
    return made(
        Task,
        changes,
        id=uid("tasks-0"),
        kind=TaskKind.BOOK_CHECK_IN,
        description="Book the check-in",
        status=TaskStatus.REQUESTED,
        owner=COORDINATOR.id,
        authored_at=moment(20),
        start=day(20),
        due=day(27),
    )


def a_flag(**changes: Any) -> Flag:
    return made(
        Flag,
        changes,
        id=uid("flags-0"),
        kind=FlagKind.SAFETY,
        text="Item nine was answered positively",
        status=FlagStatus.ACTIVE,
        raised_by=PSYCHIATRIST.id,
        start=day(1),
    )
