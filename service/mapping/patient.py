"""Patient: whose plan it is, by identifiers, name, birth date and gender.

Made only on a sandbox; elsewhere a patient is matched and only read.
"""

from service.domain.people import AdministrativeGender, Patient
from service.fhir.json import JsonObject
from service.mapping.datatypes import (
    day_from_fhir,
    day_to_fhir,
    identifiers_from_fhir,
    identifiers_to_fhir,
)
from service.mapping.human_name import SHAPE as NAME
from service.mapping.human_name import name_to_fhir, read_name
from service.mapping.overlay import ALL_IDENTIFIERS, WHOLE, Fields, write
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs

SHAPE: Fields = {"identifier": ALL_IDENTIFIERS, "name": NAME, "gender": WHOLE, "birthDate": WHOLE}


def to_fhir(patient: Patient, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Patient, laid over `onto` where the chart holds it: no identifier or name is taken away."""
    mine = {
        "resourceType": "Patient",
        "identifier": [refs.identifier(patient.id), *identifiers_to_fhir(patient.identifiers)],
        "name": name_to_fhir(patient.family_name, patient.given_names),
        "gender": patient.gender.value,
        "birthDate": day_to_fhir(patient.birth_date),
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: Patient | None, resource: JsonObject, refs: Refs) -> Absorbed[Patient]:
    """Return the patient that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "identifiers": read.one("identifier", lambda all_: identifiers_from_fhir(all_, refs.system)),
        **read_name(read),
        "birth_date": read.one("birthDate", day_from_fhir),
        "gender": read.code("gender", AdministrativeGender),
    }
    return read.settle(Patient, held, values)
