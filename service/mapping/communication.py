"""Communication: a short note between members of the team about the plan."""

from typing import Any

from service.domain.coordination import CoordinationNote, NoteStatus
from service.fhir.json import JsonObject
from service.mapping.datatypes import moment_from_fhir, moment_to_fhir
from service.mapping.lists import entries_of, one_coded
from service.mapping.overlay import (
    ADDED_REFERENCES,
    MOMENT,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByReference,
    Fields,
    Link,
    OneOf,
    write,
)
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.records import MEDIUM

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "basedOn": ADDED_REFERENCES,
    "status": WHOLE,
    "category": entries_of(MEDIUM),
    "subject": REFERENCE,
    "about": ADDED_REFERENCES,
    "sent": MOMENT,
    "recipient": ByReference(types=("Practitioner",)),
    "sender": Link(),
    "payload": OneOf(lambda payload: "contentString" in payload, {"contentString": WHOLE}),
}


def to_fhir(
    note: CoordinationNote, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Communication about a patient (id) and a plan, laid over `onto`."""
    plan = refs.to("CarePlan", plan_id)
    mine = {
        "resourceType": "Communication",
        "identifier": [refs.identifier(note.id)],
        "basedOn": [plan],
        "status": note.status.value,
        "category": [MEDIUM.concept(note.medium)],
        "subject": refs.to("Patient", patient),
        "about": [plan],
        "sent": moment_to_fhir(note.sent_at),
        "recipient": refs.all("Practitioner", note.recipients),
        "sender": refs.to("Practitioner", note.author),
        "payload": [{"contentString": note.text}],
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: CoordinationNote | None, resource: JsonObject, refs: Refs) -> Absorbed[CoordinationNote]:
    """Return the note that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "author": read.link("sender", refs, "Practitioner"),
        "recipients": read.links("recipient", refs, "Practitioner"),
        "sent_at": read.one("sent", moment_from_fhir),
        "medium": one_coded(read, "category", MEDIUM),
        "text": _text(read),
        "status": read.code("status", NoteStatus),
    }
    return read.settle(CoordinationNote, held, values)


def _text(read: Reading) -> Any:
    texts = read.many("payload", lambda payload: payload.get("contentString"))
    if texts is UNREAD:
        return UNREAD
    if len(texts) != 1:
        read.note("payload", "is not one text: the plan holds one for each note")
    return texts[0] if texts else UNREAD
