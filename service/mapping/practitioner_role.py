"""PractitionerRole: the profession of a clinician, and the name of the place; its id is the clinician's."""

from typing import Any

from service.domain.people import Person, Role
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable
from service.mapping.overlay import OUR_IDENTIFIER, REFERENCE, WHOLE, Coded, Fields, OneOf, write
from service.mapping.reading import UNREAD, Absorbed, Issue, Reading
from service.mapping.references import Refs
from service.mapping.terminology.people import ROLE

# A clinician may have further codes in the chart: the first that we know is the profession, all others stay.
SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "practitioner": REFERENCE,
    "organization": WHOLE,
    "code": OneOf(lambda code: ROLE.find(code) is not None, Coded(ROLE.find)),
}


def to_fhir(person: Person, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the PractitionerRole; a place that the chart refers to stays, ours is only a name."""
    mine = {
        "resourceType": "PractitionerRole",
        "identifier": [refs.identifier(person.id)],
        "practitioner": refs.to("Practitioner", person.id),
        "organization": _place_of_chart(onto) or {"display": person.organization},
        "code": [ROLE.concept(person.profession)],
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: Person | None, resource: JsonObject, refs: Refs) -> Absorbed[Person]:
    """Return the clinician with the profession and the place that the resource gives.

    `held` is the clinician as held, or as absorbed from the Practitioner: a role alone names nobody.
    """
    read = Reading(resource)
    clinician = resource.get("practitioner")
    whose = refs.item(clinician, "Practitioner") if clinician else refs.own_item(resource)
    if held is None or whose != held.id:
        issue = Issue("PractitionerRole.practitioner", "is not the clinician whose role is read")
        return Absorbed(value=held, issues=(issue,))
    values = {"profession": _profession(read), "organization": read.one("organization", _in_words)}
    return read.settle(Person, held, values)


def profession(resource: JsonObject) -> Role | None:
    """Return the profession that the resource gives, None where it gives none that the plan knows."""
    said = _profession(Reading(resource))
    return said if isinstance(said, Role) else None


def _profession(read: Reading) -> Any:
    known = read.many("code", ROLE.find)
    if known is UNREAD:
        return UNREAD
    if len(known) > 1:
        read.note("code", "names a further profession: the plan holds one")
    return known[0] if known else read.note("code", "has no code with a meaning in the plan")


def _in_words(place: JsonObject) -> str:
    if "display" not in place:
        raise Unreadable("names the place in no words", ".display")
    return str(place["display"])


def _place_of_chart(onto: JsonObject | None) -> JsonObject | None:
    place: JsonObject = (onto or {}).get("organization", {})
    return place if {"reference", "identifier"} & set(place) else None
