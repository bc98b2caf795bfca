"""Two writers of one chart: what each changed, and what comes of it.

Each row starts from a plan that both sides agree on. After it, every edit is in the result, waits in the
inbox, or is told as not applied; everything else flows; and one more pass writes nothing on either side.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.domain.appointment import AppointmentStatus
from service.domain.coordination import FlagStatus, TaskStatus
from service.domain.goal import Achievement, GoalStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.therapy import RequestStatus
from service.sync.reconciliation import Cause
from service.sync.report import SETTLED
from tests.builders import PSYCHIATRIST, a_goal, a_note, the_full_plan, uid
from tests.scenarios.clinic import Clinic
from tests.scenarios.two_sides import (
    ADHERENCE,
    CANCELLED_VISIT,
    EFFECT,
    FLAG,
    GOAL,
    NOTE,
    ORDER,
    PHASE,
    PLAN,
    PROBLEM,
    SCORE,
    SESSION,
    STOPPED_ORDER,
    TASK,
    TEAM,
    THERAPY,
    VISIT,
    Row,
    dose,
    dose_beside_old_words,
    header,
    item,
    later,
    of_chart,
    of_item,
    sets,
    within,
)

START = the_full_plan()
GOAL_WORDS = {"description": {"text": "their words"}}
STATED = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": "achieved"}]
}
START_TIME = next(one.start for one in START.appointments if one.id == VISIT.item)
assert START_TIME is not None


def moved(hours: int) -> Any:
    def change(plan: Any) -> Any:
        found = []
        for one in plan.appointments:
            step = timedelta(hours=hours)
            found.append(
                replace(one, start=one.start + step, end=one.end + step) if one.id == VISIT.item else one
            )
        return replace(plan, appointments=tuple(found))

    return change


def without_participant(entries: list[Any]) -> list[Any]:
    return entries[:-1]


def answered(entries: list[Any]) -> list[Any]:
    return [
        {**one, "status": "declined"} if "Patient" in one["actor"]["reference"] else one for one in entries
    ]


TABLE = {
    # Goals
    "the chart rewords a goal": Row(
        there={GOAL: sets(**GOAL_WORDS)}, plan=(of_item("goals", "description"), "their words")
    ),
    "we reword a goal": Row(
        here=item("goals", description="our words"),
        chart=(of_chart(GOAL, "description", "text"), "our words"),
    ),
    "both reword a goal alike": Row(
        here=item("goals", description="their words"),
        there={GOAL: sets(**GOAL_WORDS)},
        plan=(of_item("goals", "description"), "their words"),
    ),
    "both reword a goal": Row(
        here=item("goals", description="our words"),
        there={GOAL: sets(**GOAL_WORDS)},
        plan=(of_item("goals", "description"), "our words"),
        chart=(of_chart(GOAL, "description", "text"), "their words"),
        contested=(Cause.SAME_GROUP, {"description"}),
    ),
    "the chart rewords a goal while we say how far it is": Row(
        here=item("goals", achievement=Achievement.SUSTAINING),
        there={GOAL: sets(**GOAL_WORDS)},
        plan=(of_item("goals", "description"), "their words"),
        chart=(of_chart(GOAL, "achievementStatus", "coding", 0, "code"), "sustaining"),
    ),
    "a goal is achieved there and extended here": Row(
        here=item("goals", due=date(2024, 12, 31)),
        there={GOAL: sets(lifecycleStatus="completed", achievementStatus=STATED)},
        plan=(of_item("goals", "due"), date(2024, 12, 31)),
        chart=(of_chart(GOAL, "lifecycleStatus"), "completed"),
        contested=(Cause.HALTED_THERE, {"status", "achievement", "target"}),
    ),
    "a goal is achieved there alone": Row(
        there={GOAL: sets(lifecycleStatus="completed", achievementStatus=STATED)},
        plan=(of_item("goals", "status"), GoalStatus.COMPLETED),
    ),
    "a goal is cancelled here and reworded there": Row(
        here=item("goals", status=GoalStatus.CANCELLED, status_reason="The patient wants another"),
        there={GOAL: sets(**GOAL_WORDS)},
        chart=(of_chart(GOAL, "description", "text"), "their words"),
        contested=(Cause.ENDED_HERE, {"status", "description"}),
    ),
    "a goal is put on hold there while we reword it": Row(
        here=item("goals", description="our words"),
        there={GOAL: sets(lifecycleStatus="on-hold")},
        contested=(Cause.HALTED_THERE, {"status", "description"}),
    ),
    "a goal was entered in error there": Row(
        there={GOAL: sets(lifecycleStatus="entered-in-error")},
        plan=(of_item("goals", "status"), GoalStatus.ENTERED_IN_ERROR),
    ),
    "both move the due day of a goal": Row(
        here=item("goals", due=date(2024, 12, 31)),
        there={GOAL: within("target", lambda targets: [{**targets[0], "dueDate": "2025-01-31"}])},
        contested=(Cause.SAME_GROUP, {"target"}),
    ),
    "the chart gives a goal a status that plans lack": Row(
        there={GOAL: sets(achievementStatus={"text": "nearly there"})},
        contested=(Cause.UNREADABLE, {"achievement"}),
    ),
    "the chart adds what plans do not model": Row(
        there={GOAL: sets(priority={"text": "high"}, note=[{"text": "seen by the team"}])},
        chart=(of_chart(GOAL, "note", 0, "text"), "seen by the team"),
    ),
    "we reword a goal to which the chart adds what plans do not model": Row(
        here=item("goals", description="our words"),
        there={GOAL: sets(priority={"text": "high"})},
        chart=(of_chart(GOAL, "priority", "text"), "high"),
    ),
    # Medications
    "the prescriber changes the dose in the chart": Row(
        there={ORDER: dose(75)},
        plan=(lambda plan: of_item("medications", "dosage", 1)(plan)[0].dose.value, Decimal(75)),
    ),
    "the prescriber changes the dose while the therapist moves a session": Row(
        here=moved(2),
        there={ORDER: dose(75)},
        plan=(lambda plan: of_item("medications", "dosage", 1)(plan)[0].dose.value, Decimal(75)),
        chart=(of_chart(VISIT, "start"), (START_TIME + timedelta(hours=2)).isoformat()),
    ),
    "the prescriber changes the dose in words as well": Row(
        there={ORDER: dose(75, "75 mg every morning")},
        plan=(lambda plan: of_item("medications", "dosage", 1)(plan)[0].dose.value, Decimal(75)),
        chart=(of_chart(ORDER, "dosageInstruction", 0, "text"), "75 mg every morning"),
    ),
    "the chart says a dose that its words do not say": Row(
        there={ORDER: dose_beside_old_words(75)},
        plan=(of_item("medications", "dosage", 1), of_item("medications", "dosage", 1)(START)),
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "the chart rewords a dose and leaves its number": Row(
        there={
            ORDER: within("dosageInstruction", lambda steps: [{**steps[0], "text": "75 mg"}, *steps[1:]])
        },
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "a medication is stopped there while we say what it supports": Row(
        here=item("medications", 1, supports=()),
        there={ORDER: sets(status="stopped")},
        chart=(of_chart(ORDER, "status"), "stopped"),
        contested=(Cause.HALTED_THERE, {"order", "therapies"}),
    ),
    "a medication is stopped there alone": Row(
        there={
            ORDER: sets(
                status="stopped",
                statusReason={
                    "coding": [
                        {
                            "system": "https://w3id.org/tandem-care/fhir/CodeSystem/medication-status-reason",
                            "code": "side-effects",
                        }
                    ]
                },
            )
        },
        plan=(of_item("medications", "status", 1), OrderStatus.STOPPED),
    ),
    "a medication is stopped there without a reason that plans need": Row(
        there={ORDER: sets(status="stopped", statusReason=None)},
        plan=(of_item("medications", "status", 1), OrderStatus.ACTIVE),
        chart=(of_chart(ORDER, "status"), "stopped"),
        contested=(Cause.UNREADABLE, {"order"}),
    ),
    "a medication is put on hold here and its dose changed there": Row(
        here=item(
            "medications", 1, status=OrderStatus.ON_HOLD, status_reason=StatusReason.MEDICAL, status_note=None
        ),
        there={ORDER: dose(75)},
        contested=(Cause.SAME_GROUP, {"order"}),
    ),
    "a stopped medication runs again there": Row(
        there={STOPPED_ORDER: sets(status="active")},
        plan=(of_item("medications", "status"), OrderStatus.STOPPED),
        chart=(of_chart(STOPPED_ORDER, "status"), "active"),
        contested=(Cause.FORBIDDEN_STEP, {"order"}),
    ),
    "a medication must not be given any more, says the chart": Row(
        there={ORDER: sets(doNotPerform=True)},
        contested=(Cause.UNREADABLE, {"order"}),
    ),
    "the chart writes a dose that no plan can hold": Row(
        there={ORDER: within("dosageInstruction", lambda steps: [{"text": "as discussed"}, *steps[1:]])},
        contested=(Cause.UNREADABLE, {"order"}),
    ),
    "an order was entered in error there": Row(
        there={ORDER: sets(status="entered-in-error")},
        plan=(of_item("medications", "status", 1), OrderStatus.ENTERED_IN_ERROR),
    ),
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
    "the chart adds an activity of its own while we add a goal": Row(
        here=lambda plan: replace(plan, goals=(*plan.goals, a_goal(id=uid("goals-7")))),
        there={PLAN: within("activity", lambda held: [*held, {"reference": {"display": "Walking group"}}])},
        chart=(lambda clinic: len(clinic.of(PLAN)["goal"]), 2),
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
    ),
}  # fmt: skip


def agreed() -> Clinic:
    clinic = Clinic(START)
    clinic.sync()
    assert clinic.sync().writes == 0
    return clinic


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_no_edit_is_lost(row: Row) -> None:
    clinic = agreed()
    here = row.here(clinic.head())
    for name, change in row.there.items():
        clinic.edit(clinic.address(name), **change(clinic.of(name)))
    if here != clinic.head():
        clinic.revise(here)
    report = clinic.sync()
    waiting = {(one.cause, frozenset(one.groups)) for one in clinic.inbox}
    wanted = {(row.contested[0].value, frozenset(row.contested[1]))} if row.contested else set()
    told = {(Cause.NOT_APPLIED.value, frozenset(row.lost))} if row.lost else set()
    assert waiting == wanted | told
    open_keys = {(one.resource_type, one.item_id) for one in clinic.inbox if one.cause != Cause.NOT_APPLIED}
    stuck = {(one.key.type, one.key.item) for one in report.items if one.done not in SETTLED}
    assert stuck == open_keys, "what is not in dispute goes on"
    if row.plan is not None:
        assert row.plan[0](clinic.head()) == row.plan[1]
    if row.chart is not None:
        assert row.chart[0](clinic) == row.chart[1]
    number, again = clinic.editor.expected, clinic.sync()
    assert (again.writes, clinic.editor.expected) == (0, number), (
        "one more pass writes nothing on either side"
    )
