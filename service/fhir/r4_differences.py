"""Where R4 4.0.1 says more than the R4B models do, or something else.

The models take their lists of codes from the definitions' one-line summaries, which end in "+" or "etc."
where they were cut. What follows was found by comparing every element of the types that we use with R4's own
`fhir-single.xsd` and profiles of 4.0.1.
"""

from collections.abc import Mapping

CUT_SHORT = frozenset({"+", "etc."})


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OBSERVATION_STATUS = _codes(
    "registered preliminary final amended corrected cancelled entered-in-error unknown"
)
_ENCOUNTER_STATUS = _codes(
    "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
)
_COMPARATOR = _codes("< <= >= >")

CODES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Age", "comparator"): _COMPARATOR,
    ("Count", "comparator"): _COMPARATOR,
    ("DetectedIssue", "status"): _OBSERVATION_STATUS,
    ("Distance", "comparator"): _COMPARATOR,
    ("Duration", "comparator"): _COMPARATOR,
    ("Encounter", "status"): _ENCOUNTER_STATUS,
    ("EncounterStatusHistory", "status"): _ENCOUNTER_STATUS,
    ("Observation", "status"): _OBSERVATION_STATUS,
    ("OperationOutcomeIssue", "code"): _codes(
        "invalid structure required value invariant security login unknown expired forbidden suppressed "
        "processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid "
        "extension too-costly business-rule conflict transient lock-error no-store exception timeout "
        "incomplete throttled informational"
    ),
    ("Quantity", "comparator"): _COMPARATOR,
    ("QuestionnaireItem", "type"): _codes(
        "group display boolean decimal integer date dateTime time string text url choice open-choice "
        "attachment reference quantity"
    ),
    ("RiskAssessment", "status"): _OBSERVATION_STATUS,
    ("Task", "status"): _codes(
        "draft requested received accepted rejected ready cancelled in-progress on-hold failed completed "
        "entered-in-error"
    ),
    ("TimingRepeat", "when"): _codes(
        "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE "
        "C CM CD CV AC ACM ACD ACV PC PCM PCD PCV"
    ),
}

# R4B lets these refer to more types than R4 does; no other reference of the types that we use differs.
TARGETS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("GroupMember", "entity"): _codes(
        "Patient Practitioner PractitionerRole Device Medication Substance Group"
    ),
    ("Observation", "subject"): _codes("Patient Group Device Location"),
}

_HL7 = "http://terminology.hl7.org/CodeSystem"

# The CodeableConcepts with a required binding: the code system, and its codes.
CONCEPTS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("AllergyIntolerance", "clinicalStatus"): (
        f"{_HL7}/allergyintolerance-clinical",
        _codes("active inactive resolved"),
    ),
    ("AllergyIntolerance", "verificationStatus"): (
        f"{_HL7}/allergyintolerance-verification",
        _codes("unconfirmed confirmed refuted entered-in-error"),
    ),
    ("Condition", "clinicalStatus"): (
        f"{_HL7}/condition-clinical",
        _codes("active recurrence relapse inactive remission resolved"),
    ),
    ("Condition", "verificationStatus"): (
        f"{_HL7}/condition-ver-status",
        _codes("unconfirmed provisional differential confirmed refuted entered-in-error"),
    ),
}

# Types that R4 does not have, and so no extension of R4 can hold.
R4B_ONLY = frozenset(
    {
        "AdministrableProductDefinition",
        "Citation",
        "ClinicalUseDefinition",
        "CodeableReference",
        "EvidenceReport",
        "Ingredient",
        "ManufacturedItemDefinition",
        "MedicinalProductDefinition",
        "NutritionProduct",
        "PackagedProductDefinition",
        "RatioRange",
        "RegulatedAuthorization",
        "SubscriptionStatus",
        "SubscriptionTopic",
        "SubstanceDefinition",
    }
)
