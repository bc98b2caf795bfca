"""Appointments, the plan, its team and what was observed, changed on both sides."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.domain.appointment import AppointmentStatus
from service.domain.coordination import FlagStatus, TaskStatus
from service.domain.therapy import RequestStatus
from service.sync.reconciliation import Cause
from tests.builders import PSYCHIATRIST, a_goal, a_note, uid
from tests.scenarios.two_sides import (
    ADHERENCE,
    CANCELLED_VISIT,
    EFFECT,
    FLAG,
    GOAL,
    GOAL_WORDS,
    NOTE,
    ORDER,
    PHASE,
    PLAN,
    PROBLEM,
    SCORE,
    SESSION,
    START,
    START_TIME,
    STOPPED_ORDER,
    TASK,
    TEAM,
    THERAPY,
    VISIT,
    Row,
    both,
    header,
    item,
    key,
    later,
    moved,
    narrated,
    of_chart,
    of_item,
    sets,
    within,
)


def without_participant(entries: list[Any]) -> list[Any]:
    return entries[:-1]


def answered(entries: list[Any]) -> list[Any]:
    return [
        {**one, "status": "declined"} if "Patient" in one["actor"]["reference"] else one for one in entries
    ]


CARE = {
    # Appointments
    "the clinic moves a visit": Row(
        there={VISIT: later(1)},
        plan=(of_item("appointments", "start"), START_TIME + timedelta(hours=1)),
    ),
    "we move a visit": Row(
        here=moved(3),
        chart=(of_chart(VISIT, "start"), (START_TIME + timedelta(hours=3)).isoformat()),
    ),
    "both move a visit: the booking is the EHR's, and we are told": Row(
        here=moved(3),
        there={VISIT: later(1)},
        plan=(of_item("appointments", "start"), START_TIME + timedelta(hours=1)),
        lost={"time"},
    ),
    "both move a visit of which somebody wrote a narrative: nothing of ours is beside it": Row(
        here=moved(3),
        there={VISIT: both(later(1), sets(text=narrated("By bus, so not before nine")))},
        plan=(of_item("appointments", "start"), START_TIME + timedelta(hours=1)),
        lost={"time"},
    ),
    "the patient cancels in the EHR while we reschedule": Row(
        here=moved(3),
        there={VISIT: sets(status="cancelled")},
        chart=(of_chart(VISIT, "status"), "cancelled"),
        contested=(Cause.HALTED_THERE, {"status", "time"}),
    ),
    "the patient cancels in the EHR": Row(
        there={VISIT: sets(status="cancelled")},
        plan=(of_item("appointments", "status"), AppointmentStatus.CANCELLED),
    ),
    "the patient did not come, says the EHR": Row(
        there={VISIT: sets(status="noshow")},
        plan=(of_item("appointments", "status"), AppointmentStatus.NOSHOW),
    ),
    "a visit took place": Row(
        there={VISIT: sets(status="fulfilled")},
        plan=(of_item("appointments", "status"), AppointmentStatus.FULFILLED),
    ),
    "a visit took place while we moved it": Row(
        here=moved(3),
        there={VISIT: sets(status="fulfilled")},
        contested=(Cause.HALTED_THERE, {"status", "time"}),
    ),
    "a cancelled visit is booked again there": Row(
        there={CANCELLED_VISIT: sets(status="booked", cancelationReason=None)},
        contested=(Cause.FORBIDDEN_STEP, {"status"}),
    ),
    "we cancel a visit that the clinic moves": Row(
        here=item("appointments", status=AppointmentStatus.CANCELLED, cancellation_reason="ill"),
        there={VISIT: later(1)},
        contested=(Cause.ENDED_HERE, {"status", "time"}),
    ),
    "both cancel a visit": Row(
        here=item("appointments", status=AppointmentStatus.CANCELLED),
        there={VISIT: sets(status="cancelled")},
        plan=(of_item("appointments", "status"), AppointmentStatus.CANCELLED),
    ),
    "the patient declines there while we write a comment": Row(
        here=item("appointments", comment="Bring the diary"),
        there={VISIT: within("participant", answered)},
        chart=(of_chart(VISIT, "comment"), "Bring the diary"),
    ),
    "the clinic takes somebody out of a visit": Row(
        there={VISIT: within("participant", without_participant)},
        plan=(lambda plan: len(of_item("appointments", "participants")(plan)),
              len(of_item("appointments", "participants")(START)) - 1),
    ),
    # The plan, its team and its therapies
    "the plan gets another title there": Row(
        there={PLAN: sets(title="Their title")}, plan=(lambda plan: plan.title, "Their title")
    ),
    "both give the plan a title: it is ours, and we are told": Row(
        here=header(title="Our title"),
        there={PLAN: sets(title="Their title")},
        plan=(lambda plan: plan.title, "Our title"),
        chart=(of_chart(PLAN, "title"), "Our title"),
        lost={"title"},
    ),
    "we give a plan another title of which somebody wrote a narrative: it stays, and we are told": Row(
        here=header(title="Our title"),
        there={PLAN: sets(text=narrated("The plan of March"))},
        chart=(lambda clinic: (clinic.of(PLAN)["title"], clinic.of(PLAN)["text"]),
               ("Our title", narrated("The plan of March"))),
        left={"title"},
    ),
    "we give a plan another title of which the EHR generated a narrative": Row(
        here=header(title="Our title"),
        there={PLAN: sets(text=narrated("The plan of March", status="generated"))},
        chart=(lambda clinic: "Our title" in clinic.of(PLAN)["text"]["div"], True),
    ),
    "the plan is revoked there while we add a goal": Row(
        here=lambda plan: replace(plan, goals=(*plan.goals, a_goal(id=uid("goals-7")))),
        there={PLAN: sets(status="revoked")},
        plan=(lambda plan: plan.status, RequestStatus.ACTIVE),
        chart=(of_chart(PLAN, "status"), "revoked"),
        contested=(Cause.HALTED_THERE, {"status", "goals"}),
    ),
    "the plan is revoked there": Row(
        there={PLAN: sets(status="revoked")}, plan=(lambda plan: plan.status, RequestStatus.REVOKED)
    ),
    "the chart adds an activity of its own in words while we add a goal: it stays, and we are told": Row(
        here=lambda plan: replace(plan, goals=(*plan.goals, a_goal(id=uid("goals-7")))),
        there={PLAN: within("activity", lambda held: [*held, {"reference": {"display": "Walking group"}}])},
        chart=(lambda clinic: [len(clinic.of(PLAN)[one]) for one in ("goal", "activity")], [2, 9]),
        untaken={"CarePlan.activity[8].reference"},
    ),
    "the chart takes a goal out of the plan: the structure is ours, and we are told": Row(
        there={PLAN: sets(goal=None)},
        chart=(lambda clinic: len(clinic.of(PLAN)["goal"]), 1),
        lost={"goals"},
    ),
    "the team gets an end there": Row(
        there={TEAM: within("participant", lambda held: [{**held[0], "period": {"start": "2024-03-04",
                                                         "end": "2024-09-30"}}, *held[1:]])},
        plan=(lambda plan: plan.care_team[0].until, date(2024, 9, 30)),
    ),
    "a therapy gets another performer here and another rhythm there": Row(
        here=item("therapies", performer=PSYCHIATRIST.id),
        there={THERAPY: within("occurrenceTiming", lambda held: {"repeat": {**held["repeat"], "period": 2}})},
        plan=(lambda plan: of_item("therapies", "rhythm")(plan).every, 2),
    ),
    "a therapy is put on hold there": Row(
        there={THERAPY: sets(status="on-hold")},
        plan=(of_item("therapies", "status"), RequestStatus.ON_HOLD),
    ),
    "a therapy ends there while we change its rhythm": Row(
        here=item("therapies", session_minutes=90),
        there={THERAPY: sets(status="completed")},
        contested=(Cause.HALTED_THERE, {"status", "rhythm"}),
    ),
    # What was observed and said
    "a score is corrected there": Row(
        there={SCORE: within("valueQuantity", lambda held: {**held, "value": 12})},
        plan=(of_item("scores", "value"), Decimal(12)),
    ),
    "a score was entered in error there": Row(
        there={SCORE: sets(status="entered-in-error")},
        plan=(lambda plan: of_item("scores", "status")(plan).value, "entered-in-error"),
        withdrawn={str(key("Observation", "phases"))},
    ),
    "a side effect is over, says the chart": Row(
        there={EFFECT: sets(effectivePeriod={"start": "2024-03-06", "end": "2024-03-30"})},
        plan=(of_item("side_effects", "until"), date(2024, 3, 30)),
    ),
    "a note is withdrawn there": Row(
        there={NOTE: sets(status="entered-in-error")},
        plan=(lambda plan: of_item("notes", "status")(plan).value, "entered-in-error"),
    ),
    "we write a note while the chart changes a goal": Row(
        here=lambda plan: replace(plan, notes=(*plan.notes, a_note(id=uid("notes-7")))),
        there={GOAL: sets(**GOAL_WORDS)},
        plan=(of_item("goals", "description"), "their words"),
        chart=(lambda clinic: len(clinic.all("Communication")), 2),
    ),
    "a session was longer, says the chart": Row(
        there={SESSION: within("period", lambda held: {**held, "end": "2024-03-11T18:00:00+01:00"})},
        plan=(lambda plan: of_item("sessions", "end")(plan).hour, 18),
    ),
    "a task is done there": Row(
        there={TASK: sets(status="completed")},
        plan=(of_item("tasks", "status"), TaskStatus.COMPLETED),
    ),
    "a task is done there and described anew here": Row(
        here=item("tasks", description="Book it for May"),
        there={TASK: sets(status="completed")},
        contested=(Cause.HALTED_THERE, {"status", "request"}),
    ),
    "both give a task to somebody else": Row(
        here=item("tasks", owner=PSYCHIATRIST.id),
        there={TASK: within("owner", lambda _: {"display": "The front desk"})},
        contested=(Cause.SAME_GROUP, {"owner"}),
    ),
    "a flag is lowered there": Row(
        there={FLAG: sets(status="inactive", period={"start": "2024-03-04", "end": "2024-05-01"})},
        plan=(of_item("flags", "status"), FlagStatus.INACTIVE),
    ),
    "the reason of a decision is changed there": Row(
        there={PHASE: sets(note=[{"text": "Their reason"}])},
        plan=(of_item("phases", "reason", 1), "Their reason"),
    ),
    "adherence is told otherwise there": Row(
        there={ADHERENCE: sets(effectivePeriod={"start": "2024-03-05", "end": "2024-03-20"})},
        plan=(of_item("adherence", "end"), date(2024, 3, 20)),
    ),
    # What ties a resource to the plan stays as we say it, and whoever changed it is told
    "adherence is tied to another order there": Row(
        there={ADHERENCE: sets(basedOn=[{"display": "An order of last year"}])},
        chart=(
            lambda clinic: {"reference": clinic.address(STOPPED_ORDER)} in clinic.of(ADHERENCE)["basedOn"],
            True,
        ),
        lost={"links"},
    ),
    "a score is cut off from its answers there": Row(
        there={SCORE: sets(derivedFrom=None)},
        chart=(lambda clinic: "derivedFrom" in clinic.of(SCORE), True),
        lost={"links"},
    ),
    "a session is cut off from its appointment there": Row(
        there={SESSION: sets(appointment=None)},
        chart=(lambda clinic: "appointment" in clinic.of(SESSION), True),
        lost={"links"},
    ),
    "a therapy was asked for on another day, says the chart": Row(
        there={THERAPY: sets(authoredOn="2024-02-01")},
        chart=(of_chart(THERAPY, "authoredOn"), str(START.therapies[0].authored_on)),
        lost={"links"},
    ),
    "a score loses its patient there while we change its value": Row(
        here=item("scores", value=Decimal(12)),
        there={SCORE: sets(subject=None)},
        chart=(lambda clinic: "subject" in clinic.of(SCORE), True),
        lost={"links"},
    ),
    "the clinic gives a goal a number of its own": Row(
        there={GOAL: within("identifier", lambda held: [*held, {"system": "urn:clinic", "value": "7"}])},
        chart=(lambda clinic: len(clinic.of(GOAL)["identifier"]), 2),
    ),
    "a diagnosis was entered in error there": Row(
        there={
            PROBLEM: sets(
                verificationStatus={
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                            "code": "entered-in-error",
                        }
                    ]
                },
                clinicalStatus=None,
                abatementDateTime=None,
            )
        },
        plan=(lambda plan: of_item("conditions", "verification")(plan).value, "entered-in-error"),
        withdrawn={
            str(one)
            for one in (GOAL, THERAPY, key("ServiceRequest", "therapies", 1), STOPPED_ORDER, ORDER)
        },
    ),
}  # fmt: skip
