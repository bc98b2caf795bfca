"""Profiles of what a plan asks for: medicines, courses of therapy, reviews, appointments and tasks."""

from fhir_profiles.source.elements import (
    at,
    bound,
    coded,
    extended,
    identified,
    only,
    profile,
    refers,
    required,
    rule,
    sliced,
)
from fhir_profiles.source.terms import value_set
from service.fhir.json import JsonObject
from service.mapping.datatypes import UCUM
from service.mapping.extensions import IANA_ZONE
from service.mapping.terminology.categories import PSYCHOTHERAPY
from service.mapping.terminology.items import PLAN_ITEM, PlanItem
from service.mapping.terminology.records import APPOINTMENT_KIND, TASK_KIND
from service.mapping.terminology.systems import MEDICATION_CATEGORY
from service.mapping.terminology.table import Code
from service.mapping.terminology.treatment import FORMAT, MODALITY, ROUTE, SKILL_SET, STATUS_REASON

COMMUNITY = Code(MEDICATION_CATEGORY, "community", "Community")

# `intent=order` belongs to the prescriber's EHR; ours plan or propose.
MEDICATION_INTENT = "medication-intent"
_INTENT_SYSTEM = "http://hl7.org/fhir/CodeSystem/medicationrequest-intent"
MEDICATION_INTENTS = (Code(_INTENT_SYSTEM, "plan", "Plan"), Code(_INTENT_SYSTEM, "proposal", "Proposal"))


def profiles() -> list[JsonObject]:
    """Return the profiles of this module."""
    return [_medication_request(), _therapy_course(), _review_cadence(), _appointment(), _task(), _proposal()]


def medication_intents() -> JsonObject:
    """Return the ValueSet of the intents that a request of ours may have."""
    says = "What a request for a medicine may be when a plan makes it: never an order."
    return value_set(MEDICATION_INTENT, MEDICATION_INTENTS, says)


def _medication_request() -> JsonObject:
    category = "MedicationRequest.category"
    return profile(
        "MedicationRequest",
        "tandem-medication-request",
        title="Medicine of a plan",
        says=(
            "One medicine at one dosage, planned or proposed, never ordered. A new dose is a new request "
            "that names the one before it. In the shape of the US Core MedicationRequest."
        ),
        elements=[
            *identified("MedicationRequest"),
            at("MedicationRequest.status", "1..1"),
            bound("MedicationRequest.statusReason", "0..1", STATUS_REASON),
            at("MedicationRequest.intent", "1..1", binding=required(MEDICATION_INTENT)),
            sliced(category, "pattern", "$this", why="One category is ours"),
            at(f"{category}:community", "1..1", patternCodeableConcept=coded(COMMUNITY)),
            at("MedicationRequest.doNotPerform", "0..0"),
            only("MedicationRequest.reported[x]", "1..1", "boolean"),
            at("MedicationRequest.medication[x]", "1..1"),
            refers("MedicationRequest.subject", "1..1", "Patient"),
            at("MedicationRequest.supportingInformation", "0..*"),
            at("MedicationRequest.authoredOn", "1..1"),
            refers("MedicationRequest.requester", "0..1", "Practitioner"),
            at("MedicationRequest.reasonReference", "0..*"),
            *_dosage("MedicationRequest.dosageInstruction"),
            at("MedicationRequest.priorPrescription", "0..1"),
        ],
    )


def _dosage(here: str) -> list[JsonObject]:
    quantity = f"{here}.doseAndRate.dose[x]"
    return [
        at(here, "1..*"),
        at(f"{here}.sequence", "1..1"),
        at(f"{here}.text", "1..1"),
        at(f"{here}.patientInstruction", "0..1"),
        at(f"{here}.timing", "0..1"),
        at(f"{here}.asNeeded[x]", "0..1"),
        bound(f"{here}.route", "0..1", ROUTE),
        at(f"{here}.doseAndRate", "1..1"),
        only(quantity, "1..1", "Quantity"),
        at(f"{quantity}.value", "1..1"),
        at(f"{quantity}.system", "1..1", fixedUri=UCUM),
        at(f"{quantity}.code", "1..1"),
        at(f"{here}.maxDosePerPeriod", "0..1"),
    ]


def _service_request(name: str, *, title: str, says: str, elements: list[JsonObject]) -> JsonObject:
    opening = [
        *identified("ServiceRequest"),
        at("ServiceRequest.basedOn", "1..*"),
        at("ServiceRequest.status", "1..1"),
        at("ServiceRequest.intent", "1..1", fixedCode="plan"),
    ]
    return profile("ServiceRequest", name, title=title, says=says, elements=[*opening, *elements])


