"""Practitioner: a clinician of the directory, by identifiers and name.

The profession is said by the PractitionerRole. Made only on a sandbox; elsewhere matched and only read.
"""

from service.domain.people import Person, Role
from service.fhir.json import JsonObject
from service.mapping.datatypes import flag_from_fhir, identifiers_from_fhir, identifiers_to_fhir
from service.mapping.human_name import SHAPE as NAME
from service.mapping.human_name import name_to_fhir, read_name
from service.mapping.overlay import ALL_IDENTIFIERS, WHOLE, Fields, write
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs

SHAPE: Fields = {"identifier": ALL_IDENTIFIERS, "active": WHOLE, "name": NAME}


def to_fhir(person: Person, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Practitioner, laid over `onto` where the chart holds it: no identifier or name goes."""
    mine = {
        "resourceType": "Practitioner",
        "identifier": [refs.identifier(person.id), *identifiers_to_fhir(person.identifiers)],
        "active": person.active,
        "name": name_to_fhir(person.family_name, person.given_names),
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(
    held: Person | None, resource: JsonObject, refs: Refs, *, profession: Role | None = None
) -> Absorbed[Person]:
    """Return the clinician that the resource describes, with what it does not say taken from `held`.

    `profession` is what a clinician who is not held yet is taken for, until the PractitionerRole is absorbed
    into the result; without it that is `Role.OTHER`, reported.
    """
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "identifiers": read.one("identifier", lambda all_: identifiers_from_fhir(all_, refs.system)),
        "active": read.one("active", flag_from_fhir),
        **read_name(read),
    }
    if held is None:
        values["profession"] = profession or Role.OTHER
        if profession is None:
            read.note("", "does not say the profession: taken for other until a PractitionerRole says it")
    return read.settle(Person, held, values)
