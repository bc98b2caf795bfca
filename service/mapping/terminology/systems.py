"""Where codes come from: the systems of HL7 and others, and our own."""

from service.mapping.terminology.table import Code, E

CANONICAL = "https://w3id.org/tandem-care/fhir"

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
GOAL_ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
MEDICATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
FLAG_CATEGORY_SYSTEM = "http://terminology.hl7.org/CodeSystem/flag-category"
PROVENANCE_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
CAREPLAN_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"


def own_system(name: str) -> str:
    """Return the URI of one of our code systems."""
    return f"{CANONICAL}/CodeSystem/{name}"


def own_codes(name: str, displays: dict[E, str]) -> dict[E, tuple[Code, ...]]:
    """Return the rows of a table whose members are codes of one of our own systems."""
    return {member: (Code(own_system(name), str(member), text),) for member, text in displays.items()}
