"""Observation of a preference: what the patient wants of the treatment, in the shape of US Core."""

from service.domain.background import Preference
from service.domain.measure import RecordStatus
from service.fhir.json import JsonObject
from service.mapping.choices import typed, without_other_types
from service.mapping.datatypes import day_from_fhir, day_to_fhir
from service.mapping.lists import entries_of
from service.mapping.observed import COMMON, is_observation, reporter_to_fhir
from service.mapping.overlay import ADDED_REFERENCES, DAY, WHOLE, Coded, Fields, write
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.categories import PREFERENCE_CATEGORY
from service.mapping.terminology.records import PREFERENCE

SHAPE: Fields = {
    **COMMON,
    "performer": ADDED_REFERENCES,
    "category": entries_of(PREFERENCE_CATEGORY),
    "code": Coded(PREFERENCE.find),
    "effectiveDateTime": DAY,
    "valueString": WHOLE,
}


def to_fhir(
    preference: Preference, patient: str, refs: Refs, *, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Observation of a patient (id), laid over `onto` where the chart holds it already."""
    mine = {
        "resourceType": "Observation",
        "identifier": [refs.identifier(preference.id)],
        "status": preference.status.value,
        "category": [PREFERENCE_CATEGORY.concept(preference.kind)],
        "code": PREFERENCE.concept(preference.kind),
        "subject": refs.to("Patient", patient),
        "effectiveDateTime": day_to_fhir(preference.recorded_on),
        "performer": reporter_to_fhir(None, patient, refs),
        "valueString": preference.text,
    }
    return write(mine, without_other_types(onto, "effectiveDateTime", "valueString"), SHAPE, refs=refs)


def absorb(held: Preference | None, resource: JsonObject, refs: Refs) -> Absorbed[Preference]:
    """Return the preference that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": read.one("code", PREFERENCE.read),
        "text": typed(read, "valueString", str),
        "recorded_on": typed(read, "effectiveDateTime", day_from_fhir),
        "status": read.code("status", RecordStatus),
    }
    return read.settle(Preference, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is a preference for the treatment or for the care."""
    return is_observation(resource) and PREFERENCE.find(resource.get("code")) is not None
