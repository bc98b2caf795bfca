"""Profiles of people, who are matched in a chart and made only on a sandbox."""

from fhir_profiles.source.elements import at, bound, identified, profile, refers, sliced
from service.fhir.json import JsonObject
from service.mapping.terminology.people import ROLE

_MATCHED = "Matched by identifiers and only read; made as this profile says on a sandbox alone."


def profiles() -> list[JsonObject]:
    """Return the profiles of this module."""
    return [_patient(), _practitioner(), _practitioner_role()]


def _official_name(type_: str) -> list[JsonObject]:
    name = f"{type_}.name"
    return [
        sliced(name, "value", "use", why="The official name is told by its use; other names stay"),
        at(f"{name}:official", "1..1"),
        at(f"{name}:official.use", "1..1", fixedCode="official"),
        at(f"{name}:official.family", "1..1"),
        at(f"{name}:official.given", "0..*"),
    ]


def _patient() -> JsonObject:
    return profile(
        "Patient",
        "tandem-patient",
        title="Patient of a plan",
        says=f"Whose plan it is. {_MATCHED}",
        elements=[
            *identified("Patient", at_least=2),
            *_official_name("Patient"),
            at("Patient.gender", "1..1"),
            at("Patient.birthDate", "1..1"),
        ],
    )


def _practitioner() -> JsonObject:
    return profile(
        "Practitioner",
        "tandem-practitioner",
        title="Clinician of the directory",
        says=f"A clinician whom plans name. {_MATCHED}",
        elements=[
            *identified("Practitioner"),
            at("Practitioner.active", "1..1"),
            *_official_name("Practitioner"),
        ],
    )


def _practitioner_role() -> JsonObject:
    code = "PractitionerRole.code"
    return profile(
        "PractitionerRole",
        "tandem-practitioner-role",
        title="Profession of a clinician",
        says=f"The profession of a clinician, and the name of the place. {_MATCHED}",
        elements=[
            *identified("PractitionerRole"),
            refers("PractitionerRole.practitioner", "1..1", "Practitioner"),
            at("PractitionerRole.organization", "0..1"),
            sliced(code, "value", "$this", why="A clinician may have further codes in the chart"),
            bound(f"{code}:profession", "1..*", ROLE),
        ],
    )
