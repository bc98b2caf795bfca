"""Goals and medications that both sides change."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from service.domain.goal import Achievement, GoalStatus
from service.domain.medication import OrderStatus, StatusReason
from service.sync.reconciliation import Cause
from tests.scenarios.two_sides import (
    GOAL,
    GOAL_WORDS,
    ORDER,
    START,
    START_TIME,
    STOPPED_ORDER,
    VISIT,
    Row,
    both,
    dose,
    dose_beside_old_words,
    item,
    moved,
    narrated,
    of_chart,
    of_item,
    sets,
    told,
    within,
)

STATED = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": "achieved"}]
}
OWN_REASON = {"coding": [{"system": "urn:example:reasons", "code": "17"}], "text": "Away for three weeks"}

(FIRST, *LATER) = of_item("medications", "dosage", 1)(START)
SMALLER = (replace(FIRST, dose=replace(FIRST.dose, value=Decimal("12.5"))), *LATER)

TREATMENT = {
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
    "we reword a goal of which the EHR generated a narrative": Row(
        here=item("goals", description="our words"),
        there={GOAL: sets(text=narrated("Goal: sleep better", status="generated"))},
        chart=(lambda clinic: clinic.of(GOAL).get("text"), None),
    ),
    "the EHR generates a narrative of a goal": Row(
        there={GOAL: sets(text=narrated("Goal: sleep better", status="generated"))},
        chart=(of_chart(GOAL, "text", "status"), "generated"),
    ),
    "we reword a goal of which somebody wrote a narrative: it stays, and we are told": Row(
        here=item("goals", description="our words"),
        there={GOAL: sets(text=narrated("Wants to sleep better"))},
        chart=(
            lambda clinic: (clinic.of(GOAL)["description"], clinic.of(GOAL)["text"]),
            ({"text": "our words"}, narrated("Wants to sleep better")),
        ),
        left={"description"},
    ),
    "we reword a goal, and somebody who writes a narrative of it says how far it is": Row(
        here=item("goals", description="our words"),
        there={GOAL: sets(text=narrated("Sleeps better"), achievementStatus=STATED)},
        plan=(of_item("goals", "achievement"), Achievement.ACHIEVED),
        chart=(of_chart(GOAL, "description", "text"), "our words"),
        left={"description"},
    ),
    "we cancel a goal of which somebody wrote a narrative: it ends, and we are told": Row(
        here=item("goals", status=GoalStatus.CANCELLED, status_reason="The patient wants another"),
        there={GOAL: sets(text=narrated("Wants to sleep better"))},
        chart=(of_chart(GOAL, "lifecycleStatus"), "cancelled"),
        left={"status"},
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
    "the chart changes a dose, and its new words say another one": Row(
        there={ORDER: dose(75, "100 mg every morning")},
        plan=(of_item("medications", "dosage", 1), of_item("medications", "dosage", 1)(START)),
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "the chart rewords a dose and leaves its number": Row(
        there={
            ORDER: within("dosageInstruction", lambda steps: [{**steps[0], "text": "75 mg"}, *steps[1:]])
        },
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "the chart changes a dose and tells the patient the old one": Row(
        there={ORDER: both(dose(100), told("Take 50 mg in the morning"))},
        plan=(of_item("medications", "dosage", 1), of_item("medications", "dosage", 1)(START)),
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "the chart tells the patient another dose": Row(
        there={ORDER: told("Take 75 mg in the morning")},
        plan=(of_item("medications", "dosage", 1), of_item("medications", "dosage", 1)(START)),
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "the chart tells the patient more of a dose": Row(
        there={ORDER: told("Take 50 mg after breakfast")},
        plan=(
            lambda plan: of_item("medications", "dosage", 1)(plan)[0].instruction,
            "Take 50 mg after breakfast",
        ),
    ),
    "the chart changes a dose, and somebody's narrative says the old one": Row(
        there={ORDER: both(dose(100), sets(text=narrated("Take 50 mg, do NOT increase")))},
        plan=(of_item("medications", "dosage", 1), of_item("medications", "dosage", 1)(START)),
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "the chart changes a dose, and somebody's narrative says none": Row(
        there={ORDER: both(dose(100), sets(text=narrated("Prefers to take it in the morning")))},
        plan=(lambda plan: of_item("medications", "dosage", 1)(plan)[0].dose.value, Decimal(100)),
    ),
    "the chart changes a dose, and its generated narrative says the old one": Row(
        there={ORDER: both(dose(100), sets(text=narrated("Take 50 mg", status="generated")))},
        plan=(lambda plan: of_item("medications", "dosage", 1)(plan)[0].dose.value, Decimal(100)),
    ),
    "somebody writes a narrative of another dose": Row(
        there={ORDER: sets(text=narrated("Take 75 mg"))},
        contested=(Cause.WORDS_DISAGREE, {"order"}),
    ),
    "we change a dose of which somebody wrote a narrative": Row(
        here=item("medications", 1, dosage=SMALLER),
        there={ORDER: sets(text=narrated("Take it as we agreed"))},
        chart=(of_chart(ORDER, "dosageInstruction", 0, "doseAndRate", 0, "doseQuantity", "value"), 50),
        contested=(Cause.BESIDE_WORDS, {"order"}),
    ),
    "we change a dose of which the EHR generated a narrative": Row(
        here=item("medications", 1, dosage=SMALLER),
        there={ORDER: sets(text=narrated("Take 50 mg", status="generated"))},
        chart=(lambda clinic: clinic.of(ORDER).get("text"), None),
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
    "a medication is stopped there and no reason is given": Row(
        there={ORDER: sets(status="stopped", statusReason=None)},
        plan=(of_item("medications", "status_reason", 1), StatusReason.NOT_STATED),
        chart=(of_chart(ORDER, "statusReason"), None),
    ),
    "a medication is put on hold there for a reason in the clinic's own codes": Row(
        there={ORDER: sets(status="on-hold", statusReason=OWN_REASON)},
        plan=(of_item("medications", "status_reason", 1), StatusReason.NOT_STATED),
        chart=(of_chart(ORDER, "statusReason"), OWN_REASON),
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
        contested=(Cause.NOT_UNDERSTOOD, {"order"}),
    ),
    "the chart writes a dose that no plan can hold": Row(
        there={ORDER: within("dosageInstruction", lambda steps: [{"text": "as discussed"}, *steps[1:]])},
        contested=(Cause.UNREADABLE, {"order"}),
    ),
    "an order was entered in error there": Row(
        there={ORDER: sets(status="entered-in-error")},
        plan=(of_item("medications", "status", 1), OrderStatus.ENTERED_IN_ERROR),
    ),
}  # fmt: skip
