"""Therapy, medication and the balance between them."""

from service.domain.adherence import AdherenceSource, Taking
from service.domain.background import Outcome, TreatmentKind
from service.domain.balance import Balance
from service.domain.medication import Route, StatusReason
from service.domain.therapy import Format, Modality, SkillSet
from service.mapping.terminology.systems import SNOMED, own_codes, own_system
from service.mapping.terminology.table import Code, Table

BALANCE = Table(
    "treatment-balance",
    own_codes(
        "treatment-balance",
        {
            Balance.MEDICATION_LED: "Medication-led",
            Balance.BALANCED: "Balanced",
            Balance.THERAPY_LED: "Therapy-led",
        },
    ),
)

_MODALITY = own_system("therapy-modality")

# SNOMED CT codes from VSAC eCQM value sets (v2022). No code was found for exposure and response prevention,
# and none confirmed for trauma-focused work: these are ours alone. 304822001 is psychodynamic, not IPT.
MODALITY = Table(
    "therapy-modality",
    {
        Modality.CBT: (
            Code(_MODALITY, "cbt", "Cognitive behavioural therapy"),
            Code(SNOMED, "228557008", "Cognitive and behavioral therapy (regime/therapy)"),
        ),
        Modality.DBT: (
            Code(_MODALITY, "dbt", "Dialectical behaviour therapy"),
            Code(SNOMED, "405780009", "Dialectical behavior therapy (regime/therapy)"),
        ),
        Modality.IPT: (
            Code(_MODALITY, "ipt", "Interpersonal psychotherapy"),
            Code(SNOMED, "443730003", "Interpersonal psychotherapy (regime/therapy)"),
        ),
        Modality.ERP: (Code(_MODALITY, "erp", "Exposure and response prevention"),),
        Modality.TRAUMA_FOCUSED: (Code(_MODALITY, "trauma-focused", "Trauma-focused psychotherapy"),),
        Modality.OTHER: (Code(_MODALITY, "other", "Other psychotherapy"),),
    },
)

SKILL_SET = Table(
    "dbt-skill-set",
    own_codes(
        "dbt-skill-set",
        {
            SkillSet.MINDFULNESS: "Mindfulness",
            SkillSet.DISTRESS_TOLERANCE: "Distress tolerance",
            SkillSet.EMOTION_REGULATION: "Emotion regulation",
            SkillSet.INTERPERSONAL_EFFECTIVENESS: "Interpersonal effectiveness",
        },
    ),
)

# SNOMED CT codes from VSAC eCQM value sets (v2022).
FORMAT = Table(
    "therapy-format",
    {
        Format.INDIVIDUAL: (Code(SNOMED, "18512000", "Individual psychotherapy (regime/therapy)"),),
        Format.GROUP: (Code(SNOMED, "76168009", "Group psychotherapy (regime/therapy)"),),
        Format.FAMILY: (Code(SNOMED, "108313002", "Family psychotherapy procedure (regime/therapy)"),),
    },
)

STATUS_REASON = Table(
    "medication-status-reason",
    own_codes(
        "medication-status-reason",
        {
            StatusReason.DOSE_CHANGED: "Replaced by an order with another dose",
            StatusReason.SWITCHED: "Replaced by another medicine",
            StatusReason.SIDE_EFFECTS: "Side effects",
            StatusReason.NO_BENEFIT: "No benefit",
            StatusReason.REMISSION: "Treatment ended in remission",
            StatusReason.PATIENT_CHOICE: "The patient's choice",
            StatusReason.INTERACTION: "Interaction with another medicine",
            StatusReason.MEDICAL: "Medical reason",
            StatusReason.ORDERED_IN_EHR: "Ordered in the EHR",
            StatusReason.NOT_STATED: "Not stated",
            StatusReason.OTHER: "Other reason",
        },
    ),
)

ROUTE = Table(
    "route",
    own_codes(
        "route",
        {
            Route.ORAL: "Oral",
            Route.SUBLINGUAL: "Sublingual",
            Route.INTRAMUSCULAR: "Intramuscular",
            Route.TRANSDERMAL: "Transdermal",
            Route.INTRANASAL: "Intranasal",
        },
    ),
)

TAKING = Table(
    "medication-taking",
    own_codes(
        "medication-taking",
        {
            Taking.AS_AGREED: "Taken as agreed",
            Taking.MOSTLY: "Mostly taken as agreed",
            Taking.PARTLY: "Partly taken as agreed",
            Taking.NOT_TAKEN: "Not taken",
        },
    ),
)

ADHERENCE_SOURCE = Table(
    "adherence-source",
    own_codes(
        "adherence-source",
        {AdherenceSource.PATIENT: "Told by the patient", AdherenceSource.REFILL: "Seen from refills"},
    ),
)

OUTCOME = Table(
    "treatment-outcome",
    own_codes(
        "treatment-outcome",
        {
            Outcome.HELPED: "Helped",
            Outcome.PARTLY_HELPED: "Partly helped",
            Outcome.GOT_STUCK: "Got stuck",
            Outcome.NO_BENEFIT: "No benefit",
            Outcome.NOT_TOLERATED: "Not tolerated",
            Outcome.UNKNOWN: "Unknown",
        },
    ),
)

TREATMENT_KIND = Table(
    "treatment-kind",
    own_codes("treatment-kind", {TreatmentKind.THERAPY: "Therapy", TreatmentKind.MEDICATION: "Medication"}),
)
