"""Flag: a warning that everyone who opens the chart must see."""

from service.domain.coordination import Flag, FlagStatus
from service.fhir.json import JsonObject
from service.mapping.datatypes import day_from_fhir, days_to_fhir
from service.mapping.overlay import (
    DAYS,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByKey,
    Fields,
    Link,
    Meaning,
    write,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.records import FLAG_CATEGORY, FLAG_KIND

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "category": ByKey(FLAG_CATEGORY.find, {}),
    "code": Meaning(lambda code: (FLAG_KIND.find(code), code.get("text"))),
    "subject": REFERENCE,
    "period": DAYS,
    "author": Link(),
}


def to_fhir(flag: Flag, patient: str, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Flag of a patient (id); of the chart's categories only that of its kind before goes."""
    kinds = {flag.kind, FLAG_KIND.find((onto or {}).get("code"))}
    ours = ByKey(FLAG_CATEGORY.find, {}, ours=lambda kind: kind is not None and kind in kinds)
    mine = {
        "resourceType": "Flag",
        "identifier": [refs.identifier(flag.id)],
        "status": flag.status.value,
        "category": [FLAG_CATEGORY.concept(flag.kind)],
        "code": FLAG_KIND.concept(flag.kind, flag.text),
        "subject": refs.to("Patient", patient),
        "period": days_to_fhir(flag.start, flag.end),
        "author": refs.to("Practitioner", flag.raised_by),
    }
    return write(mine, onto, {**SHAPE, "category": ours}, refs=refs)


def absorb(held: Flag | None, resource: JsonObject, refs: Refs) -> Absorbed[Flag]:
    """Return the flag that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": read.one("code", FLAG_KIND.read),
        "text": read.one("code.text", str),
        "status": read.code("status", FlagStatus),
        "raised_by": read.link("author", refs, "Practitioner"),
        "start": read.one("period.start", day_from_fhir),
        "end": read.one("period.end", day_from_fhir),
    }
    return read.settle(Flag, held, values)
