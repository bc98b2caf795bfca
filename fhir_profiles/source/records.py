"""Profiles of what the team did and wrote down: sessions, notes, flags, and who decided what."""

from fhir_profiles.source.elements import (
    at,
    bound,
    coded,
    extended,
    identified,
    only,
    profile,
    refers,
    sliced,
)
from service.fhir.json import JsonObject
from service.mapping.extensions import ADHERENCE_TOLD_BY, MEDICATION_TAKING, PLAN_REVISION
from service.mapping.terminology.items import PLAN_ITEM, PlanItem
from service.mapping.terminology.records import FLAG_CATEGORY, FLAG_KIND, MEDIUM, SETTING
from service.mapping.terminology.systems import PROVENANCE_PARTICIPANT
from service.mapping.terminology.table import Code
from service.mapping.terminology.treatment import OUTCOME

AUTHOR = Code(PROVENANCE_PARTICIPANT, "author", "Author")


def profiles() -> list[JsonObject]:
    """Return the profiles of this module."""
    return [
        _communication(),
        _encounter(),
        _flag(),
        _provenance(),
        _adherence(),
        _past_medicine(),
        _past_therapy(),
    ]


def _communication() -> JsonObject:
    category = "Communication.category"
    return profile(
        "Communication",
        "tandem-communication",
        title="Coordination note",
        says="A short note between members of the team about the plan; never what was said in therapy.",
        elements=[
            *identified("Communication"),
            at("Communication.basedOn", "1..*"),
            at("Communication.status", "1..1"),
            sliced(category, "value", "$this", why="The medium is ours; further categories stay"),
            bound(f"{category}:medium", "1..1", MEDIUM),
            refers("Communication.subject", "1..1", "Patient"),
            at("Communication.about", "1..*"),
            at("Communication.sent", "1..1"),
            at("Communication.recipient", "0..*"),
            refers("Communication.sender", "1..1", "Practitioner"),
            at("Communication.payload", "1..*"),
        ],
    )


def _encounter() -> JsonObject:
    return profile(
        "Encounter",
        "tandem-encounter",
        title="Session that took place",
        says="A session or a meeting: its start, its stop and who was there; never what was said.",
        elements=[
            *identified("Encounter"),
            at("Encounter.status", "1..1"),
            bound("Encounter.class", "1..1", SETTING),
            at("Encounter.type", "0..*"),
            refers("Encounter.subject", "1..1", "Patient"),
            at("Encounter.basedOn", "0..*"),
            at("Encounter.participant", "0..*"),
            at("Encounter.appointment", "0..*"),
            at("Encounter.period", "1..1"),
            at("Encounter.period.start", "1..1"),
            at("Encounter.period.end", "1..1"),
        ],
    )


def _flag() -> JsonObject:
    category = "Flag.category"
    return profile(
        "Flag",
        "tandem-flag",
        title="Warning to all who open the chart",
        says="A warning that a person raised: an early warning sign, a matter of safety, or a linked change.",
        elements=[
            *identified("Flag"),
            at("Flag.status", "1..1"),
            sliced(category, "value", "$this", why="One category is ours"),
            bound(f"{category}:kind", "1..*", FLAG_CATEGORY),
            bound("Flag.code", "1..1", FLAG_KIND),
            at("Flag.code.text", "1..1"),
            refers("Flag.subject", "1..1", "Patient"),
            at("Flag.period", "1..1"),
            at("Flag.period.start", "1..1"),
            refers("Flag.author", "1..1", "Practitioner"),
        ],
    )


def _provenance() -> JsonObject:
    decision = PLAN_ITEM.rows[PlanItem.BALANCE_DECISION][0]
    return profile(
        "Provenance",
        "tandem-provenance",
        title="Who decided on the balance",
        says=(
            "Who decided on the balance of a phase, when and why. It has no identifier: it is PUT to an id "
            "made from the phase, where a server lets clients choose ids, else not written."
        ),
        elements=[
            *extended("Provenance", PLAN_REVISION),
            at("Provenance.target", "1..*"),
            at("Provenance.recorded", "1..1"),
            at("Provenance.reason", "1..*"),
            at("Provenance.activity", "1..1", patternCodeableConcept=coded(decision)),
            at("Provenance.agent", "1..*"),
            at("Provenance.agent.type", "0..1", patternCodeableConcept=coded(AUTHOR)),
            at("Provenance.agent.who", "1..1"),
        ],
    )


def _adherence() -> JsonObject:
    here = "MedicationStatement"
    taking, told_by = extended(here, MEDICATION_TAKING, "1..1"), extended(here, ADHERENCE_TOLD_BY, "1..1")
    return profile(
        here,
        "tandem-adherence",
        title="Report of how a medicine was taken",
        says="How much of what was agreed was taken over some days, by the patient's word or by refills.",
        elements=[
            *taking,
            told_by[-1],
            *identified(here),
            at(f"{here}.basedOn", "1..*"),
            at(f"{here}.status", "1..1"),
            at(f"{here}.medication[x]", "1..1"),
            refers(f"{here}.subject", "1..1", "Patient"),
            only(f"{here}.effective[x]", "1..1", "Period"),
            at(f"{here}.dateAsserted", "1..1"),
            at(f"{here}.informationSource", "0..1"),
        ],
    )


def _past_medicine() -> JsonObject:
    here = "MedicationStatement"
    return profile(
        here,
        "tandem-past-medicine",
        title="Medicine of the past",
        says="A medicine that was taken before this plan, and what came of it.",
        elements=[
            *identified(here),
            at(f"{here}.status", "1..1"),
            sliced(f"{here}.statusReason", "value", "$this", why="The outcome is ours"),
            bound(f"{here}.statusReason:outcome", "1..1", OUTCOME),
            at(f"{here}.medication[x]", "1..1"),
            refers(f"{here}.subject", "1..1", "Patient"),
            at(f"{here}.effective[x]", "0..1"),
        ],
    )


def _past_therapy() -> JsonObject:
    return profile(
        "Procedure",
        "tandem-past-therapy",
        title="Therapy of the past",
        says="A therapy that came before this plan, and what came of it.",
        elements=[
            *identified("Procedure"),
            at("Procedure.status", "1..1"),
            at("Procedure.category", "1..1"),
            at("Procedure.code", "1..1"),
            refers("Procedure.subject", "1..1", "Patient"),
            at("Procedure.performed[x]", "0..1"),
            bound("Procedure.outcome", "1..1", OUTCOME),
        ],
    )
