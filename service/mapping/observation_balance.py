"""Observation of a decision on the balance: which side leads from when, who decided it, and why."""

from service.domain.balance import Phase
from service.fhir.json import JsonObject
from service.mapping.choices import typed, typed_days, without_other_types
from service.mapping.datatypes import days_to_fhir, moment_from_fhir, moment_to_fhir
from service.mapping.observed import COMMON, is_observation
from service.mapping.overlay import (
    ADDED_REFERENCES,
    DAYS,
    MOMENT,
    WHOLE,
    ByReference,
    Coded,
    Fields,
    Meaning,
    OneOf,
    write,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.items import PLAN_ITEM, PlanItem
from service.mapping.terminology.treatment import BALANCE

_STANDING = frozenset({"final", "amended", "corrected"})

SHAPE: Fields = {
    **COMMON,
    "status": Meaning(lambda status: status in _STANDING),
    "code": Coded(PLAN_ITEM.find),
    "effectivePeriod": DAYS,
    "issued": MOMENT,
    "valueCodeableConcept": Coded(BALANCE.find),
    "performer": ByReference(types=("Practitioner",)),
    # The first note is the reason; what others noted below it stays.
    "note": OneOf(lambda _: True, {"text": WHOLE}),
    "basedOn": ADDED_REFERENCES,
    "derivedFrom": ByReference(types=("Observation",)),
}


def to_fhir(
    phase: Phase, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the Observation of a patient (id) under a plan, laid over `onto` where the chart holds it."""
    mine = {
        "resourceType": "Observation",
        "identifier": [refs.identifier(phase.id)],
        "status": "final",
        "code": PLAN_ITEM.concept(PlanItem.BALANCE_DECISION),
        "subject": refs.to("Patient", patient),
        "effectivePeriod": days_to_fhir(phase.start, phase.end),
        "issued": moment_to_fhir(phase.decided_at),
        "performer": refs.all("Practitioner", phase.decided_by),
        "valueCodeableConcept": BALANCE.concept(phase.balance),
        "note": [{"text": phase.reason}],
        "basedOn": [refs.to("CarePlan", plan_id)],
        "derivedFrom": refs.all("Observation", phase.evidence),
    }
    fitting = without_other_types(onto, "effectivePeriod", "valueCodeableConcept")
    return write(mine, fitting, SHAPE, refs=refs)


def absorb(held: Phase | None, resource: JsonObject, refs: Refs) -> Absorbed[Phase]:
    """Return the phase that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    if resource.get("status") not in _STANDING:
        read.note("status", "takes a decision back: the plan ends a phase by the next one")
        return Absorbed(value=held, issues=tuple(read.issues))
    start, end = typed_days(read, "effectivePeriod")
    values = {
        "id": refs.own_item(resource),
        "balance": typed(read, "valueCodeableConcept", BALANCE.read),
        "start": start,
        "end": end,
        "reason": read.one("note.0.text", str),
        "decided_by": read.links("performer", refs, "Practitioner"),
        "decided_at": read.one("issued", moment_from_fhir),
        "evidence": read.links("derivedFrom", refs, "Observation"),
    }
    return read.settle(Phase, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is a decision on the balance."""
    return is_observation(resource) and PLAN_ITEM.find(resource.get("code")) is PlanItem.BALANCE_DECISION
