"""Conditions and goals: severity, course, verification and achievement."""

from service.domain.condition import Course, Severity, Verification
from service.domain.goal import Achievement
from service.mapping.terminology.systems import (
    CONDITION_CLINICAL,
    CONDITION_VERIFICATION,
    GOAL_ACHIEVEMENT,
    SNOMED,
)
from service.mapping.terminology.table import Code, Table

# SNOMED CT codes as shipped in hl7.fhir.us.core 8.0.0 and hl7.fhir.r4.examples 4.0.1.
SEVERITY = Table(
    "severity",
    {
        Severity.MILD: (Code(SNOMED, "255604002", "Mild"),),
        Severity.MODERATE: (Code(SNOMED, "6736007", "Moderate"),),
        Severity.SEVERE: (Code(SNOMED, "24484000", "Severe"),),
    },
)

COURSE = Table(
    "course",
    {one: (Code(CONDITION_CLINICAL, one.value, one.value.capitalize()),) for one in Course},
)

_VERIFICATION_DISPLAY = {Verification.ENTERED_IN_ERROR: "Entered in Error"}
VERIFICATION = Table(
    "verification",
    {
        one: (
            Code(CONDITION_VERIFICATION, one.value, _VERIFICATION_DISPLAY.get(one, one.value.capitalize())),
        )
        for one in Verification
    },
)

ACHIEVEMENT = Table(
    "achievement",
    {one: (Code(GOAL_ACHIEVEMENT, one.value, one.value.replace("-", " ").title()),) for one in Achievement},
)
