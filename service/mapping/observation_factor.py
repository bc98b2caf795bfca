"""Observation of a personal factor: something of the person or the situation that bears on the treatment."""

from service.domain.background import PersonalFactor
from service.domain.measure import RecordStatus
from service.fhir.json import JsonObject
from service.mapping.choices import typed, without_other_types
from service.mapping.datatypes import day_from_fhir, day_to_fhir
from service.mapping.lists import added
from service.mapping.observed import COMMON, is_observation
from service.mapping.overlay import DAY, WHOLE, Coded, Fields, write
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.categories import SOCIAL_HISTORY
from service.mapping.terminology.records import FACTOR

SHAPE: Fields = {
    **COMMON,
    "category": added(SOCIAL_HISTORY),
    "code": Coded(FACTOR.find),
    "effectiveDateTime": DAY,
    "valueString": WHOLE,
}


def to_fhir(
    factor: PersonalFactor, patient: str, refs: Refs, *, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Observation of a patient (id), laid over `onto` where the chart holds it already."""
    mine = {
        "resourceType": "Observation",
        "identifier": [refs.identifier(factor.id)],
        "status": factor.status.value,
        "category": [{"coding": [SOCIAL_HISTORY.coding]}],
        "code": FACTOR.concept(factor.kind),
        "subject": refs.to("Patient", patient),
        "effectiveDateTime": day_to_fhir(factor.recorded_on),
        "valueString": factor.text,
    }
    return write(mine, without_other_types(onto, "effectiveDateTime", "valueString"), SHAPE, refs=refs)


def absorb(held: PersonalFactor | None, resource: JsonObject, refs: Refs) -> Absorbed[PersonalFactor]:
    """Return the factor that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": read.one("code", FACTOR.read),
        "text": typed(read, "valueString", str),
        "recorded_on": typed(read, "effectiveDateTime", day_from_fhir),
        "status": read.code("status", RecordStatus),
    }
    return read.settle(PersonalFactor, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is a personal factor, biological or of the situation."""
    return is_observation(resource) and FACTOR.find(resource.get("code")) is not None
