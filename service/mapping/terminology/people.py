"""Roles of the people around a plan."""

from service.domain.people import Role
from service.mapping.terminology.systems import SNOMED, own_system
from service.mapping.terminology.table import Code, Table

_OWN = own_system("team-role")

# SNOMED CT codes as shipped in hl7.fhir.us.core 8.0.0 and hl7.fhir.r4.examples 4.0.1.
ROLE = Table(
    "team-role",
    {
        Role.PATIENT: (Code(SNOMED, "116154003", "Patient"),),
        Role.PSYCHIATRIST: (Code(SNOMED, "80584001", "Psychiatrist"),),
        Role.PSYCHOLOGIST: (Code(SNOMED, "59944000", "Psychologist"),),
        Role.CLINICAL_PSYCHOLOGIST: (Code(SNOMED, "310191001", "Clinical psychologist"),),
        Role.PSYCHOTHERAPIST: (Code(SNOMED, "224588003", "Psychotherapist"),),
        Role.COUNSELOR: (Code(SNOMED, "310190000", "Mental health counselor"),),
        Role.PSYCHIATRIC_NURSE: (Code(SNOMED, "224563006", "Psychiatric nurse"),),
        Role.PRESCRIBER: (Code(_OWN, "prescriber", "Prescriber"),),
        Role.CARE_COORDINATOR: (Code(_OWN, "care-coordinator", "Care coordinator"),),
        Role.OTHER: (Code(_OWN, "other", "Other member of the care team"),),
    },
)
