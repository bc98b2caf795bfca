"""Appointment: who meets when, at the wall clock of the clinic's zone."""

from typing import Any

from service.domain.appointment import (
    Appointment,
    AppointmentStatus,
    Participant,
    Participation,
)
from service.fhir.json import JsonObject
from service.mapping.datatypes import (
    moment_from_fhir,
    period_from_fhir,
    period_to_fhir,
    under,
    words_from_fhir,
)
from service.mapping.extensions import IANA_ZONE, OUR_EXTENSIONS
from service.mapping.lists import entries_of, one_coded, one_link
from service.mapping.overlay import (
    ADDED_REFERENCES,
    DAYS,
    MOMENT,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByReference,
    Fields,
    InOrder,
    Meaning,
    write,
)
from service.mapping.reading import Absorbed, Reading, member
from service.mapping.references import Refs
from service.mapping.terminology.records import APPOINTMENT_KIND

# `information-only` and `optional` both say that the appointment can do without the participant.
_NEED = Meaning(lambda required: required == "required")

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "extension": OUR_EXTENSIONS,
    "status": WHOLE,
    "cancelationReason": {"text": WHOLE},
    "serviceType": entries_of(APPOINTMENT_KIND),
    "supportingInformation": ADDED_REFERENCES,
    "start": MOMENT,
    "_start": {"extension": OUR_EXTENSIONS},
    "end": MOMENT,
    "_end": {"extension": OUR_EXTENSIONS},
    "comment": WHOLE,
    "basedOn": ByReference(types=("ServiceRequest",)),
    "participant": ByReference(
        at=("actor",),
        entry={"actor": REFERENCE, "required": _NEED, "status": WHOLE},
        types=("Patient", "Practitioner"),
    ),
    "requestedPeriod": InOrder(DAYS),
}


def to_fhir(
    appointment: Appointment, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Appointment of a patient (id) under a plan, laid over `onto` where the chart holds it."""
    mine = {
        "resourceType": "Appointment",
        "identifier": [refs.identifier(appointment.id)],
        "status": appointment.status.value,
        "cancelationReason": {"text": appointment.cancellation_reason},
        "serviceType": [APPOINTMENT_KIND.concept(appointment.kind)],
        "supportingInformation": [refs.to("CarePlan", plan_id)],
        **_times(appointment),
        "comment": appointment.comment,
        "basedOn": refs.all("ServiceRequest", (appointment.therapy,) if appointment.therapy else ()),
        "participant": [_participant_to_fhir(one, patient, refs) for one in appointment.participants],
        "requestedPeriod": [] if appointment.requested is None else [period_to_fhir(appointment.requested)],
    }
    return write(mine, _fit(onto, mine), SHAPE, refs=refs)


def absorb(held: Appointment | None, resource: JsonObject, refs: Refs) -> Absorbed[Appointment]:
    """Return the appointment that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "kind": one_coded(read, "serviceType", APPOINTMENT_KIND),
        "status": read.code("status", AppointmentStatus),
        "zone": _zone(read),
        "start": read.one("start", moment_from_fhir),
        "end": read.one("end", moment_from_fhir),
        "requested": _requested(read),
        "participants": read.many("participant", lambda one: _participant_from_fhir(one, refs)),
        "therapy": one_link(read, "basedOn", refs, "ServiceRequest"),
        "cancellation_reason": read.one("cancelationReason", words_from_fhir),
        "comment": read.one("comment", str),
    }
    return read.settle(Appointment, held, values)


def _times(appointment: Appointment) -> JsonObject:
    zone = {"extension": IANA_ZONE.holding(appointment.zone)}
    if appointment.start is None or appointment.end is None:
        return zone
    return {
        "start": appointment.start.isoformat(),
        "_start": zone,
        "end": appointment.end.isoformat(),
        "_end": zone,
    }


def _fit(onto: JsonObject | None, mine: JsonObject) -> JsonObject | None:
    """Leave out of what is held whatever belongs to a time or a status that is no longer so."""
    if onto is None:
        return None
    outdated = {f"_{name}" for name in ("start", "end") if not _same_moment(onto.get(name), mine.get(name))}
    # app-4; HAPI 8.8.0 refuses a reason with `noshow` because the rule misspells that code.
    if mine["status"] != AppointmentStatus.CANCELLED:
        outdated.add("cancelationReason")
    return {name: one for name, one in onto.items() if name not in outdated}


def _same_moment(held: str | None, ours: str | None) -> bool:
    return held is not None and ours is not None and MOMENT.read(held) == MOMENT.read(ours)


def _participant_to_fhir(participant: Participant, patient: str, refs: Refs) -> JsonObject:
    person = refs.maybe("Practitioner", participant.person)
    return {
        "actor": person or refs.to("Patient", patient),
        "required": "required" if participant.required else "optional",
        "status": participant.status.value,
    }


def _participant_from_fhir(entry: JsonObject, refs: Refs) -> Participant | None:
    actor = entry.get("actor")
    if refs.item(actor, "Patient", "Practitioner") is None:
        return None
    with under(".status"):
        status = member(Participation, entry.get("status"))
    return Participant(
        person=refs.item(actor, "Practitioner"),
        required=entry.get("required", "required") == "required",
        status=status,
    )


def _zone(read: Reading) -> Any:
    places = ("_start.extension", "_end.extension", "extension")
    found = {read.one(place, IANA_ZONE.within) for place in places} - {None}
    if len(found) > 1:
        return read.note("end.extension", "is not in the zone of the start")
    return next(iter(found), None)


def _requested(read: Reading) -> Any:
    if len(read.at("requestedPeriod") or []) > 1:
        return read.note("requestedPeriod[1]", "is a further period: the plan holds one for each appointment")
    return read.one("requestedPeriod.0", period_from_fhir)
