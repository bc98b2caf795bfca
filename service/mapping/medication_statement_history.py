"""MedicationStatement of the past: a medicine that was taken before this plan, and what came of it."""

from service.domain.background import PastTreatment, TreatmentKind
from service.fhir.json import JsonObject
from service.mapping.choices import typed
from service.mapping.datatypes import concept_from_fhir, concept_to_fhir, period_from_fhir, period_to_fhir
from service.mapping.lists import entries_of, one_coded
from service.mapping.overlay import DAYS, OUR_IDENTIFIER, REFERENCE, WHOLE, Fields, write
from service.mapping.past import fitting, status_from_fhir, status_to_fhir
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.treatment import OUTCOME

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "statusReason": entries_of(OUTCOME),
    "medicationCodeableConcept": WHOLE,
    "subject": REFERENCE,
    "effectivePeriod": DAYS,
}


def to_fhir(past: PastTreatment, patient: str, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the MedicationStatement of a patient (id), laid over `onto` where the chart holds it already."""
    mine = {
        "resourceType": "MedicationStatement",
        "identifier": [refs.identifier(past.id)],
        "status": status_to_fhir(past.status),
        "statusReason": [OUTCOME.concept(past.outcome)],
        "medicationCodeableConcept": concept_to_fhir(past.what),
        "subject": refs.to("Patient", patient),
        "effectivePeriod": period_to_fhir(past.period),
    }
    held = fitting(onto, past.period, "medicationCodeableConcept", "effectivePeriod")
    return write(mine, held, SHAPE, refs=refs)


def absorb(held: PastTreatment | None, resource: JsonObject, refs: Refs) -> Absorbed[PastTreatment]:
    """Return the past treatment that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": TreatmentKind.MEDICATION,
        "what": typed(read, "medicationCodeableConcept", concept_from_fhir),
        "period": typed(read, "effectivePeriod", period_from_fhir),
        "outcome": one_coded(read, "statusReason", OUTCOME),
        "status": read.one("status", status_from_fhir),
    }
    return read.settle(PastTreatment, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource says what came of a medicine of the past."""
    return resource.get("resourceType") == "MedicationStatement" and any(
        OUTCOME.find(reason) is not None for reason in resource.get("statusReason", [])
    )
