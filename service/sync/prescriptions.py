"""Whose prescription it is: a drug that the chart orders already is referred to, never made active twice."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable
from service.mapping.medication import drug_from_fhir
from service.mapping.terminology.drugs import same_drug
from service.ports.ehr import Ehr, Held
from service.sync.agenda import Agenda
from service.sync.identity import read_again
from service.sync.imported import imported_orders
from service.sync.planner import Vanished

# FHIR R4 medicationrequest-intent: what a prescriber ordered, not what somebody plans or proposes.
_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
_RUNNING_THERE = frozenset({"active", "on-hold"})
RUNNING_HERE = frozenset({OrderStatus.ACTIVE, OrderStatus.ON_HOLD})


def look_for_orders(agenda: Agenda, ehr: Ehr, patient: str) -> Mapping[str, str]:
    """Return the chart's order, as `MedicationRequest/id`, for each order of the plan that it stands for."""
    if not any(order.status in RUNNING_HERE for order in agenda.plan.medications):
        return {}
    query = {"patient": patient}
    if "MedicationRequest:medication" in agenda.capabilities.of("MedicationRequest").search_includes:
        query["_include"] = "MedicationRequest:medication"
    own_system = agenda.connection.identifier_system
    found = tuple(ehr.search("MedicationRequest", query))
    everything = (*found, *_not_included(found, ehr, own_system))
    return orders_in_chart(agenda.plan, everything, own_system, imported=imported_orders(agenda))


def _not_included(found: Collection[Held], ehr: Ehr, own_system: str) -> Iterator[Held]:
    """Read the Medications that a server did not include: an unread drug would be ordered a second time."""
    there = {one.reference for one in found}
    orders = (one.resource for one in found if _is_chart_order(one.resource, own_system))
    for reference in sorted({_medication_of(order) for order in orders} - there):
        held = read_again(reference, ehr) if reference.startswith("Medication/") else Vanished()
        if not isinstance(held, Vanished):
            yield held


def orders_in_chart(
    plan: Plan, found: Iterable[Held], own_system: str, *, imported: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Return which running orders of the plan the chart orders itself; of several, the newest.

    An order that was `imported` from one of the chart stays with that one as long as it runs there.
    """
    held = tuple(found)
    kept = imported or {}
    medications = {one.reference: one.resource for one in held if one.reference.startswith("Medication/")}
    orders = [one for one in held if _is_chart_order(one.resource, own_system)]
    orders.sort(key=lambda one: (str(one.resource.get("authoredOn", "")), one.reference), reverse=True)
    matches: dict[str, str] = {}
    for order in plan.medications:
        same = (one.reference for one in orders if _orders_drug_of(order, one.resource, medications))
        origin = (one.reference for one in orders if one.reference == kept.get(order.id))
        reference = next(chain(origin, same), None) if order.status in RUNNING_HERE else None
        if reference is not None:
            matches[order.id] = reference
    return matches


def _is_chart_order(resource: JsonObject, own_system: str) -> bool:
    ours = any(one.get("system") == own_system for one in resource.get("identifier", []))
    return (
        resource["resourceType"] == "MedicationRequest"
        and not ours
        and not resource.get("doNotPerform")
        and resource.get("intent") in _ORDERS
        and resource.get("status") in _RUNNING_THERE
    )


def _orders_drug_of(
    order: MedicationOrder, resource: JsonObject, medications: Mapping[str, JsonObject]
) -> bool:
    try:
        drug = drug_from_fhir(resource, medications.get(_medication_of(resource)))
    except (Unreadable, ValueError):
        return False
    return same_drug(order.drug.code, drug.code)


def _medication_of(order: JsonObject) -> str:
    return str(order.get("medicationReference", {}).get("reference", ""))