def _therapy_course() -> JsonObject:
    category, detail, repeat = (
        "ServiceRequest.category",
        "ServiceRequest.orderDetail",
        "ServiceRequest.occurrence[x].repeat",
    )
    return _service_request(
        "tandem-therapy-course",
        title="Course of therapy",
        says="One course of psychotherapy: which modality, in what format, how often and how long.",
        elements=[
            sliced(category, "pattern", "$this", why="One category is ours"),
            at(f"{category}:psychotherapy", "1..1", patternCodeableConcept=coded(PSYCHOTHERAPY)),
            bound("ServiceRequest.code", "1..1", MODALITY),
            sliced(detail, "value", "$this", why="The format and the skill sets of DBT are ours"),
            bound(f"{detail}:format", "1..1", FORMAT),
            bound(f"{detail}:skills", "0..4", SKILL_SET),
            refers("ServiceRequest.subject", "1..1", "Patient"),
            only("ServiceRequest.occurrence[x]", "0..1", "Timing"),
            at(repeat, "1..1"),
            at(f"{repeat}.count", "0..1"),
            at(f"{repeat}.duration", "0..1"),
            at(f"{repeat}.frequency", "0..1"),
            at(f"{repeat}.period", "0..1"),
            at("ServiceRequest.authoredOn", "1..1"),
            at("ServiceRequest.performer", "0..*"),
            at("ServiceRequest.reasonReference", "0..*"),
            at("ServiceRequest.supportingInfo", "0..*"),
        ],
    )


def _review_cadence() -> JsonObject:
    review = PLAN_ITEM.rows[PlanItem.INTEGRATED_REVIEW][0]
    repeat = "ServiceRequest.occurrence[x].repeat"
    return _service_request(
        "tandem-review-cadence",
        title="Cadence of the integrated review",
        says="How often the whole team looks at what works, in weeks, and when next.",
        elements=[
            at("ServiceRequest.code", "1..1", patternCodeableConcept=coded(review)),
            refers("ServiceRequest.subject", "1..1", "Patient"),
            only("ServiceRequest.occurrence[x]", "1..1", "Timing"),
            at("ServiceRequest.occurrence[x].event", "0..1"),
            at(repeat, "1..1"),
            at(f"{repeat}.frequency", "1..1", fixedPositiveInt=1),
            at(f"{repeat}.period", "1..1"),
            at(f"{repeat}.periodMax", "1..1"),
            at(f"{repeat}.periodUnit", "1..1", fixedCode="wk"),
            at("ServiceRequest.authoredOn", "1..1"),
            at("ServiceRequest.performer", "1..*"),
        ],
    )


def _appointment() -> JsonObject:
    kind = "Appointment.serviceType"
    zoned = rule(
        "tandem-appointment-1",
        "The time zone is named: beside the start and the end, or on an appointment that has no time yet",
        f"(start | end).extension('{IANA_ZONE.url}').exists() or extension('{IANA_ZONE.url}').exists()",
    )
    return profile(
        "Appointment",
        "tandem-appointment",
        title="Appointment of a plan",
        says="Who meets when, at the wall clock of a named zone. An EHR that schedules owns it.",
        elements=[
            *extended("Appointment", IANA_ZONE),
            *identified("Appointment"),
            at("Appointment.status", "1..1"),
            at("Appointment.cancelationReason", "0..1"),
            sliced(kind, "value", "$this", why="The kind is ours; further service types stay"),
            bound(f"{kind}:kind", "1..1", APPOINTMENT_KIND),
            at("Appointment.supportingInformation", "1..*"),
            at("Appointment.start", "0..1"),
            *extended("Appointment.start", IANA_ZONE),
            at("Appointment.end", "0..1"),
            *extended("Appointment.end", IANA_ZONE),
            at("Appointment.comment", "0..1"),
            at("Appointment.basedOn", "0..*"),
            at("Appointment.participant", "1..*"),
            at("Appointment.participant.actor", "0..1"),
            at("Appointment.participant.required", "0..1"),
            at("Appointment.participant.status", "1..1"),
            at("Appointment.requestedPeriod", "0..*"),
        ],
        rules=[zoned],
    )


def _task() -> JsonObject:
    return profile(
        "Task",
        "tandem-task",
        title="Task about a plan",
        says="Something to do about the plan; a proposal that no person accepted is requested by a device.",
        elements=[
            *identified("Task"),
            at("Task.status", "1..1"),
            at("Task.intent", "1..1"),
            bound("Task.code", "1..1", TASK_KIND),
            at("Task.description", "1..1"),
            refers("Task.focus", "1..1", "CarePlan"),
            refers("Task.for", "1..1", "Patient"),
            at("Task.authoredOn", "1..1"),
            at("Task.requester", "0..1"),
            refers("Task.owner", "0..1", "Practitioner"),
            at("Task.restriction", "0..1"),
            at("Task.restriction.period", "0..1"),
        ],
    )


def _proposal() -> JsonObject:
    asked = PLAN_ITEM.rows[PlanItem.ORDER_MEDICATION][0]
    return profile(
        "Task",
        "tandem-medication-proposal",
        title="Question whether to order a medicine",
        says="Asks the prescriber to order what the plan proposes, on connections that propose medications.",
        elements=[
            *identified("Task"),
            at("Task.status", "1..1"),
            at("Task.intent", "1..1", fixedCode="proposal"),
            at("Task.code", "1..1", patternCodeableConcept=coded(asked)),
            refers("Task.focus", "1..1", "MedicationRequest"),
            refers("Task.for", "1..1", "Patient"),
            at("Task.authoredOn", "1..1"),
            at("Task.requester", "1..1"),
            refers("Task.owner", "0..1", "Practitioner"),
        ],
    )
