"""Observation of a side effect: what was noticed, how severe, and which medicine it is laid to."""

from typing import Any

from service.domain.condition import Severity
from service.domain.measure import RecordStatus
from service.domain.side_effect import SideEffect
from service.fhir.json import JsonObject
from service.mapping.choices import typed, typed_days, without_other_types
from service.mapping.datatypes import days_to_fhir, under, words_from_fhir
from service.mapping.lists import one_link
from service.mapping.observed import COMMON, REPORTER, is_observation, reporter_from_fhir, reporter_to_fhir
from service.mapping.overlay import DAYS, ByReference, Coded, Fields, Meaning, OneOf, write
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.items import PLAN_ITEM, PlanItem
from service.mapping.terminology.problems import SEVERITY


def _is_severity(component: JsonObject) -> bool:
    return PLAN_ITEM.find(component.get("code")) is PlanItem.SIDE_EFFECT_SEVERITY


SHAPE: Fields = {
    **COMMON,
    "performer": REPORTER,
    "code": Coded(PLAN_ITEM.find),
    "effectivePeriod": DAYS,
    # Codes of others belong to their words: other words of ours take their place.
    "valueCodeableConcept": Meaning(lambda concept: concept.get("text")),
    "component": OneOf(
        _is_severity,
        {"code": Coded(PLAN_ITEM.find), "valueCodeableConcept": Coded(SEVERITY.find)},
    ),
    "basedOn": ByReference(types=("CarePlan", "MedicationRequest")),
}


def to_fhir(
    effect: SideEffect, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Observation of a patient (id) under a plan, laid over `onto` where the chart holds it."""
    severity = {
        "code": PLAN_ITEM.concept(PlanItem.SIDE_EFFECT_SEVERITY),
        "valueCodeableConcept": SEVERITY.concept(effect.severity),
    }
    mine = {
        "resourceType": "Observation",
        "identifier": [refs.identifier(effect.id)],
        "status": effect.status.value,
        "code": PLAN_ITEM.concept(PlanItem.SIDE_EFFECT),
        "subject": refs.to("Patient", patient),
        "effectivePeriod": days_to_fhir(effect.since, effect.until),
        "performer": reporter_to_fhir(effect.reported_by, patient, refs),
        "valueCodeableConcept": {"text": effect.effect},
        "component": [severity],
        "basedOn": [refs.to("CarePlan", plan_id), refs.to("MedicationRequest", effect.medication)],
    }
    fitting = without_other_types(onto, "effectivePeriod", "valueCodeableConcept")
    return write(mine, fitting, SHAPE, refs=refs)


def absorb(held: SideEffect | None, resource: JsonObject, refs: Refs) -> Absorbed[SideEffect]:
    """Return the side effect that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    since, until = typed_days(read, "effectivePeriod")
    values = {
        "id": refs.own_item(resource),
        "medication": one_link(read, "basedOn", refs, "MedicationRequest"),
        "effect": typed(read, "valueCodeableConcept", words_from_fhir),
        "severity": _severity(read),
        "since": since,
        "until": until,
        "status": read.code("status", RecordStatus),
        "reported_by": reporter_from_fhir(read, refs),
    }
    return read.settle(SideEffect, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is a side effect that the plan follows."""
    return is_observation(resource) and PLAN_ITEM.find(resource.get("code")) is PlanItem.SIDE_EFFECT


def _severity(read: Reading) -> Any:
    found = read.many("component", _severity_from_fhir)
    return found if found is UNREAD else next(iter(found), None)


def _severity_from_fhir(component: JsonObject) -> Severity | None:
    if not _is_severity(component):
        return None
    with under(".valueCodeableConcept"):
        return SEVERITY.read(component.get("valueCodeableConcept"))
