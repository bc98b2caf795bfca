"""Whose record a resource is: the elements that name its patient."""

from collections.abc import Iterator
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.references import target_type

_SUBJECTS = ("subject", "patient", "for", "beneficiary")
# Others may stand here too (a therapist, a room), so only a Patient counts.
_PARTICIPANTS = {
    "Appointment": ("participant", "actor"),
    "AppointmentResponse": ("actor",),
    "CareTeam": ("participant", "member"),
    "Communication": ("recipient",),
    "Schedule": ("actor",),
}


def patients_of(resource: JsonObject) -> tuple[str, ...]:
    """Gives each patient that the resource, or one contained in it, is about, once, as `Reference.reference`.

    A subject that is no Patient (a Group) is given too, since it is not the patient whom the caller expects;
    a subject named by identifier alone is given as `system|value`. A Patient is about itself.
    """
    return tuple(dict.fromkeys(_named(resource)))


def _named(resource: JsonObject) -> Iterator[str]:
    kind = str(resource.get("resourceType", ""))
    if kind == "Patient" and "id" in resource:
        yield f"Patient/{resource['id']}"
    for element in _SUBJECTS:
        yield from (_text(one) for one in _objects(resource.get(element)))
    for one in _follow(resource, _PARTICIPANTS.get(kind, ())):
        if target_type(one) == "Patient":
            yield _text(one)
    for one in _objects(resource.get("contained")):
        if one.get("resourceType") != "Patient":
            yield from _named(one)


def _follow(holder: JsonObject, steps: tuple[str, ...]) -> Iterator[JsonObject]:
    if not steps:
        return
    for one in _objects(holder.get(steps[0])):
        if len(steps) == 1:
            yield one
        else:
            yield from _follow(one, steps[1:])


def _text(reference: JsonObject) -> str:
    if "reference" in reference:
        return str(reference["reference"])
    identifier = reference.get("identifier")
    named = identifier if isinstance(identifier, dict) else {}
    return f"{named.get('system', '')}|{named.get('value', '')}"


def _objects(value: Any) -> list[JsonObject]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
