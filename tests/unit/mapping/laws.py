"""The laws that each resource module keeps, as checks for the tests beside this file.

A module is tried as a pair of functions: what it writes (value, resource to lay it over, addresses) and what
it reads (value held, resource, addresses).
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from typing import Any

from hypothesis import strategies as st

from service.fhir.json import JsonObject, dumps, loads
from service.fhir.validation import problems
from service.mapping.reading import Absorbed, Issue
from service.mapping.references import Key, Refs
from tests.builders import DIRECTORY, uid
from tests.strategies.basics import Draw

PLAN, PATIENT = uid("plan"), uid("patient")


def pool(group: str) -> tuple[str, ...]:
    """The ids that items of a group have in generated plans."""
    return tuple(uid(f"{group}-{number}") for number in range(3))


ITEMS = {
    "Patient": (PATIENT,),
    "Practitioner": tuple(DIRECTORY),
    "CarePlan": (PLAN,),
    "CareTeam": (PLAN,),
    "Condition": pool("conditions"),
    "Goal": pool("goals"),
    "Task": pool("tasks"),
    "ServiceRequest": (*pool("therapies"), uid("check_ins-0")),
    "MedicationRequest": pool("medications"),
    "Appointment": pool("appointments"),
    "Observation": (*pool("scores"), *pool("phases"), *pool("side_effects"), *pool("preferences")),
    "QuestionnaireResponse": (*pool("scores"), *pool("journal"), PLAN),
}
_KEYS = tuple(Key(kind, item) for kind, items in ITEMS.items() for item in items)
_PLACES = {key: f"{key.type}/{number}" for number, key in enumerate(_KEYS, start=100)}
NEW = Refs(traces={key.urn: key for key in _KEYS})
PLACED = Refs(addresses=_PLACES, traces={place: key for key, place in _PLACES.items()})

ELSEWHERE = {"reference": "Practitioner/elsewhere"}
NOTHING_OF_OURS = {"coding": [{"system": "http://example.com/codes", "code": "theirs"}]}
THEIRS: JsonObject = {
    "id": "7",
    "meta": {"versionId": "3", "security": [{"code": "R"}]},
    "language": "de",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">theirs</div>'},
    "implicitRules": "http://example.com/rules",
}


@dataclass(frozen=True, slots=True)
class Mapper:
    """What a resource module writes and what it reads."""

    write: Callable[[Any, JsonObject | None, Refs], JsonObject]
    absorb: Callable[[Any, JsonObject, Refs], Absorbed[Any]]


def generated(make: Callable[..., Any], *arguments: Any) -> st.SearchStrategy[Any]:
    """Values that a function of tests.strategies draws."""

    @st.composite
    def values(draw: Draw) -> Any:
        return make(draw, *arguments)

    return values()


def sent(resource: JsonObject) -> JsonObject:
    """The resource as it comes out of its bytes."""
    return loads(dumps(resource))


def restores(mapper: Mapper, value: Any, held: Any) -> None:
    """What was written is read back whole, whatever was held before."""
    for refs in (NEW, PLACED):
        resource = sent(mapper.write(value, None, refs))
        assert mapper.absorb(None, resource, refs) == Absorbed(value=value)
        assert mapper.absorb(held, resource, refs) == Absorbed(value=value)


def restores_over(mapper: Mapper, value: Any, before: Any) -> None:
    """What is laid over another value, in a chart that adds its own, is read back; theirs stays."""
    theirs = sent({**mapper.write(before, None, PLACED), **THEIRS})
    kept = deepcopy(theirs)
    laid = sent(mapper.write(value, theirs, PLACED))
    assert theirs == kept
    assert {name: laid[name] for name in THEIRS} == THEIRS
    made = mapper.absorb(before, laid, PLACED)
    assert made.issues == ()
    assert unordered(made.value) == unordered(value)
    assert mapper.write(value, laid, PLACED) == laid


def is_sound(mapper: Mapper, value: Any) -> None:
    """What is written is valid R4, and the same every time."""
    resource = mapper.write(value, None, NEW)
    assert problems(resource) == ()
    assert mapper.write(value, None, NEW) == resource


def leaves(mapper: Mapper, held: Any, resource: JsonObject) -> tuple[str, ...]:
    """Reading the resource changes nothing of what is held; gives the paths that were reported."""
    made = mapper.absorb(held, resource, PLACED)
    assert made.value == held
    return paths(made.issues)


def paths(issues: tuple[Issue, ...]) -> tuple[str, ...]:
    return tuple(issue.path for issue in issues)


def unordered(value: Any) -> Any:
    """The value with its lists in one order: a chart keeps the places that its lists had."""
    lists = {one.name: getattr(value, one.name) for one in fields(value)}
    ordered = {name: tuple(sorted(one, key=repr)) for name, one in lists.items() if isinstance(one, tuple)}
    return replace(value, **ordered)
