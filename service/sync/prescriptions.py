"""Whose prescription it is: a drug that the chart orders already is referred to, never made active twice."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable
from service.mapping.medication import drug_from_fhir
from service.mapping.terminology.drugs import same_drug
from service.ports.ehr import Ehr, Held
from service.ports.storage import LinkState
from service.sync.agenda import Agenda, remote_of
from service.sync.identity import read_again
from service.sync.planner import Vanished

# FHIR R4 medicationrequest-intent: what a prescriber ordered, not what somebody plans or proposes.
ORDERED = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
RUNNING_THERE = frozenset({"active", "on-hold"})
RUNNING_HERE = frozenset({OrderStatus.ACTIVE, OrderStatus.ON_HOLD})


def look_for_orders(agenda: Agenda, ehr: Ehr, patient: str) -> Mapping[str, str]:
    """Return the chart's order, as `MedicationRequest/id`, for each order of the plan that it stands for."""
    if not any(order.status in RUNNING_HERE for order in agenda.plan.medications):
        return {}
    found = orders_there(agenda, ehr, patient)
    own_system = agenda.connection.identifier_system
    return orders_in_chart(agenda.plan, found, own_system, standing=_standing(agenda))


def orders_there(agenda: Agenda, ehr: Ehr, patient: str) -> tuple[Held, ...]:
    """Return the patient's requests of medicines and the Medications that they name, read once a pass."""
    if agenda.ordered is None:
        query = {"patient": patient}
        if "MedicationRequest:medication" in agenda.capabilities.of("MedicationRequest").search_includes:
            query["_include"] = "MedicationRequest:medication"
        found = tuple(ehr.search("MedicationRequest", query))
        agenda.ordered = (*found, *_not_included(found, ehr, agenda.connection.identifier_system))
    return agenda.ordered


def _standing(agenda: Agenda) -> Mapping[str, str]:
    """Return the request by which each order of the plan stands: the chart's own, or ours while it ran."""
    entries = {key.item: entry for key, entry in agenda.ledger.items() if key.type == "MedicationRequest"}
    return {
        item: address
        for item, entry in entries.items()
        if (address := remote_of(entry)) is not None
        and (entry.state is LinkState.PULL_ONLY or ran(entry.agreed_theirs))
    }


def ran(agreed: JsonObject | None) -> bool:
    """Tell whether a request had not ended when both sides agreed last."""
    return agreed is not None and agreed.get("status") in (*RUNNING_THERE, "draft")


def _not_included(found: Collection[Held], ehr: Ehr, own_system: str) -> Iterator[Held]:
    """Read the Medications that a server did not include: an unread drug would be ordered a second time."""
    there = {one.reference for one in found}
    orders = (one.resource for one in found if is_chart_order(one.resource, own_system))
    for reference in sorted({medication_of(order) for order in orders} - there):
        held = read_again(reference, ehr) if reference.startswith("Medication/") else Vanished()
        if not isinstance(held, Vanished):
            yield held


def orders_in_chart(
    plan: Plan, found: Iterable[Held], own_system: str, *, standing: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Return which running orders of the plan the chart orders itself; of several, the newest.

    An order stays with the request by which it is `standing` as long as that runs. When that has ended, or is
    an order no longer, no other takes its place by itself: a renewal is confirmed by a person.
    """
    held = tuple(found)
    stand = standing or {}
    status = {one.reference: one.resource.get("status") for one in held}
    medications = medications_in(held)
    orders = [one for one in held if is_chart_order(one.resource, own_system)]
    orders.sort(key=lambda one: (str(one.resource.get("authoredOn", "")), one.reference), reverse=True)
    theirs = {one.reference for one in orders}
    no_orders = {one.reference for one in held if not carries_our_name(one.resource, own_system)} - theirs
    matches: dict[str, str] = {}
    for order in plan.medications:
        by = stand.get(order.id)
        ended = by in no_orders or (by in status and status[by] not in (*RUNNING_THERE, "draft"))
        if order.status not in RUNNING_HERE or ended:
            continue
        same = (one.reference for one in orders if orders_drug_of(order, one.resource, medications))
        reference = by if by in theirs else next(same, None)
        if reference is not None:
            matches[order.id] = reference
    return matches


def medications_in(held: Iterable[Held]) -> Mapping[str, JsonObject]:
    """Return the Medications among what was read, by address."""
    return {one.reference: one.resource for one in held if one.reference.startswith("Medication/")}


def running_orders(agenda: Agenda) -> tuple[Held, ...]:
    """Return the chart's own orders that run, as far as they were read."""
    system = agenda.connection.identifier_system
    return tuple(one for one in agenda.ordered or () if is_chart_order(one.resource, system))


def is_chart_order(resource: JsonObject, own_system: str) -> bool:
    """Tell whether a request is a running order of the chart's own."""
    return (
        resource["resourceType"] == "MedicationRequest"
        and not carries_our_name(resource, own_system)
        and not resource.get("doNotPerform")
        and resource.get("intent") in ORDERED
        and resource.get("status") in RUNNING_THERE
    )


def carries_our_name(resource: JsonObject, own_system: str) -> bool:
    """Tell whether a resource carries an identifier of ours."""
    return any(one.get("system") == own_system for one in resource.get("identifier", []))


def orders_drug_of(
    order: MedicationOrder, resource: JsonObject, medications: Mapping[str, JsonObject]
) -> bool:
    """Tell whether a request is of the drug of an order; of one that cannot be read, nobody can tell."""
    try:
        drug = drug_from_fhir(resource, medications.get(medication_of(resource)))
    except (Unreadable, ValueError):
        return False
    return same_drug(order.drug.code, drug.code)


def medication_of(order: JsonObject) -> str:
    """Return the address of the Medication that a request names, empty where it names none."""
    return str(order.get("medicationReference", {}).get("reference", ""))
