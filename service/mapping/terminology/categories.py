"""Under what a chart files a resource."""

from service.domain.background import PreferenceKind
from service.mapping.terminology.systems import OBSERVATION_CATEGORY, SNOMED
from service.mapping.terminology.table import Code, Table

# SNOMED CT code from VSAC eCQM value sets (v2022).
PSYCHOTHERAPY = Code(SNOMED, "75516001", "Psychotherapy (regime/therapy)")

SURVEY = Code(OBSERVATION_CATEGORY, "survey", "Survey")
SOCIAL_HISTORY = Code(OBSERVATION_CATEGORY, "social-history", "Social History")

_US_CORE = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"

# As in the examples of hl7.fhir.us.core 8.0.0.
PREFERENCE_CATEGORY = Table(
    "preference-category",
    {
        PreferenceKind.TREATMENT: (
            Code(_US_CORE, "treatment-intervention-preference", "Treatment Intervention preference"),
        ),
        PreferenceKind.CARE_EXPERIENCE: (
            Code(_US_CORE, "care-experience-preference", "Care experience preference"),
        ),
    },
)
