"""Task: asks the prescriber to order what we only propose, on connections that propose medications."""

from uuid import UUID, uuid5

from service.domain.medication import MedicationOrder, OrderStatus
from service.fhir.json import JsonObject
from service.mapping.datatypes import day_to_fhir
from service.mapping.overlay import OUR_IDENTIFIER, REFERENCE, WHOLE, Fields, Link, write
from service.mapping.references import Key, Refs
from service.mapping.terminology.items import PLAN_ITEM, PlanItem

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "intent": WHOLE,
    "code": WHOLE,
    "focus": REFERENCE,
    "for": REFERENCE,
    "authoredOn": WHOLE,
    "requester": WHOLE,
    "owner": Link(),
}

_NAMESPACE = UUID("0d7a2a54-52f4-5c0e-9a3c-5f1c7d5a3b02")
_SERVICE = {"type": "Device", "display": "Tandem"}
_OPEN = frozenset({OrderStatus.DRAFT, OrderStatus.ACTIVE, OrderStatus.ON_HOLD})


def key(order_id: str) -> Key:
    """Return the key of the task that goes with an order."""
    return Key("Task", str(uuid5(_NAMESPACE, order_id)))


def is_open(order: MedicationOrder) -> bool:
    """Tell whether there is something to ask for."""
    return order.status in _OPEN


def to_fhir(
    order: MedicationOrder, patient: str, refs: Refs, *, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Task: requested while the order runs, completed when the plan has ended it."""
    mine = {
        "resourceType": "Task",
        "identifier": [refs.identifier(key(order.id).item)],
        "status": "requested" if is_open(order) else "completed",
        "intent": "proposal",
        "code": PLAN_ITEM.concept(PlanItem.ORDER_MEDICATION),
        "focus": refs.to("MedicationRequest", order.id),
        "for": refs.to("Patient", patient),
        "authoredOn": day_to_fhir(order.authored_on),
        "requester": _SERVICE,
        "owner": refs.maybe("Practitioner", order.prescriber),
    }
    return write(mine, onto, SHAPE, refs=refs)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether a Task is the question that goes with a proposed order, and no task of the plan."""
    return PLAN_ITEM.find(resource.get("code")) is PlanItem.ORDER_MEDICATION
