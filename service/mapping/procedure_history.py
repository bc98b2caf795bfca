"""Procedure of the past: a therapy that came before this plan, and what came of it."""

from service.domain.background import PastTreatment, TreatmentKind
from service.fhir.json import JsonObject
from service.mapping.choices import typed
from service.mapping.datatypes import concept_from_fhir, concept_to_fhir, period_from_fhir, period_to_fhir
from service.mapping.overlay import (
    DAYS,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    Coded,
    Fields,
    Meaning,
    write,
)
from service.mapping.past import fitting, status_from_fhir, status_to_fhir
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.categories import PSYCHOTHERAPY
from service.mapping.terminology.treatment import OUTCOME

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    # R4 has room for one category: what the chart files it under stays.
    "category": Meaning(lambda _: None),
    "code": WHOLE,
    "subject": REFERENCE,
    "performedPeriod": DAYS,
    "outcome": Coded(OUTCOME.find),
}


def to_fhir(past: PastTreatment, patient: str, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Procedure of a patient (id), laid over `onto` where the chart holds it already."""
    mine = {
        "resourceType": "Procedure",
        "identifier": [refs.identifier(past.id)],
        "status": status_to_fhir(past.status),
        "category": {"coding": [PSYCHOTHERAPY.coding]},
        "code": concept_to_fhir(past.what),
        "subject": refs.to("Patient", patient),
        "performedPeriod": period_to_fhir(past.period),
        "outcome": OUTCOME.concept(past.outcome),
    }
    return write(mine, fitting(onto, past.period, "performedPeriod"), SHAPE, refs=refs)


def absorb(held: PastTreatment | None, resource: JsonObject, refs: Refs) -> Absorbed[PastTreatment]:
    """Return the past treatment that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": TreatmentKind.THERAPY,
        "what": read.one("code", concept_from_fhir),
        "period": typed(read, "performedPeriod", period_from_fhir),
        "outcome": read.one("outcome", OUTCOME.read),
        "status": read.one("status", status_from_fhir),
    }
    return read.settle(PastTreatment, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource says what came of a therapy of the past."""
    return resource.get("resourceType") == "Procedure" and OUTCOME.find(resource.get("outcome")) is not None
