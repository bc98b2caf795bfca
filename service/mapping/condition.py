"""Condition: a diagnosis on the problem list, with its severity, its course and how sure it is.

Matched to the chart's problem list; adding one is a person's decision.
"""

from collections.abc import Iterable

from service.domain.condition import Condition, Course
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping.choices import typed
from service.mapping.datatypes import (
    Unreadable,
    concept_from_fhir,
    concept_to_fhir,
    day_from_fhir,
    day_to_fhir,
)
from service.mapping.overlay import DAY, OUR_IDENTIFIER, REFERENCE, WHOLE, Coded, Fields, Meaning, write
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.problems import COURSE, SEVERITY, VERIFICATION
from service.mapping.terminology.systems import CONDITION_CATEGORY


def _meaning(code: JsonObject) -> object:
    try:
        return concept_from_fhir(code)
    except (Unreadable, Invalid):
        return code


# R4 onset[x] and abatement[x] beside dateTime; at most one of each choice may stand.
_OTHER_ONSETS = ("onsetAge", "onsetPeriod", "onsetRange", "onsetString")
_OTHER_ABATEMENTS = ("abatementAge", "abatementPeriod", "abatementRange", "abatementString")

# con-4 and con-5 together leave no end to a condition that was entered in error.
_ENDED = frozenset({Course.INACTIVE, Course.REMISSION, Course.RESOLVED})

SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "clinicalStatus": Coded(COURSE.find),
    "verificationStatus": Coded(VERIFICATION.find),
    "category": WHOLE,
    "severity": Coded(SEVERITY.find),
    "code": Meaning(_meaning),
    "subject": REFERENCE,
    "onsetDateTime": DAY,
    "abatementDateTime": DAY,
    **dict.fromkeys(_OTHER_ABATEMENTS, WHOLE),
}

_PROBLEM_LIST_ITEM = {
    "system": CONDITION_CATEGORY,
    "code": "problem-list-item",
    "display": "Problem List Item",
}


def to_fhir(condition: Condition, patient: str, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Condition of a patient (id); a category and an onset that is no day stay the chart's."""
    chart = onto or {}
    onset = None if _first(chart, _OTHER_ONSETS) else day_to_fhir(condition.onset)
    mine = {
        "resourceType": "Condition",
        "identifier": [refs.identifier(condition.id)],
        "clinicalStatus": COURSE.concept(condition.course),
        "verificationStatus": VERIFICATION.concept(condition.verification),
        "category": chart.get("category") or [{"coding": [_PROBLEM_LIST_ITEM]}],
        "severity": SEVERITY.concept(condition.severity),
        "code": concept_to_fhir(condition.code),
        "subject": refs.to("Patient", patient),
        "onsetDateTime": onset,
        **_abatement(condition, chart),
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: Condition | None, resource: JsonObject, refs: Refs) -> Absorbed[Condition]:
    """Return the condition that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "code": read.one("code", concept_from_fhir),
        "severity": read.one("severity", SEVERITY.read),
        "course": read.one("clinicalStatus", COURSE.read),
        "verification": read.one("verificationStatus", VERIFICATION.read),
        "onset": typed(read, "onsetDateTime", day_from_fhir),
        "abatement": typed(read, "abatementDateTime", day_from_fhir),
    }
    return read.settle(Condition, held, values)


def _abatement(condition: Condition, chart: JsonObject) -> JsonObject:
    """Say the end where R4 allows one (con-4); one that the chart gives as no day stays."""
    if condition.course not in _ENDED:
        return {}
    other = _first(chart, _OTHER_ABATEMENTS)
    return {other: chart[other]} if other else {"abatementDateTime": day_to_fhir(condition.abatement)}


def _first(resource: JsonObject, names: Iterable[str]) -> str | None:
    return next((name for name in names if name in resource), None)
