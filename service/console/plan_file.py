"""A plan in a file: its document alone, or `{"people": [...], "plan": {...}}` with the people it names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from service.document import person_from_document, plan_from_document
from service.domain.people import Person
from service.domain.plan import Plan
from service.domain.values import Invalid, Problem, unique
from service.fhir.json import JsonObject, loads

_Read = TypeVar("_Read")
# Eight times what the API takes; a device or a pipe without end must not fill the memory.
LARGEST_FILE = 16 * 1024 * 1024
_MEMBERS = ("people", "plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """What a file says."""

    plan: Plan
    people: tuple[Person, ...] = ()


def content_of(file: BinaryIO) -> bytes:
    """Return the content of a file; `Invalid` for one that is larger than any plan."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Invalid([Problem("", f"is larger than {LARGEST_FILE} bytes")])
    return content


def read_plan_file(content: bytes) -> PlanFile:
    """Return the plan and the people of a file; raises `NotJson`, or `Invalid` with every field at once."""
    document = loads(content)
    if "plan" not in document:
        return PlanFile(plan=plan_from_document(document))
    problems = [Problem("?", "is no field here") for name in document if name not in _MEMBERS]
    people = _people(document.get("people", []), problems)
    plan = _read(lambda: plan_from_document(document["plan"]), "plan", problems)
    if problems or plan is None:
        raise Invalid(problems)
    return PlanFile(plan=plan, people=people)


def _people(given: Any, problems: list[Problem]) -> tuple[Person, ...]:
    if not isinstance(given, list):
        problems.append(Problem("people", "must be a list"))
        return ()
    read = [_read(_reader(one), f"people[{index}]", problems) for index, one in enumerate(given)]
    people = tuple(one for one in read if one is not None)
    problems.extend(unique("people", (one.id for one in people)))
    return people


def _reader(document: JsonObject) -> Callable[[], Person]:
    return lambda: person_from_document(document)


def _read(read: Callable[[], _Read], place: str, problems: list[Problem]) -> _Read | None:
    try:
        return read()
    except Invalid as error:
        problems.extend(_under(place, error))
        return None


def _under(place: str, error: Invalid) -> Iterator[Problem]:
    return (problem.under(place) for problem in error.problems)
