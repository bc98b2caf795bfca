"""What our Observations have in common: whom they are about, and who reported them."""

from typing import Any

from service.fhir.json import JsonObject
from service.mapping.overlay import OUR_IDENTIFIER, REFERENCE, WHOLE, ByReference, Fields
from service.mapping.reading import UNREAD, Reading
from service.mapping.references import Refs

COMMON: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "subject": REFERENCE,
}
REPORTER = ByReference(types=("Patient", "Practitioner"))


def reporter_to_fhir(person: str | None, patient: str, refs: Refs) -> list[JsonObject]:
    """Return the performer: a person of the directory, or the patient where there is none."""
    return [refs.maybe("Practitioner", person) or refs.to("Patient", patient)]


def reporter_from_fhir(read: Reading, refs: Refs) -> Any:
    """Return the person who reported it, None for the patient; by nobody of the plan it is `UNREAD`."""
    people = read.links("performer", refs, "Practitioner")
    if people is UNREAD:
        return UNREAD
    if len(people) > 1:
        return read.note("performer", "names more than one person")
    if not people and not read.links("performer", refs, "Patient"):
        return read.note("performer", "does not say who of the plan reported it")
    return people[0] if people else None


def is_observation(resource: JsonObject) -> bool:
    """Tell whether a resource is an Observation."""
    return resource.get("resourceType") == "Observation"
