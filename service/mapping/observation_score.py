"""Observation of a score: what an instrument said on one day, or why it says nothing."""

from typing import Any

from service.domain.measure import RecordStatus, Score
from service.fhir.json import JsonObject
from service.mapping.choices import typed, without_other_types
from service.mapping.datatypes import (
    UCUM,
    Unreadable,
    moment_from_fhir,
    moment_to_fhir,
    score_to_fhir,
    whole_from_fhir,
)
from service.mapping.lists import added
from service.mapping.observed import COMMON, REPORTER, is_observation, reporter_from_fhir, reporter_to_fhir
from service.mapping.overlay import ADDED_REFERENCES, MOMENT, ByReference, Coded, Fields, Meaning, write
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.categories import SURVEY
from service.mapping.terminology.records import ABSENT_REASON, MEASURE

_POINTS = Meaning(
    lambda quantity: tuple(quantity.get(name) for name in ("value", "comparator", "system", "code"))
)
_CODES_OF_POINTS = frozenset({"{score}", "1", None})

SHAPE: Fields = {
    **COMMON,
    "performer": REPORTER,
    "category": added(SURVEY),
    "code": Coded(MEASURE.find),
    "effectiveDateTime": MOMENT,
    "valueQuantity": _POINTS,
    "dataAbsentReason": Coded(ABSENT_REASON.find),
    "basedOn": ADDED_REFERENCES,
    "derivedFrom": ByReference(types=("QuestionnaireResponse",)),
}


def to_fhir(
    score: Score, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Observation of a patient (id) under a plan; single answers are a QuestionnaireResponse."""
    mine = {
        "resourceType": "Observation",
        "identifier": [refs.identifier(score.id)],
        "status": score.status.value,
        "category": [{"coding": [SURVEY.coding]}],
        "code": MEASURE.concept(score.measure),
        "subject": refs.to("Patient", patient),
        "effectiveDateTime": moment_to_fhir(score.taken_at),
        "performer": reporter_to_fhir(score.recorded_by, patient, refs),
        "valueQuantity": None if score.value is None else score_to_fhir(score.value),
        "dataAbsentReason": ABSENT_REASON.concept(score.absent_reason),
        "basedOn": [refs.to("CarePlan", plan_id)],
        "derivedFrom": [refs.to("QuestionnaireResponse", score.id)] if score.items else [],
    }
    fitting = without_other_types(onto, "effectiveDateTime", "valueQuantity")
    return write(mine, fitting, SHAPE, refs=refs)


def absorb(held: Score | None, resource: JsonObject, refs: Refs) -> Absorbed[Score]:
    """Return the score that the resource describes; its single answers stay as held, if it has some."""
    read = Reading(resource)
    measure = read.one("code", MEASURE.read)
    answered = read.links("derivedFrom", refs, "QuestionnaireResponse")
    values = {
        "id": refs.own_item(resource),
        "measure": measure,
        "value": typed(read, "valueQuantity", _points),
        "absent_reason": read.one("dataAbsentReason", ABSENT_REASON.read),
        "items": UNREAD if answered and _same_instrument(held, measure) else None,
        "taken_at": typed(read, "effectiveDateTime", moment_from_fhir),
        "status": read.code("status", RecordStatus),
        "recorded_by": reporter_from_fhir(read, refs),
    }
    return read.settle(Score, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is the score of an instrument that the plan knows."""
    return is_observation(resource) and MEASURE.find(resource.get("code")) is not None


def _same_instrument(held: Score | None, measure: Any) -> bool:
    """Tell whether the answers held can be those of this score: answers to another instrument are not."""
    return held is not None and measure in (held.measure, UNREAD)


def _points(quantity: JsonObject) -> Any:
    if quantity.get("comparator"):
        raise Unreadable("is an inexact score", ".comparator")
    if quantity.get("system", UCUM) != UCUM or quantity.get("code") not in _CODES_OF_POINTS:
        raise Unreadable("is no score", ".code")
    return whole_from_fhir(quantity.get("value"))
