"""Scores, journal, preferences, appointments, and what the team writes and does."""

from service.domain.appointment import AppointmentKind
from service.domain.background import FactorKind, PreferenceKind
from service.domain.coordination import FlagKind, Medium, TaskKind
from service.domain.measure import AbsentReason, Measure
from service.domain.session import Setting
from service.mapping.terminology.measures import OWN_MEASURES, Measures
from service.mapping.terminology.systems import (
    ACT_CODE,
    DATA_ABSENT,
    FLAG_CATEGORY_SYSTEM,
    LOINC,
    own_codes,
    own_system,
)
from service.mapping.terminology.table import Code, Table

_MEASURE = own_system("measure")

# LOINC 44261-6 and 89204-2: VSAC eCQM value sets (v2022); 70274-6: hl7.org PCO IG. The others have no code
# that was confirmed, so they are ours alone.
MEASURE = Measures(
    "measure",
    {
        Measure.PHQ_9: (
            Code(LOINC, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
        ),
        Measure.PHQ_A: (
            Code(
                LOINC,
                "89204-2",
                "Patient Health Questionnaire-9: Modified for Teens total score [Reported.PHQ.Teen]",
            ),
        ),
        Measure.GAD_7: (
            Code(LOINC, "70274-6", "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"),
        ),
        Measure.PCL_5: (Code(_MEASURE, "pcl-5", "PCL-5 total score"),),
        Measure.Y_BOCS: (Code(_MEASURE, "y-bocs", "Y-BOCS total score"),),
        Measure.ASRM: (Code(_MEASURE, "asrm", "ASRM total score"),),
        Measure.WHO_5: (Code(_MEASURE, "who-5", "WHO-5 score (raw times 4)"),),
        Measure.C_SSRS: (Code(_MEASURE, "c-ssrs", "C-SSRS screener: questions answered yes"),),
    },
    beside=OWN_MEASURES,
)

ABSENT_REASON = Table(
    "absent-reason",
    {
        AbsentReason.ASKED_DECLINED: (Code(DATA_ABSENT, "asked-declined", "Asked But Declined"),),
        AbsentReason.NOT_PERFORMED: (Code(DATA_ABSENT, "not-performed", "Not Performed"),),
        AbsentReason.UNKNOWN: (Code(DATA_ABSENT, "unknown", "Unknown"),),
    },
)

# LOINC codes of US Core 8.0.0: treatment-intervention-preference and care-experience-preference.
PREFERENCE = Table(
    "preference",
    {
        PreferenceKind.TREATMENT: (
            Code(
                LOINC,
                "75773-2",
                "Goals, preferences, and priorities for medical treatment Narrative - Reported",
            ),
        ),
        PreferenceKind.CARE_EXPERIENCE: (Code(LOINC, "95541-9", "Care experience preference"),),
    },
)

FACTOR = Table(
    "personal-factor",
    own_codes(
        "personal-factor",
        {FactorKind.BIOLOGICAL: "Biological factor", FactorKind.SITUATIONAL: "Situational factor"},
    ),
)

APPOINTMENT_KIND = Table(
    "appointment-kind",
    own_codes(
        "appointment-kind",
        {
            AppointmentKind.THERAPY_SESSION: "Therapy session",
            AppointmentKind.MEDICATION_CHECK: "Medication check",
            AppointmentKind.INTEGRATED_CHECK_IN: "Integrated check-in",
            AppointmentKind.TEAM_MEETING: "Team meeting",
            AppointmentKind.OTHER: "Other appointment",
        },
    ),
)

SETTING = Table(
    "session-setting",
    {
        Setting.AMBULATORY: (Code(ACT_CODE, "AMB", "ambulatory"),),
        Setting.VIRTUAL: (Code(ACT_CODE, "VR", "virtual"),),
    },
)

MEDIUM = Table(
    "coordination-medium",
    own_codes(
        "coordination-medium",
        {
            Medium.SHARED_NOTE: "Shared note",
            Medium.CONVERSATION: "Summary of a conversation",
            Medium.MEETING: "Summary of a team meeting",
        },
    ),
)

TASK_KIND = Table(
    "task-kind",
    own_codes(
        "task-kind",
        {
            TaskKind.REVIEW_TREATMENT: "Review the treatment",
            TaskKind.BOOK_CHECK_IN: "Book the integrated check-in",
            TaskKind.FOLLOW_UP: "Follow up",
        },
    ),
)

# HL7 flag-category (terminology.hl7.org): the drawer in which a reader looks for a flag of this kind.
FLAG_CATEGORY = Table(
    "flag-category",
    {
        FlagKind.WARNING_SIGN: (Code(FLAG_CATEGORY_SYSTEM, "behavioral", "Behavioral"),),
        FlagKind.SAFETY: (Code(FLAG_CATEGORY_SYSTEM, "safety", "Safety"),),
        FlagKind.LINKED_CHANGE: (Code(FLAG_CATEGORY_SYSTEM, "clinical", "Clinical"),),
    },
)

FLAG_KIND = Table(
    "flag-kind",
    own_codes(
        "flag-kind",
        {
            FlagKind.WARNING_SIGN: "Early warning sign",
            FlagKind.SAFETY: "Safety",
            FlagKind.LINKED_CHANGE: "Change in a linked treatment",
        },
    ),
)
