"""The agenda of a meeting: what is noticed and open, and what changed since the last one was held."""

from datetime import UTC, datetime

import pytest

from service.domain.agenda import Topic, agenda_of, last_meeting, unseen_notes
from service.domain.appointment import AppointmentKind, AppointmentStatus
from service.domain.coordination import FlagStatus, NoteStatus, TaskIntent, TaskStatus
from service.domain.findings.finding import Finding, Urgency
from service.domain.timeline import timeline
from tests.builders import a_flag, a_note, a_plan, a_score, a_task, an_appointment, moment, uid

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
FOUND = Finding(rule="risk-item", urgency=Urgency.AT_ONCE, text="Look", evidence=())


def meeting(day, status=AppointmentStatus.FULFILLED, kind=AppointmentKind.TEAM_MEETING):
    return an_appointment(
        id=uid(f"appointments-{day}"), kind=kind, status=status, therapy=None,
        start=moment(day, 10), end=moment(day, 11),
    )  # fmt: skip


def told(plan, *findings):
    return agenda_of(plan, findings, timeline(plan), now=NOW)


def test_findings_come_first_then_what_is_open_then_what_changed():
    plan = a_plan(
        tasks=(a_task(), a_task(id="p", intent=TaskIntent.PROPOSAL)),
        flags=(a_flag(),),
        notes=(a_note(),),
        scores=(a_score(),),
    )
    topics = [one.topic for one in told(plan, FOUND).points]
    assert topics == sorted(topics, key=list(Topic).index)
    assert set(topics) == set(Topic)


def test_what_was_done_or_ended_is_no_point():
    done = a_task(status=TaskStatus.COMPLETED)
    ended = a_flag(status=FlagStatus.INACTIVE, end=moment(9).date())
    plan = a_plan(tasks=(done,), flags=(ended,), therapies=(), medications=())
    assert told(plan).points == ()


def test_only_what_came_after_the_last_meeting_is_a_change():
    before, after = a_score(taken_at=moment(5)), a_score(id="b", value=9, taken_at=moment(20))
    later = a_score(id="c", value=5, taken_at=moment(400))
    plan = a_plan(appointments=(meeting(10),), scores=(before, after, later), therapies=(), medications=())
    agenda = told(plan)
    assert agenda.since == moment(10, 11)
    assert [one.text for one in agenda.points] == ["PHQ-9: 9"]


@pytest.mark.parametrize(
    ("appointments", "expected"),
    [
        ((), None),
        ((meeting(3), meeting(10)), moment(10, 11)),
        ((meeting(3), meeting(10, AppointmentStatus.CANCELLED)), moment(3, 11)),
        ((meeting(3), meeting(10, AppointmentStatus.BOOKED)), moment(3, 11)),
        ((meeting(3, kind=AppointmentKind.INTEGRATED_CHECK_IN),), moment(3, 11)),
        ((meeting(3, kind=AppointmentKind.THERAPY_SESSION),), None),
        ((meeting(400),), None),
    ],
)
def test_a_meeting_counts_when_it_was_held(appointments, expected):
    assert last_meeting(a_plan(appointments=appointments), NOW) == expected


def test_notes_that_somebody_has_not_seen_are_named():
    wrong = a_note(id="wrong", status=NoteStatus.ENTERED_IN_ERROR)
    plan = a_plan(notes=(a_note(id="a"), a_note(id="b"), wrong))
    assert unseen_notes(plan, ["a"]) == ("b",)
