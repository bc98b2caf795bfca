"""Profiles of what was observed: scores, decisions on the balance, preferences, factors and side effects."""

from collections.abc import Iterable

from fhir_profiles.source.elements import (
    at,
    bound,
    coded,
    identified,
    named_by,
    only,
    profile,
    refers,
    required,
    sliced,
)
from service.fhir.json import JsonObject
from service.mapping.datatypes import UCUM
from service.mapping.terminology.categories import PREFERENCE_CATEGORY, SOCIAL_HISTORY, SURVEY
from service.mapping.terminology.items import PLAN_ITEM, PlanItem
from service.mapping.terminology.problems import SEVERITY
from service.mapping.terminology.records import ABSENT_REASON, FACTOR, MEASURE, PREFERENCE
from service.mapping.terminology.table import Code
from service.mapping.terminology.treatment import BALANCE

_SUBJECT = refers("Observation.subject", "1..1", "Patient")


def profiles() -> list[JsonObject]:
    """Return the profiles of this module."""
    return [_score(), _balance_decision(), _preference(), _personal_factor(), _side_effect()]


def _observation(
    name: str, *, title: str, says: str, elements: list[JsonObject], rules: Iterable[JsonObject] = ()
) -> JsonObject:
    held = [*identified("Observation"), *elements]
    return profile("Observation", name, title=title, says=says, elements=held, rules=rules)


def _filed_under(code: Code) -> list[JsonObject]:
    here = "Observation.category"
    return [
        sliced(here, "pattern", "$this", why="One category is ours"),
        at(f"{here}:{code.code}", "1..1", patternCodeableConcept=coded(code)),
    ]


def _score() -> JsonObject:
    value = "Observation.value[x]"
    return _observation(
        "tandem-score",
        title="Score of an instrument",
        says=(
            "The total of one instrument on one day, or why there is none. In the shape of the US Core "
            "Screening and Assessment Observation."
        ),
        elements=[
            at("Observation.basedOn", "1..*"),
            at("Observation.status", "1..1"),
            *_filed_under(SURVEY),
            bound("Observation.code", "1..1", MEASURE),
            _SUBJECT,
            only("Observation.effective[x]", "1..1", "dateTime"),
            at("Observation.performer", "1..*"),
            only(value, "0..1", "Quantity"),
            at(f"{value}.value", "1..1"),
            at(f"{value}.system", "0..1", fixedUri=UCUM),
            bound("Observation.dataAbsentReason", "0..1", ABSENT_REASON),
            at("Observation.derivedFrom", "0..*"),
        ],
    )


def _balance_decision() -> JsonObject:
    decision = PLAN_ITEM.rows[PlanItem.BALANCE_DECISION][0]
    return _observation(
        "tandem-balance-decision",
        title="Decision on the balance",
        says="Which side of the treatment leads from when, who decided it, when, why, and by which scores.",
        elements=[
            at("Observation.basedOn", "1..*"),
            at("Observation.status", "1..1"),
            at("Observation.code", "1..1", patternCodeableConcept=coded(decision)),
            _SUBJECT,
            only("Observation.effective[x]", "1..1", "Period"),
            at("Observation.issued", "1..1"),
            at("Observation.performer", "1..*"),
            only("Observation.value[x]", "1..1", "CodeableConcept", binding=required(BALANCE.name)),
            at("Observation.note", "1..*"),
            at("Observation.derivedFrom", "0..*"),
        ],
    )


def _preference() -> JsonObject:
    return _observation(
        "tandem-preference",
        title="Preference of the patient",
        says=(
            "What the patient wants of the treatment or of the care, in the shape of the US Core Treatment "
            "Intervention Preference and Care Experience Preference Observations."
        ),
        elements=[
            at("Observation.status", "1..1"),
            at("Observation.category", "1..*"),
            bound("Observation.code", "1..1", PREFERENCE),
            _SUBJECT,
            only("Observation.effective[x]", "1..1", "dateTime"),
            at("Observation.performer", "1..*"),
            only("Observation.value[x]", "1..1", "string"),
        ],
        rules=[named_by(PREFERENCE_CATEGORY, "category")],
    )


def _personal_factor() -> JsonObject:
    return _observation(
        "tandem-personal-factor",
        title="Personal factor",
        says="Something of the person or the situation that bears on the treatment.",
        elements=[
            at("Observation.status", "1..1"),
            *_filed_under(SOCIAL_HISTORY),
            bound("Observation.code", "1..1", FACTOR),
            _SUBJECT,
            only("Observation.effective[x]", "1..1", "dateTime"),
            only("Observation.value[x]", "1..1", "string"),
        ],
    )


def _side_effect() -> JsonObject:
    effect = PLAN_ITEM.rows[PlanItem.SIDE_EFFECT][0]
    severity = PLAN_ITEM.rows[PlanItem.SIDE_EFFECT_SEVERITY][0]
    component = "Observation.component"
    value = f"{component}:severity.value[x]"
    return _observation(
        "tandem-side-effect",
        title="Side effect",
        says=(
            "What was noticed, how severe it is, and which medicine it is laid to; no asserted adverse event."
        ),
        elements=[
            at("Observation.basedOn", "2..*", short="The plan and the medicine"),
            at("Observation.status", "1..1"),
            at("Observation.code", "1..1", patternCodeableConcept=coded(effect)),
            _SUBJECT,
            only("Observation.effective[x]", "1..1", "Period"),
            at("Observation.performer", "1..*"),
            only("Observation.value[x]", "1..1", "CodeableConcept"),
            at("Observation.value[x].text", "1..1"),
            sliced(component, "pattern", "code", why="The severity is told by its code"),
            at(f"{component}:severity", "1..1"),
            at(f"{component}:severity.code", "1..1", patternCodeableConcept=coded(severity)),
            only(value, "1..1", "CodeableConcept", binding=required(SEVERITY.name)),
        ],
    )
