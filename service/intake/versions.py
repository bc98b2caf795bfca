"""What gives away that a resource is not of R4: elements and types that only other versions of FHIR have.

A Bundle does not name its version. The names are those of the published definitions of DSTU2 (1.0.2),
STU3 (3.0.2) and R5 (5.0.0) for the types that a chart is imported from.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from service.fhir.json import JsonObject

_PROFILE = re.compile(r"^http://hl7\.org/fhir/(1\.0|3\.0|5\.0|6\.0)/StructureDefinition/")
_BY_NUMBER = {"1.0": "DSTU2", "3.0": "STU3", "5.0": "R5", "6.0": "R6"}
_R4 = ("4.0", "4.3")

TYPES: Mapping[str, str] = MappingProxyType({
    "MedicationOrder": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "ReferralRequest": "STU3",
    "ProcedureRequest": "STU3",
    "MedicationUsage": "R5",
    "NutritionIntake": "R5",
    "RequestOrchestration": "R5",
})  # fmt: skip

ELEMENTS: Mapping[tuple[str, str], str] = MappingProxyType({
    ("Appointment", "cancellationReason"): "R5",
    ("Appointment", "incomingReferral"): "STU3",
    ("Bundle", "issues"): "R5",
    ("CarePlan", "context"): "STU3",
    ("CarePlan", "custodian"): "R5",
    ("CarePlan", "participant"): "DSTU2",
    ("Condition", "dateRecorded"): "DSTU2",
    ("Condition", "context"): "STU3",
    ("Condition", "assertedDate"): "STU3",
    ("Encounter", "actualPeriod"): "R5",
    ("Goal", "status"): "STU3",
    ("Goal", "acceptance"): "R5",
    ("MedicationRequest", "context"): "STU3",
    ("MedicationRequest", "medication"): "R5",
    ("MedicationRequest", "reason"): "R5",
    ("Patient", "animal"): "STU3",
    ("Patient", "careProvider"): "DSTU2",
})  # fmt: skip

_ACTIVITY = "plannedActivityReference"


def foreign_version(resource: JsonObject) -> tuple[str, str] | None:
    """Return (path below the resource, version) of what only another version has, if there is any."""
    kind = str(resource.get("resourceType", ""))
    if kind in TYPES:
        return "resourceType", TYPES[kind]
    for name in resource:
        if (kind, name) in ELEMENTS:
            return name, ELEMENTS[kind, name]
    return _of_activity(resource) or _stated(resource)


def _of_activity(resource: JsonObject) -> tuple[str, str] | None:
    activities = resource.get("activity") if resource.get("resourceType") == "CarePlan" else None
    for index, one in enumerate(activities if isinstance(activities, list) else []):
        if isinstance(one, dict) and _ACTIVITY in one:
            return f"activity[{index}].{_ACTIVITY}", "R5"
    return None


def _stated(resource: JsonObject) -> tuple[str, str] | None:
    stated = resource.get("fhirVersion")
    if isinstance(stated, str) and not stated.startswith(_R4):
        return "fhirVersion", _BY_NUMBER.get(stated[:3], "another version")
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for index, profile in enumerate(profiles if isinstance(profiles, list) else []):
        found = _PROFILE.match(str(profile))
        if found is not None:
            return f"meta.profile[{index}]", _BY_NUMBER[found[1]]
    return None
