"""CarePlan: the header of the plan, and references to everything that it asks for.

What is asked for stands in `activity.reference`; what happened (sessions, scores, decisions) points to the
plan from its own resource, so that a new score does not make a new version of the CarePlan.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.domain.balance import Balance
from service.domain.concept import ALWAYS, Period
from service.domain.plan import Plan
from service.domain.therapy import RequestStatus
from service.domain.values import Value
from service.fhir.json import JsonObject
from service.mapping.datatypes import (
    coding_key,
    day_from_fhir,
    day_to_fhir,
    period_from_fhir,
    period_to_fhir,
)
from service.mapping.extensions import OUR_EXTENSIONS, TREATMENT_BALANCE
from service.mapping.narrative import narrative, rebalanced
from service.mapping.overlay import (
    ADDED_REFERENCES,
    DAY,
    DAYS,
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByKey,
    ByReference,
    Fields,
    Link,
    Meaning,
    write,
)
from service.mapping.reading import Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.systems import CAREPLAN_CATEGORY, SNOMED
from service.mapping.terminology.table import Code
from service.mapping.terminology.treatment import BALANCE

# Synthea and the example of US Core write `order` for what we call a plan.
_INTENTS = frozenset({"plan", "order"})

SHAPE: Fields = {
    "text": WHOLE,
    "extension": OUR_EXTENSIONS,
    "identifier": OUR_IDENTIFIER,
    "status": WHOLE,
    "intent": Meaning(lambda intent: intent in _INTENTS),
    "category": ByKey(coding_key, {}),
    "title": WHOLE,
    "subject": REFERENCE,
    "period": DAYS,
    "created": DAY,
    "author": Link(),
    "contributor": ADDED_REFERENCES,
    "careTeam": ADDED_REFERENCES,
    "addresses": ByReference(types=("Condition",)),
    "supportingInfo": ADDED_REFERENCES,
    "goal": ByReference(types=("Goal",)),
    "activity": ByReference(
        ("reference",),
        {"reference": REFERENCE},
        types=("ServiceRequest", "MedicationRequest", "Appointment", "Task"),
    ),
}

# US Core 8.0.0 careplan-category, required by its profile; SNOMED CT as in the bundles of Synthea.
_CATEGORIES = (
    Code(CAREPLAN_CATEGORY, "assess-plan", "Assessment and Plan of Treatment"),
    Code(SNOMED, "718347000", "Mental health care plan (record artifact)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHeader(Value):
    """What a CarePlan says of its plan by itself; `balance` is to be compared with that of the open phase."""

    id: str
    title: str
    status: RequestStatus
    author: str
    created: date
    period: Period = ALWAYS
    balance: Balance | None = None


def to_fhir(
    plan: Plan,
    refs: Refs,
    *,
    medications: tuple[str, ...] | None = None,
    onto: JsonObject | None = None,
) -> JsonObject:
    """Return the CarePlan; `medications` are the orders that it refers to and names, None for all."""
    orders = [one for one in plan.medications if medications is None or one.id in medications]
    mine = {
        "resourceType": "CarePlan",
        "text": _authored(onto) or narrative(plan, orders),
        "extension": TREATMENT_BALANCE.holding(BALANCE.concept(plan.balance)),
        "identifier": [refs.identifier(plan.id)],
        "status": plan.status.value,
        "intent": "plan",
        "category": [{"coding": [code.coding]} for code in _CATEGORIES],
        "title": plan.title,
        "subject": refs.to("Patient", plan.patient.id),
        "period": period_to_fhir(plan.period),
        "created": day_to_fhir(plan.created),
        "author": refs.to("Practitioner", plan.author),
        "contributor": [refs.to("Practitioner", plan.author)],
        "careTeam": [refs.to("CareTeam", plan.id)],
        "addresses": refs.all("Condition", _ids(plan.conditions)),
        "supportingInfo": refs.all("Observation", _ids(plan.preferences)),
        "goal": refs.all("Goal", _ids(plan.goals)),
        "activity": [{"reference": one} for one in _requests(plan, _ids(orders), refs)],
    }
    return write(mine, onto, SHAPE, refs=refs)


def with_balance_of(resource: JsonObject, other: JsonObject) -> JsonObject:
    """Return the CarePlan with the balance that another version of it says, in a narrative of ours too.

    Our extension is the only one that we write there, so all of them are taken from the other.
    """
    told = {name: one for name, one in resource.items() if name != "extension"}
    if other.get("extension"):
        told["extension"] = other["extension"]
    if resource.get("text", {}).get("status") == "generated":
        told["text"] = rebalanced(resource["text"], _said_balance(resource), _said_balance(other))
    return told


def absorb(held: Plan | None, resource: JsonObject, refs: Refs) -> Absorbed[PlanHeader]:
    """Return the header that the resource gives, with what it does not say taken from the plan held."""
    read = Reading(resource)
    values = {
        "id": refs.own_item(resource),
        "title": read.one("title", str),
        "status": read.code("status", RequestStatus),
        "author": read.link("author", refs, "Practitioner"),
        "created": read.one("created", day_from_fhir),
        "period": read.one("period", period_from_fhir),
        "balance": read.one("extension", _balance),
    }
    if resource.get("intent") not in _INTENTS:
        read.note("intent", "is not that of a plan")
    for index, activity in enumerate(resource.get("activity", [])):
        if "detail" in activity:
            read.note(f"activity[{index}].detail", "is described in place: a plan refers to its requests")
    return read.settle(PlanHeader, None if held is None else header(held), values)


def header(plan: Plan) -> PlanHeader:
    """Return the header of a plan."""
    return PlanHeader(
        id=plan.id,
        title=plan.title,
        status=plan.status,
        author=plan.author,
        created=plan.created,
        period=plan.period,
        balance=plan.balance,
    )


def _ids(items: Iterable[Any]) -> tuple[str, ...]:
    return tuple(one.id for one in items)


def _requests(plan: Plan, orders: tuple[str, ...], refs: Refs) -> list[JsonObject]:
    reviews = () if plan.check_ins is None else (plan.check_ins.id,)
    return [
        *refs.all("ServiceRequest", (*_ids(plan.therapies), *reviews)),
        *refs.all("MedicationRequest", orders),
        *refs.all("Appointment", _ids(plan.appointments)),
        *refs.all("Task", _ids(plan.tasks)),
    ]


def _authored(onto: JsonObject | None) -> JsonObject | None:
    """Return a narrative that says more than the data: a person wrote it, so it stays."""
    text: JsonObject = (onto or {}).get("text", {})
    return text if text.get("status") == "additional" else None


def _said_balance(resource: JsonObject) -> Balance | None:
    return BALANCE.find(TREATMENT_BALANCE.within(resource.get("extension")))


def _balance(extensions: list[JsonObject]) -> Balance | None:
    said = TREATMENT_BALANCE.within(extensions)
    return None if said is None else BALANCE.read(said)
