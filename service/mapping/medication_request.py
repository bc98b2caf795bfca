"""MedicationRequest: one order of one drug at one dosage, never written with `intent=order`."""

from enum import StrEnum
from typing import Any

from service.domain.medication import NEEDS_REASON, MedicationOrder, OrderStatus, StatusReason
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable, day_from_fhir, day_to_fhir
from service.mapping.dosage import SHAPE as DOSAGE
from service.mapping.dosage import step_from_fhir, steps_to_fhir
from service.mapping.medication import CONTAINED_ID, drug_from_fhir, drug_to_fhir
from service.mapping.overlay import (
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByKey,
    ByReference,
    Fields,
    InOrder,
    Meaning,
    coded_entries,
    write,
)
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.systems import MEDICATION_CATEGORY
from service.mapping.terminology.treatment import STATUS_REASON


class Intent(StrEnum):
    """What a request of ours asks: our plan of a medicine, or a proposal to the prescriber."""

    PLAN = "plan"
    PROPOSAL = "proposal"


SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "contained": ByKey(lambda held: held.get("id"), WHOLE, ours=lambda name: name == CONTAINED_ID),
    "status": WHOLE,
    "statusReason": Meaning(lambda concept: (_reason_in(concept), concept.get("text"))),
    "intent": WHOLE,
    "category": coded_entries(MEDICATION_CATEGORY),
    "reportedBoolean": WHOLE,
    "medicationCodeableConcept": WHOLE,
    "medicationReference": REFERENCE,
    "subject": REFERENCE,
    "authoredOn": WHOLE,
    "requester": REFERENCE,
    "reasonReference": ByReference(),
    "supportingInformation": ByReference(),
    "priorPrescription": REFERENCE,
    "dosageInstruction": InOrder(DOSAGE),
}

# One of these alone would say another treatment: a new drug at the dose of the old one.
_TOGETHER = ("drug", "dosage", "status", "status_reason", "authored_on")
_COMMUNITY = {"system": MEDICATION_CATEGORY, "code": "community", "display": "Community"}


def to_fhir(
    order: MedicationOrder,
    patient: str,
    refs: Refs,
    *,
    intent: Intent = Intent.PLAN,
    onto: JsonObject | None = None,
) -> JsonObject:
    """Return the MedicationRequest of a patient (id); a proposal is a draft until the prescriber orders."""
    running = order.status in (OrderStatus.ACTIVE, OrderStatus.ON_HOLD)
    status = OrderStatus.DRAFT if intent is Intent.PROPOSAL and running else order.status
    mine = {
        "resourceType": "MedicationRequest",
        "identifier": [refs.identifier(order.id)],
        "status": status.value,
        "statusReason": _reason_to_fhir(order, onto),
        "intent": intent.value,
        "category": [{"coding": [_COMMUNITY]}],
        "reportedBoolean": False,
        **drug_to_fhir(order.drug),
        "subject": refs.to("Patient", patient),
        "authoredOn": day_to_fhir(order.authored_on),
        "requester": refs.maybe("Practitioner", order.prescriber),
        "reasonReference": refs.all("Condition", order.reasons),
        "supportingInformation": refs.all("ServiceRequest", order.supports),
        "priorPrescription": refs.maybe("MedicationRequest", order.replaces),
        "dosageInstruction": steps_to_fhir(order.dosage),
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(
    held: MedicationOrder | None,
    resource: JsonObject,
    refs: Refs,
    *,
    medication: JsonObject | None = None,
) -> Absorbed[MedicationOrder]:
    """Return the order that the resource describes; `medication` is the Medication that it refers to."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "drug": read.one(_drug_path(resource), lambda _: drug_from_fhir(resource, medication)),
        "dosage": read.many("dosageInstruction", step_from_fhir),
        "status": read.code("status", OrderStatus),
        "status_reason": read.one("statusReason", _reason_in),
        "status_note": read.one("statusReason.text", str),
        "prescriber": read.link("requester", refs, "Practitioner"),
        "authored_on": read.one("authoredOn", day_from_fhir),
        "replaces": read.link("priorPrescription", refs, "MedicationRequest"),
        "reasons": read.links("reasonReference", refs, "Condition"),
        "supports": read.links("supportingInformation", refs, "ServiceRequest"),
    }
    if values["status_reason"] is None and values["status"] in NEEDS_REASON:
        values["status_reason"] = StatusReason.NOT_STATED
    if resource.get("doNotPerform"):
        read.note("doNotPerform", "forbids the medicine: the plan cannot hold that")
    if resource.get("doNotPerform") or any(values[name] is UNREAD for name in _TOGETHER):
        return Absorbed(value=held, issues=tuple(read.issues))
    return read.settle(MedicationOrder, held, values)


def _reason_in(concept: Any) -> StatusReason:
    """Return the reason that a chart gives; one in codes or words of its own is none that we can name."""
    if not isinstance(concept, dict):
        raise Unreadable("is no CodeableConcept")
    return STATUS_REASON.find(concept) or StatusReason.NOT_STATED


def _reason_to_fhir(order: MedicationOrder, onto: JsonObject | None) -> JsonObject | None:
    """Return the reason; of an ended order whose chart gives none, none is written into it either."""
    unsaid = order.status_reason is StatusReason.NOT_STATED and order.status_note is None
    if unsaid and order.status in NEEDS_REASON and onto is not None and "statusReason" not in onto:
        return None
    return STATUS_REASON.concept(order.status_reason, order.status_note)


def _drug_path(resource: JsonObject) -> str:
    return "medicationReference" if "medicationReference" in resource else "medicationCodeableConcept"
