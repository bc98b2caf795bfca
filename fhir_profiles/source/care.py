"""Profiles of the plan itself, and of what it is about: CarePlan, CareTeam, Condition, Goal."""

from fhir_profiles.source.elements import (
    at,
    bound,
    coded,
    extended,
    identified,
    only,
    profile,
    refers,
    rule,
    sliced,
)
from service.domain.people import Role
from service.fhir.json import JsonObject
from service.mapping.extensions import TREATMENT_BALANCE
from service.mapping.terminology.people import ROLE
from service.mapping.terminology.problems import ACHIEVEMENT, COURSE, SEVERITY, VERIFICATION
from service.mapping.terminology.records import MEASURE
from service.mapping.terminology.systems import CAREPLAN_CATEGORY, SNOMED
from service.mapping.terminology.table import Code

ASSESS_PLAN = Code(CAREPLAN_CATEGORY, "assess-plan", "Assessment and Plan of Treatment")
MENTAL_HEALTH = Code(SNOMED, "718347000", "Mental health care plan (record artifact)")


def profiles() -> list[JsonObject]:
    """Return the profiles of this module."""
    return [_care_plan(), _care_team(), _condition(), _goal()]


def _care_plan() -> JsonObject:
    category = "CarePlan.category"
    return profile(
        "CarePlan",
        "tandem-care-plan",
        title="Integrated treatment plan",
        says=(
            "The header of an integrated treatment plan, with references to all that it asks for. In the "
            "shape of the US Core CarePlan (text, assess-plan), and without activity.detail, which R5 "
            "drops."
        ),
        elements=[
            at("CarePlan.text", "1..1"),
            *extended("CarePlan", TREATMENT_BALANCE),
            *identified("CarePlan"),
            at("CarePlan.status", "1..1"),
            at("CarePlan.intent", "1..1", fixedCode="plan"),
            sliced(category, "pattern", "$this", why="Two categories are ours"),
            at(f"{category}:assess-plan", "1..1", patternCodeableConcept=coded(ASSESS_PLAN)),
            at(f"{category}:mental-health", "1..1", patternCodeableConcept=coded(MENTAL_HEALTH)),
            at("CarePlan.title", "1..1"),
            refers("CarePlan.subject", "1..1", "Patient"),
            at("CarePlan.period", "0..1"),
            at("CarePlan.created", "1..1"),
            refers("CarePlan.author", "1..1", "Practitioner"),
            at("CarePlan.contributor", "1..*"),
            at("CarePlan.careTeam", "1..*"),
            at("CarePlan.addresses", "0..*"),
            at("CarePlan.supportingInfo", "0..*"),
            at("CarePlan.goal", "0..*"),
            at("CarePlan.activity", "0..*"),
            at("CarePlan.activity.reference", "1..1"),
            at("CarePlan.activity.detail", "0..0"),
        ],
    )


def _care_team() -> JsonObject:
    role = ROLE.rows[Role.PATIENT][0]
    member = f"coding.where(system = '{role.system}' and code = '{role.code}').exists()"
    with_patient = rule(
        "tandem-team-1",
        "The patient is a member of the care team",
        f"participant.role.where({member}).exists()",
    )
    return profile(
        "CareTeam",
        "tandem-care-team",
        title="Care team of a plan",
        says="Everyone who treats under the plan, with the patient as a member.",
        elements=[
            *identified("CareTeam"),
            at("CareTeam.status", "1..1"),
            refers("CareTeam.subject", "1..1", "Patient"),
            at("CareTeam.participant", "1..*"),
            at("CareTeam.participant.role", "1..*"),
            at("CareTeam.participant.member", "1..1"),
            at("CareTeam.participant.period", "0..1"),
        ],
        rules=[with_patient],
    )


def _condition() -> JsonObject:
    return profile(
        "Condition",
        "tandem-condition",
        title="Problem that a plan addresses",
        says=(
            "A diagnosis with its severity and course. It is matched to the problem list of the chart; "
            "adding one there is a person's decision."
        ),
        elements=[
            *identified("Condition"),
            bound("Condition.clinicalStatus", "0..1", COURSE),
            bound("Condition.verificationStatus", "1..1", VERIFICATION),
            at("Condition.category", "1..*"),
            bound("Condition.severity", "0..1", SEVERITY),
            at("Condition.code", "1..1"),
            refers("Condition.subject", "1..1", "Patient"),
            at("Condition.onset[x]", "0..1"),
            at("Condition.abatement[x]", "0..1"),
        ],
    )


def _goal() -> JsonObject:
    return profile(
        "Goal",
        "tandem-goal",
        title="Goal of a plan",
        says=(
            "What the patient wants to reach. A target is a score of a known instrument, with one bound; a "
            "response and a full benefit are two goals with two due dates."
        ),
        elements=[
            *identified("Goal"),
            at("Goal.lifecycleStatus", "1..1"),
            bound("Goal.achievementStatus", "0..1", ACHIEVEMENT),
            at("Goal.description", "1..1"),
            at("Goal.description.text", "1..1"),
            refers("Goal.subject", "1..1", "Patient"),
            only("Goal.start[x]", "0..1", "date"),
            at("Goal.target", "0..*"),
            bound("Goal.target.measure", "0..1", MEASURE),
            only("Goal.target.detail[x]", "0..1", "Range"),
            only("Goal.target.due[x]", "0..1", "date"),
            at("Goal.statusReason", "0..1"),
            at("Goal.addresses", "0..*"),
        ],
    )
