"""ServiceRequest of a course of therapy: which one, how often, how long, with whom."""

from typing import Any

from service.domain.concept import ALWAYS
from service.domain.therapy import (
    Modality,
    RequestStatus,
    Rhythm,
    RhythmUnit,
    TherapyCourse,
)
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping.choices import typed, without_other_types
from service.mapping.datatypes import (
    Unreadable,
    day_from_fhir,
    day_to_fhir,
    number_from_fhir,
    period_from_fhir,
    period_to_fhir,
    whole_from_fhir,
)
from service.mapping.lists import added, coded, entries_of, one_coded, one_link
from service.mapping.overlay import (
    ADDED_REFERENCES,
    DAY,
    DAYS,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    Alike,
    ByReference,
    Fields,
    Meaning,
    write,
)
from service.mapping.reading import UNREAD, Absorbed, Reading, member
from service.mapping.references import Refs
from service.mapping.terminology.categories import PSYCHOTHERAPY
from service.mapping.terminology.treatment import FORMAT, MODALITY, SKILL_SET


def _said(code: JsonObject) -> object:
    """What a code means to us: the modality, and the words where only they say which one it is."""
    modality = MODALITY.find(code)
    return (modality, code.get("text")) if modality in (Modality.OTHER, None) else modality


def _rhythm_said(timing: JsonObject) -> object:
    """What a timing means to us, None for one that no course has."""
    try:
        repeat = _only_repeat(timing)
        said = _rhythm(repeat), _minutes(repeat), repeat.get("count")
        return None if {"boundsDuration", "boundsRange"} & set(repeat) else said
    except (Unreadable, Invalid):
        return None


# A part of their rhythm beside a part of ours would be a third one.
_REPEAT: Fields = {
    "boundsPeriod": DAYS,
    "count": WHOLE,
    "duration": WHOLE,
    "durationUnit": WHOLE,
    "frequency": WHOLE,
    "period": WHOLE,
    "periodUnit": WHOLE,
}
SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "intent": WHOLE,
    "category": added(PSYCHOTHERAPY),
    "code": Meaning(_said),
    "orderDetail": entries_of(SKILL_SET, FORMAT),
    "subject": REFERENCE,
    "authoredOn": DAY,
    "occurrenceTiming": Alike(_rhythm_said, {"repeat": _REPEAT}),
    "performer": ByReference(types=("Practitioner",)),
    "reasonReference": ByReference(types=("Condition",)),
    "supportingInfo": ByReference(types=("MedicationRequest",)),
    "basedOn": ADDED_REFERENCES,
}

# What makes the rhythm another one, and has no place in the plan.
_FOREIGN_REPEAT = ("countMax", "durationMax", "frequencyMax", "periodMax")
_MINUTES = {"min": 1, "h": 60}


def to_fhir(
    course: TherapyCourse, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the ServiceRequest of a patient (id) under a plan, laid over `onto` where the chart holds it."""
    mine = {
        "resourceType": "ServiceRequest",
        "identifier": [refs.identifier(course.id)],
        "status": course.status.value,
        "intent": "plan",
        "category": [{"coding": [PSYCHOTHERAPY.coding]}],
        "code": MODALITY.concept(course.modality, course.title),
        "orderDetail": [
            *(SKILL_SET.concept(skills) for skills in course.skill_sets),
            FORMAT.concept(course.format),
        ],
        "subject": refs.to("Patient", patient),
        "authoredOn": day_to_fhir(course.authored_on),
        "occurrenceTiming": {"repeat": _repeat(course)},
        "performer": [refs.maybe("Practitioner", course.performer)],
        "reasonReference": refs.all("Condition", course.reasons),
        "supportingInfo": refs.all("MedicationRequest", course.supports),
        "basedOn": [refs.to("CarePlan", plan_id)],
    }
    return write(mine, without_other_types(onto, "occurrenceTiming"), SHAPE, refs=refs)


def absorb(held: TherapyCourse | None, resource: JsonObject, refs: Refs) -> Absorbed[TherapyCourse]:
    """Return the course that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    modality = read.one("code", MODALITY.read)
    values = {
        "id": refs.own_item(resource),
        "modality": modality,
        "title": _title(read, modality),
        "skill_sets": coded(read, "orderDetail", SKILL_SET),
        "format": one_coded(read, "orderDetail", FORMAT),
        **_timing(read),
        "performer": one_link(read, "performer", refs, "Practitioner"),
        "status": read.code("status", RequestStatus),
        "authored_on": read.one("authoredOn", day_from_fhir),
        "reasons": read.links("reasonReference", refs, "Condition"),
        "supports": read.links("supportingInfo", refs, "MedicationRequest"),
    }
    return read.settle(TherapyCourse, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is a course of therapy that the plan knows."""
    return (
        resource.get("resourceType") == "ServiceRequest" and MODALITY.find(resource.get("code")) is not None
    )


def _repeat(course: TherapyCourse) -> JsonObject:
    rhythm = course.rhythm
    return {
        "boundsPeriod": period_to_fhir(course.period),
        "count": course.sessions_planned,
        "duration": course.session_minutes,
        "durationUnit": None if course.session_minutes is None else "min",
        "frequency": None if rhythm is None else rhythm.sessions,
        "period": None if rhythm is None else rhythm.every,
        "periodUnit": None if rhythm is None else rhythm.unit.value,
    }


def _title(read: Reading, modality: Any) -> Any:
    if modality is Modality.OTHER:
        return read.one("code.text", str)
    return None if isinstance(modality, Modality) else UNREAD


def _timing(read: Reading) -> JsonObject:
    repeat = typed(read, "occurrenceTiming", _only_repeat)
    if repeat is UNREAD:
        return {}
    if repeat is None:
        return {"rhythm": None, "session_minutes": None, "sessions_planned": None, "period": ALWAYS}
    at = "occurrenceTiming.repeat"
    period = typed(read, "boundsPeriod", period_from_fhir, below=at)
    return {
        "rhythm": read.one(at, _rhythm),
        "session_minutes": read.one(at, _minutes),
        "sessions_planned": read.one(f"{at}.count", whole_from_fhir),
        "period": ALWAYS if period is None else period,
    }


def _only_repeat(timing: JsonObject) -> JsonObject:
    if "event" in timing or "code" in timing or "repeat" not in timing:
        raise Unreadable("is a rhythm that the plan cannot hold")
    repeat: JsonObject = timing["repeat"]
    for name in _FOREIGN_REPEAT:
        if name in repeat:
            raise Unreadable("is a rhythm that the plan cannot hold", f".repeat.{name}")
    return repeat


def _rhythm(repeat: JsonObject) -> Rhythm | None:
    if not {"frequency", "period", "periodUnit"} & set(repeat):
        return None
    return Rhythm(
        sessions=whole_from_fhir(repeat.get("frequency", 1)),
        every=whole_from_fhir(repeat.get("period")),
        unit=member(RhythmUnit, repeat.get("periodUnit")),
    )


def _minutes(repeat: JsonObject) -> int | None:
    if not {"duration", "durationUnit"} & set(repeat):
        return None
    unit = repeat.get("durationUnit")
    if unit not in _MINUTES:
        raise Unreadable("does not say in minutes or hours how long a session is", ".duration")
    return whole_from_fhir(number_from_fhir(repeat.get("duration")) * _MINUTES[unit])
