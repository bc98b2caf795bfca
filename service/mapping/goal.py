"""Goal: what the patient wants to reach, by which score and by when."""

from service.domain.goal import Comparator, Goal, GoalStatus, Target
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping.datatypes import (
    Unreadable,
    day_from_fhir,
    day_to_fhir,
    number_from_fhir,
    score_to_fhir,
)
from service.mapping.overlay import (
    OUR_IDENTIFIER,
    REFERENCE,
    WHOLE,
    ByReference,
    Fields,
    Meaning,
    OneOf,
    write,
)
from service.mapping.reading import UNREAD, Absorbed, Reading
from service.mapping.references import Refs
from service.mapping.terminology.problems import ACHIEVEMENT
from service.mapping.terminology.records import MEASURE


def _is_known(target: JsonObject) -> bool:
    """Tell whether a target is one that a plan can hold; the others of a goal stay beside ours."""
    try:
        _target(target)
    except (Unreadable, Invalid):
        return False
    return True


SHAPE: Fields = {
    "identifier": OUR_IDENTIFIER,
    "lifecycleStatus": WHOLE,
    "achievementStatus": Meaning(ACHIEVEMENT.meaning),
    "description": {"text": WHOLE},
    "subject": REFERENCE,
    "startDate": WHOLE,
    "target": OneOf(
        _is_known,
        {"measure": Meaning(MEASURE.meaning), "detailRange": {"low": WHOLE, "high": WHOLE}, "dueDate": WHOLE},
    ),
    "statusReason": WHOLE,
    "addresses": ByReference(),
}

_BOUND = {Comparator.AT_LEAST: "low", Comparator.AT_MOST: "high"}


def to_fhir(goal: Goal, patient: str, refs: Refs, *, onto: JsonObject | None = None) -> JsonObject:
    """Return the Goal of a patient (id), laid over `onto` where the chart holds it already."""
    mine = {
        "resourceType": "Goal",
        "identifier": [refs.identifier(goal.id)],
        "lifecycleStatus": goal.status.value,
        "achievementStatus": ACHIEVEMENT.concept(goal.achievement),
        "description": {"text": goal.description},
        "subject": refs.to("Patient", patient),
        "startDate": day_to_fhir(goal.start),
        "target": [{**_score_range(goal.target), "dueDate": day_to_fhir(goal.due)}],
        "statusReason": goal.status_reason,
        "addresses": refs.all("Condition", goal.addresses),
    }
    return write(mine, onto, SHAPE, refs=refs)


def absorb(held: Goal | None, resource: JsonObject, refs: Refs) -> Absorbed[Goal]:
    """Return the goal that the resource describes, with what it does not say taken from `held`."""
    read = Reading(resource)
    ours = _ours(read)
    values = {
        "id": refs.own_item(resource),
        "description": read.one("description.text", str),
        "status": read.code("lifecycleStatus", GoalStatus),
        "status_reason": read.one("statusReason", str),
        "achievement": read.one("achievementStatus", ACHIEVEMENT.read),
        "start": read.one("startDate", day_from_fhir),
        "due": UNREAD if ours is None else read.one(f"target.{ours}.dueDate", day_from_fhir),
        "target": UNREAD if ours is None else read.one(f"target.{ours}", _target),
        "addresses": read.links("addresses", refs, "Condition"),
    }
    return read.settle(Goal, held, values)


def _ours(read: Reading) -> int | None:
    """Return the place of the target that the plan holds, None where all are others'; report those."""
    targets: list[JsonObject] = read.at("target") or []
    known = [index for index, one in enumerate(targets) if _is_known(one)]
    ours = known[0] if known else None
    for index in range(len(targets)):
        if index != ours:
            read.note(f"target[{index}]", "is no target, or a further one: the plan holds one for each goal")
    return ours if targets else 0


def _score_range(target: Target | None) -> JsonObject:
    if target is None:
        return {}
    return {
        "measure": MEASURE.concept(target.measure),
        "detailRange": {_BOUND[target.comparator]: score_to_fhir(target.value)},
    }


def _target(target: JsonObject) -> Target | None:
    if "measure" not in target:
        return None
    limits = target.get("detailRange", {})
    for comparator, bound in _BOUND.items():
        if set(limits) == {bound}:
            value = number_from_fhir(limits[bound].get("value"))
            return Target(measure=MEASURE.read(target["measure"]), comparator=comparator, value=value)
    raise Unreadable("is no range with one end", ".detail")
