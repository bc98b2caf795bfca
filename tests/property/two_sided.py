"""Edits that two writers of one chart make: by item and field, each with a value that nobody else writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from service.domain.dosing import NewDose, change_dose
from service.domain.goal import GoalStatus
from service.domain.medication import OrderStatus, StatusReason
from service.domain.plan import Plan, items, with_items
from service.domain.therapy import RequestStatus
from service.fhir.json import JsonObject
from service.mapping.references import Key
from tests.builders import (
    PSYCHIATRIST,
    a_dosage_step,
    a_goal,
    a_medication,
    a_note,
    a_plan,
    a_task,
    a_therapy,
    an_appointment,
    day,
    mg,
    uid,
)

GOAL, ORDER = Key("Goal", uid("goals-0")), Key("MedicationRequest", uid("medications-0"))
VISIT, THERAPY = Key("Appointment", uid("appointments-0")), Key("ServiceRequest", uid("therapies-0"))
NOTE, TASK = Key("Communication", uid("notes-0")), Key("Task", uid("tasks-0"))
PLAN = Key("CarePlan", uid("plan"))


def a_small_plan() -> Plan:
    """A plan with one of each thing that both sides change."""
    return a_plan(
        goals=(a_goal(),),
        medications=(a_medication(),),
        appointments=(an_appointment(),),
        therapies=(a_therapy(),),
        notes=(a_note(),),
        tasks=(a_task(),),
    )


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that can be said on both sides: how it is written and read here, and there."""

    key: Key
    write: Callable[[Plan, int], Plan]
    edit: Callable[[JsonObject, int], JsonObject]
    here: Callable[[Plan], Any]
    there: Callable[[JsonObject], Any]


def _item(group: str, **changes: Any) -> Callable[[Plan], Plan]:
    def changed(plan: Plan) -> Plan:
        held = items(plan, group)
        return with_items(plan, group, (replace(held[0], **changes), *held[1:]))

    return changed


def _text(side: str, n: int) -> str:
    return f"{side} {n}"


def _dosage(resource: JsonObject, n: int) -> JsonObject:
    (step, *others) = resource["dosageInstruction"]
    (rate,) = step["doseAndRate"]
    quantity = {**rate["doseQuantity"], "value": _dose(n)}
    bare = {name: one for name, one in step.items() if name != "text"}
    return {"dosageInstruction": [{**bare, "doseAndRate": [{**rate, "doseQuantity": quantity}]}, *others]}


def _dose(n: int) -> float:
    return 20 + n / 100


def _moved(plan: Plan, n: int) -> Plan:
    (visit, *others) = plan.appointments
    shift = timedelta(minutes=n) + (_START - visit.start)
    moved = replace(visit, start=visit.start + shift, end=visit.end + shift)
    return replace(plan, appointments=(moved, *others))


_START = an_appointment().start


def _moved_there(resource: JsonObject, n: int) -> JsonObject:
    start, end = _START + timedelta(minutes=n), _START + timedelta(minutes=n + 50)
    zones = {f"_{name}": resource[f"_{name}"] for name in ("start", "end")}
    return {"start": start.isoformat(), "end": end.isoformat(), **zones}


FIELDS: Mapping[str, Field] = {
    "words of a goal": Field(
        key=GOAL,
        write=lambda plan, n: _item("goals", description=_text("here", n))(plan),
        edit=lambda _, n: {"description": {"text": _text("there", n)}},
        here=lambda plan: plan.goals[0].description,
        there=lambda held: held["description"]["text"],
    ),
    "reason of a goal": Field(
        key=GOAL,
        write=lambda plan, n: _item("goals", status_reason=_text("here", n))(plan),
        edit=lambda _, n: {"statusReason": _text("there", n)},
        here=lambda plan: plan.goals[0].status_reason,
        there=lambda held: held.get("statusReason"),
    ),
    "title": Field(
        key=PLAN,
        write=lambda plan, n: replace(plan, title=_text("here", n)),
        edit=lambda _, n: {"title": _text("there", n)},
        here=lambda plan: plan.title,
        there=lambda held: held["title"],
    ),
    "words of a note": Field(
        key=NOTE,
        write=lambda plan, n: _item("notes", text=_text("here", n))(plan),
        edit=lambda _, n: {"payload": [{"contentString": _text("there", n)}]},
        here=lambda plan: plan.notes[0].text,
        there=lambda held: held["payload"][0]["contentString"],
    ),
    "comment on a visit": Field(
        key=VISIT,
        write=lambda plan, n: _item("appointments", comment=_text("here", n))(plan),
        edit=lambda _, n: {"comment": _text("there", n)},
        here=lambda plan: plan.appointments[0].comment,
        there=lambda held: held.get("comment"),
    ),
    "time of a visit": Field(
        key=VISIT,
        write=_moved,
        edit=_moved_there,
        here=lambda plan: plan.appointments[0].start.isoformat(),
        there=lambda held: held["start"],
    ),
    "dose": Field(
        key=ORDER,
        write=lambda plan, _: plan,
        edit=_dosage,
        here=lambda plan: float(plan.medications[0].dosage[0].dose.value),
        there=lambda held: float(held["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"]),
    ),
    # Never the minutes that were agreed at first: going back to those is no edit that could be lost.
    "minutes of a therapy": Field(
        key=THERAPY,
        write=lambda plan, n: _item("therapies", session_minutes=60 + n % 60)(plan),
        edit=lambda held, n: {
            "occurrenceTiming": {"repeat": {**held["occurrenceTiming"]["repeat"], "duration": 120 + n % 60}}
        },
        here=lambda plan: plan.therapies[0].session_minutes,
        there=lambda held: int(held["occurrenceTiming"]["repeat"].get("duration", 0)),
    ),
    "words of a task": Field(
        key=TASK,
        write=lambda plan, n: _item("tasks", description=_text("here", n))(plan),
        edit=lambda _, n: {"description": _text("there", n)},
        here=lambda plan: plan.tasks[0].description,
        there=lambda held: held.get("description"),
    ),
}


def _new_dose(plan: Plan) -> Plan:
    """The running order ends and another one takes its place."""
    decision = NewDose(
        order_id=ORDER.item,
        new_order_id=uid("medications-1"),
        dosage=(a_dosage_step(dose=mg("100")),),
        prescriber=PSYCHIATRIST.id,
        authored_on=day(42),
    )
    return change_dose(plan, decision)


# Endings: each can be made once, on either side.
ENDINGS_HERE: Mapping[str, Callable[[Plan], Plan]] = {
    "goal": _item("goals", status=GoalStatus.CANCELLED),
    "order": _item("medications", status=OrderStatus.STOPPED, status_reason=StatusReason.NO_BENEFIT),
    "therapy": _item("therapies", status=RequestStatus.COMPLETED),
    "dose": _new_dose,
}
ENDINGS_THERE: Mapping[str, tuple[Key, JsonObject]] = {
    "goal": (GOAL, {"lifecycleStatus": "completed"}),
    "visit": (VISIT, {"status": "cancelled"}),
    "therapy": (THERAPY, {"status": "revoked"}),
    "task": (TASK, {"status": "completed"}),
}
