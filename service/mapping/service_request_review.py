"""ServiceRequest of the check-ins: how often the whole team looks at what works, and when next."""

from typing import Any

from service.domain.check_in import CheckInCadence
from service.domain.therapy import RequestStatus
from service.fhir.json import JsonObject
from service.mapping.choices import typed, without_other_types
from service.mapping.datatypes import Unreadable, day_from_fhir, day_to_fhir, under, whole_from_fhir
from service.mapping.lists import one_link
from service.mapping.overlay import (
    ADDED_REFERENCES,
    DAY,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    Alike,
    ByReference,
    Coded,
    Fields,
    OneOf,
    write,
)
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.items import PLAN_ITEM, PlanItem


def _said(repeat: JsonObject) -> object:
    """What a rhythm means to us, None for one that no check-ins have: parts of two would be a third one."""
    try:
        return _weeks({"repeat": repeat})
    except Unreadable:
        return None


SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "intent": WHOLE,
    "code": Coded(PLAN_ITEM.find),
    "subject": REFERENCE,
    "authoredOn": DAY,
    "occurrenceTiming": {
        "event": OneOf(lambda _: True, DAY),
        "repeat": Alike(
            _said, {"frequency": WHOLE, "period": WHOLE, "periodMax": WHOLE, "periodUnit": WHOLE}
        ),
    },
    "performer": ByReference(types=("Practitioner", "CareTeam")),
    "basedOn": ADDED_REFERENCES,
}


def to_fhir(
    cadence: CheckInCadence, patient: str, refs: Refs, *, plan_id: str, onto: JsonObject | None = None
) -> JsonObject:
    """Return the ServiceRequest of a patient (id) under a plan, laid over `onto` where the chart holds it."""
    repeat = {
        "frequency": 1,
        "period": cadence.weeks_min,
        "periodMax": cadence.weeks_max,
        "periodUnit": "wk",
    }
    mine = {
        "resourceType": "ServiceRequest",
        "identifier": [refs.identifier(cadence.id)],
        "status": cadence.status.value,
        "intent": "plan",
        "code": PLAN_ITEM.concept(PlanItem.INTEGRATED_REVIEW),
        "subject": refs.to("Patient", patient),
        "authoredOn": day_to_fhir(cadence.authored_on),
        "occurrenceTiming": {"event": [day_to_fhir(cadence.next_due)], "repeat": repeat},
        "performer": [refs.maybe("Practitioner", cadence.owner), refs.to("CareTeam", plan_id)],
        "basedOn": [refs.to("CarePlan", plan_id)],
    }
    return write(mine, without_other_types(onto, "occurrenceTiming"), SHAPE, refs=refs)


def absorb(held: CheckInCadence | None, resource: JsonObject, refs: Refs) -> Absorbed[CheckInCadence]:
    """Return the cadence that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    fewest, most, due = _timing(read)
    values = {
        "id": refs.own_item(resource),
        "weeks_min": fewest,
        "weeks_max": most,
        "next_due": due,
        "owner": one_link(read, "performer", refs, "Practitioner"),
        "authored_on": read.one("authoredOn", day_from_fhir),
        "status": read.code("status", RequestStatus),
    }
    return read.settle(CheckInCadence, held, values)


def stands_for(resource: JsonObject) -> bool:
    """Tell whether the resource is the order to look at the treatment again and again."""
    found = PLAN_ITEM.find(resource.get("code"))
    return resource.get("resourceType") == "ServiceRequest" and found is PlanItem.INTEGRATED_REVIEW


def _timing(read: Reading) -> tuple[Any, Any, Any]:
    weeks = typed(read, "occurrenceTiming", _weeks)
    if read.at("occurrenceTiming") is None:
        if weeks is None:
            read.note("occurrenceTiming", "is missing: nothing says how often")
        return UNREAD, UNREAD, UNREAD
    fewest, most = weeks if isinstance(weeks, tuple) else (UNREAD, UNREAD)
    return fewest, most, read.one("occurrenceTiming.event.0", day_from_fhir)


def _weeks(timing: JsonObject) -> tuple[int, int]:
    with under(".repeat"):
        repeat = timing.get("repeat", {})
        if repeat.get("periodUnit") != "wk" or repeat.get("frequency", 1) != 1 or "frequencyMax" in repeat:
            raise Unreadable("is not once in some weeks")
        fewest = whole_from_fhir(repeat.get("period"))
        return fewest, whole_from_fhir(repeat.get("periodMax", fewest))
