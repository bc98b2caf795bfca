"""The words of the table of scenarios: what is changed here, what in the chart, and what comes of it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from service.domain.plan import Plan, items, with_items
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.sync.reconciliation import Cause
from tests.builders import the_full_plan, uid

Here = Callable[[Plan], Plan]
There = Mapping[Key, Callable[[JsonObject], JsonObject]]
SEEN = Callable[[Any], Any]


def key(kind: str, group: str, number: int = 0) -> Key:
    """Names the resource of a sample item."""
    return Key(kind, uid(f"{group}-{number}"))


GOAL, TASK, FLAG = key("Goal", "goals"), key("Task", "tasks"), key("Flag", "flags")
STOPPED_ORDER, ORDER = key("MedicationRequest", "medications"), key("MedicationRequest", "medications", 1)
VISIT, CANCELLED_VISIT = key("Appointment", "appointments"), key("Appointment", "appointments", 1)
THERAPY, SCORE = key("ServiceRequest", "therapies"), key("Observation", "scores")
NOTE, SESSION = key("Communication", "notes"), key("Encounter", "sessions")
EFFECT, PHASE = key("Observation", "side_effects"), key("Observation", "phases", 1)
ADHERENCE, PROBLEM = key("MedicationStatement", "adherence"), key("Condition", "conditions")
PLAN, TEAM = Key("CarePlan", uid("plan")), Key("CareTeam", uid("plan"))

START = the_full_plan()
GOAL_WORDS = {"description": {"text": "their words"}}
START_TIME = next(one.start for one in START.appointments if one.id == VISIT.item)
assert START_TIME is not None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One situation. `contested` is the cause and the groups that wait for a person; `lost` those told of,
    `withdrawn` what rests on evidence that the chart withdrew, `left` those beside whose new value a person's
    narrative stands, and `untaken` the paths of what no plan can hold.

    `plan` and `chart` give what must be seen there afterwards: a way to look, and what is found.
    """

    here: Here = lambda plan: plan
    there: There = field(default_factory=dict)
    plan: tuple[SEEN, Any] | None = None
    chart: tuple[SEEN, Any] | None = None
    contested: tuple[Cause, set[str]] | None = None
    lost: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    untaken: set[str] = field(default_factory=set)


def item(group: str, number: int = 0, **changes: Any) -> Here:
    """Changes an item of the plan."""

    def changed(plan: Plan) -> Plan:
        held = items(plan, group)
        (old,) = [one for one in held if one.id == uid(f"{group}-{number}")]
        return with_items(plan, group, tuple(replace(one, **changes) if one is old else one for one in held))

    return changed


def header(**changes: Any) -> Here:
    """Changes the plan itself."""
    return lambda plan: replace(plan, **changes)


def all_of(*changes: Here) -> Here:
    """Makes several changes in one revision."""

    def changed(plan: Plan) -> Plan:
        for change in changes:
            plan = change(plan)
        return plan

    return changed


def sets(**elements: Any) -> Callable[[JsonObject], JsonObject]:
    """Gives elements of a resource other contents; None takes one away."""
    return lambda _: elements


def within(element: str, change: Callable[[Any], Any]) -> Callable[[JsonObject], JsonObject]:
    """Changes an element from what it is."""
    return lambda resource: {element: change(deepcopy(resource.get(element)))}


def both(*changes: Callable[[JsonObject], JsonObject]) -> Callable[[JsonObject], JsonObject]:
    """Makes several changes of one resource, each on top of the one before."""

    def changed(resource: JsonObject) -> JsonObject:
        found: JsonObject = {}
        for change in changes:
            found |= change({**resource, **found})
        return found

    return changed


def told(instruction: str) -> Callable[[JsonObject], JsonObject]:
    """Tells the patient something else of the first step of a dosage."""
    return within(
        "dosageInstruction", lambda steps: [{**steps[0], "patientInstruction": instruction}, *steps[1:]]
    )


def narrated(words: str, status: str = "additional") -> JsonObject:
    """Gives a narrative, which a person wrote unless told otherwise."""
    return {"status": status, "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}


def dose(value: float, text: str | None = None) -> Callable[[JsonObject], JsonObject]:
    """Gives the first step of a dosage another dose, said in a text as well, or in none."""
    return within("dosageInstruction", lambda steps: [_with_dose(steps[0], value, text), *steps[1:]])


def dose_beside_old_words(value: float) -> Callable[[JsonObject], JsonObject]:
    """Gives the first step another dose and leaves the sentence that says the old one."""
    return within(
        "dosageInstruction", lambda steps: [_with_dose(steps[0], value, steps[0]["text"]), *steps[1:]]
    )


def _with_dose(step: JsonObject, value: float, text: str | None) -> JsonObject:
    (rate,) = step["doseAndRate"]
    changed = {**step, "doseAndRate": [{**rate, "doseQuantity": {**rate["doseQuantity"], "value": value}}]}
    return {name: one for name, one in {**changed, "text": text}.items() if one is not None}


def later(hours: int) -> Callable[[JsonObject], JsonObject]:
    """Moves an appointment."""

    def changed(resource: JsonObject) -> JsonObject:
        moved = {
            name: datetime.fromisoformat(resource[name]) + timedelta(hours=hours) for name in ("start", "end")
        }
        zones = {f"_{name}": resource[f"_{name}"] for name in ("start", "end")}
        return {name: one.isoformat() for name, one in moved.items()} | zones

    return changed


def moved(hours: int) -> Here:
    """Moves the visit in the plan."""

    def change(plan: Any) -> Any:
        found = []
        for one in plan.appointments:
            step = timedelta(hours=hours)
            found.append(
                replace(one, start=one.start + step, end=one.end + step) if one.id == VISIT.item else one
            )
        return replace(plan, appointments=tuple(found))

    return change


def of_item(group: str, name: str, number: int = 0) -> SEEN:
    """Looks at a field of an item of the plan."""
    return lambda plan: next(
        getattr(one, name) for one in items(plan, group) if one.id == uid(f"{group}-{number}")
    )


def of_chart(name: Key, *path: str | int) -> SEEN:
    """Looks at an element of a resource in the chart."""

    def look(clinic: Any) -> Any:
        found = clinic.of(name)
        for step in path:
            found = found.get(step) if isinstance(step, str) else found[step]
        return found

    return look
