"""Task: something to do about the plan; a proposal that no person accepted is requested by a device."""

from service.domain.coordination import Task, TaskIntent, TaskStatus
from service.fhir.json import JsonObject
from service.mapping.datatypes import day_from_fhir, days_to_fhir, moment_from_fhir, moment_to_fhir
from service.mapping.overlay import (
    DAYS,
    MOMENT,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    Coded,
    Fields,
    Link,
    write,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.records import TASK_KIND

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "intent": WHOLE,
    "code": Coded(TASK_KIND.find),
    "description": WHOLE,
    "focus": REFERENCE,
    "for": REFERENCE,
    "authoredOn": MOMENT,
    "requester": WHOLE,
    "owner": Link(),
    "restriction": {"period": DAYS},
}

# By name only: the service is no resource of the chart.
_SERVICE = {"type": "Device", "display": "Tandem"}


def to_fhir(
    task: Task, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Task for a patient (id) about a plan; whoever requested it in the chart stays."""
    service = _SERVICE if task.intent is TaskIntent.PROPOSAL else None
    mine = {
        "resourceType": "Task",
        "identifier": [refs.identifier(task.id)],
        "status": task.status.value,
        "intent": task.intent.value,
        "code": TASK_KIND.concept(task.kind),
        "description": task.description,
        "focus": refs.to("CarePlan", plan_id),
        "for": refs.to("Patient", patient),
        "authoredOn": moment_to_fhir(task.authored_at),
        "requester": (onto or {}).get("requester", service),
        "owner": refs.maybe("Practitioner", task.owner),
        "restriction": {"period": days_to_fhir(task.start, task.due)},
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: Task | None, resource: JsonObject, refs: Refs) -> Absorbed[Task]:
    """Return the task that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": read.one("code", TASK_KIND.read),
        "description": read.one("description", str),
        "status": read.code("status", TaskStatus),
        "intent": read.code("intent", TaskIntent),
        "owner": read.link("owner", refs, "Practitioner"),
        "authored_at": read.one("authoredOn", moment_from_fhir),
        "start": read.one("restriction.period.start", day_from_fhir),
        "due": read.one("restriction.period.end", day_from_fhir),
    }
    return read.settle(Task, held, values)
