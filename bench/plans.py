"""Fresh plans of 12 resources each: synthetic people who exist nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from secrets import token_hex

from service.console.demo_cast import cast
from service.document import person_from_document, plan_from_document
from service.domain.people import Person
from service.domain.plan import Plan
from service.fhir.json import JsonObject

_KEPT = {"conditions": 1, "goals": 1, "therapies": 1, "medications": 1, "care_team": 9, "appointments": 1}
RESOURCES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A plan that nobody has pushed, and its people."""

    plan: Plan
    people: tuple[Person, ...]


def fresh_plans(*, whole: bool = False) -> Iterator[Fresh]:
    """Give plans without end, no two of which share an id or an identifier; `whole` ones are not cut down."""
    run = token_hex(4)
    for number in count(1):
        document = cast(f"{run}-{number}").plans[0]
        plan = document["plan"] if whole else _small(document["plan"])
        people = tuple(person_from_document(one) for one in document["people"])
        yield Fresh(plan=plan_from_document(plan), people=people)


def _small(document: JsonObject) -> JsonObject:
    """Leave of each list the first members; what they refer to beyond these goes too."""
    small = {name: one for name, one in document.items() if not isinstance(one, list) or name in _KEPT}
    small.pop("check_ins", None)
    for name, number in _KEPT.items():
        small[name] = small[name][:number]
    return small
