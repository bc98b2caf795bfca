"""Encounter: a session that took place, its start, its stop and who was there."""

from service.domain.session import Session, SessionStatus, Setting
from service.fhir.json import JsonObject
from service.mapping.datatypes import moment_from_fhir, moment_to_fhir
from service.mapping.lists import added, one_link
from service.mapping.overlay import (
    MOMENT,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByReference,
    Coded,
    Fields,
    write,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.categories import PSYCHOTHERAPY
from service.mapping.terminology.records import SETTING


def _find(coding: JsonObject) -> Setting | None:
    return SETTING.find({"coding": [coding]})


SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "class": Coded(_find),
    "type": added(PSYCHOTHERAPY),
    "subject": REFERENCE,
    "participant": ByReference(at=("individual",), entry={"individual": REFERENCE}, types=("Practitioner",)),
    "appointment": ByReference(types=("Appointment",)),
    "basedOn": ByReference(types=("ServiceRequest",)),
    "period": {"start": MOMENT, "end": MOMENT},
}


def to_fhir(session: Session, patient: str, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Encounter of a patient (id), laid over `onto` where the chart holds it already.

    Without a therapy it has no type of ours: a session does not say what else it was.
    """
    mine = {
        "resourceType": "Encounter",
        "identifier": [refs.identifier(session.id)],
        "status": session.status.value,
        "class": SETTING.rows[session.setting][0].coding,
        "type": [{"coding": [PSYCHOTHERAPY.coding]}] if session.therapy else [],
        "subject": refs.to("Patient", patient),
        "participant": [{"individual": one} for one in refs.all("Practitioner", session.attended_by)],
        "appointment": [refs.maybe("Appointment", session.appointment)],
        "basedOn": [refs.maybe("ServiceRequest", session.therapy)],
        "period": {"start": moment_to_fhir(session.start), "end": moment_to_fhir(session.end)},
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: Session | None, resource: JsonObject, refs: Refs) -> Absorbed[Session]:
    """Return the session that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "start": read.one("period.start", moment_from_fhir),
        "end": read.one("period.end", moment_from_fhir),
        "setting": read.one("class", lambda coding: SETTING.read({"coding": [coding]})),
        "status": read.code("status", SessionStatus),
        "appointment": one_link(read, "appointment", refs, "Appointment"),
        "therapy": one_link(read, "basedOn", refs, "ServiceRequest"),
        "attended_by": read.many("participant", lambda one: refs.item(one.get("individual"), "Practitioner")),
    }
    return read.settle(Session, held, values)
