"""Structure: only elements that R4 knows, as JSON of their type, once or many times, none missing or empty.

The models of `fhir.resources` check what is missing and how primitives are written, but take "true" for true,
`"{}"` for an object, an empty list for one with a member, and Python's field names (`for_fhir`) for R4's. So
the shape is checked here too; a resource is never written again from a model, which would lose digits.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.problem import Problem
from service.fhir.schema import Element, Place, elements, is_resource_type, walk

_NUMBERS = frozenset({"Decimal", "Integer", "PositiveInt", "UnsignedInt"})
_WORDING = {
    "missing": "a required element is missing",
    "model_field_validation.missing": "a required element is missing",
    "extra_forbidden": "R4 has no such element here",
}


def structural_problems(resource: JsonObject) -> Iterator[Problem]:
    """Finds everything about the resource's shape that R4 does not allow, each path once."""
    mistaken = [problem for place in walk(resource) for problem in _mistaken_types(place)]
    if mistaken:
        # The models end in a KeyError on those, not in a finding.
        yield from mistaken
        return
    shape = [problem for place in walk(resource) for problem in _shape(place)]
    yield from shape
    told = [problem.path for problem in shape]
    for problem in _model_problems(resource):
        if not any(_covers(path, problem.path) for path in told):
            yield problem


def _mistaken_types(place: Place) -> Iterator[Problem]:
    if place.value is place.resource:
        if not is_resource_type(place.kind):
            yield _problem(place.path, "R4 has no such resource type")
    elif isinstance(place.value, dict) and "resourceType" in place.value and elements(place.kind):
        yield _problem(f"{place.path}.resourceType", _WORDING["extra_forbidden"])


def _covers(told: str, path: str) -> bool:
    """Tells whether the models' finding is the told one again: there, inside it, or at the list around it."""
    return told == path or path.startswith((f"{told}.", f"{told}[")) or told.startswith(f"{path}[")


def _shape(place: Place) -> Iterator[Problem]:
    known = elements(place.kind)
    if not known or not isinstance(place.value, dict):
        return
    for key, value in place.value.items():
        path = f"{place.path}.{key.removeprefix('_')}"
        element = known.get(key)
        if element is not None:
            yield from _fit(path, value, element)
        elif key != "resourceType":
            yield _problem(path, _WORDING["extra_forbidden"])


def _fit(path: str, value: Any, element: Element) -> Iterator[Problem]:
    if _is_empty(value):
        yield Problem(path=path, rule="ele-1", message="an element has a value or members, or is left out")
    elif isinstance(value, list) != element.many:
        yield _problem(path, "this element is a list" if element.many else "this element is not a list")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if not _fits(item, element) and not (item is None and _may_hold_null(element)):
                yield _problem(f"{path}[{index}]", "the JSON value is not of this element's type")
    elif not _fits(value, element):
        yield _problem(path, "the JSON value is not of this element's type")


def _may_hold_null(element: Element) -> bool:
    return element.primitive or element.name.startswith("_")


def _fits(value: Any, element: Element) -> bool:
    if not element.primitive:
        return isinstance(value, dict) and bool(value)
    if element.kind == "bool":
        return isinstance(value, bool)
    if element.kind in _NUMBERS:
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return isinstance(value, str) and bool(value)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def _model_problems(resource: JsonObject) -> Iterator[Problem]:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 (0.2 s, paid by who asks)
    from pydantic import ValidationError  # noqa: PLC0415 (comes with it)

    kind = str(resource["resourceType"])
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as found:
        for error in found.errors(include_url=False, include_context=False, include_input=False):
            yield _problem(_path(kind, error["loc"]), _words(error["type"], error["loc"]))


def _words(kind: str, place: tuple[int | str, ...]) -> str:
    if kind in _WORDING:
        return _WORDING[kind]
    if kind == "value_error" and (not place or isinstance(place[-1], int)):
        return "one of a choice of types must be given, and only one"
    return "the value is not written as its type demands"


def _path(kind: str, place: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step.removeprefix('_')}" for step in place)
    return kind + "".join(steps)


def _problem(path: str, message: str) -> Problem:
    return Problem(path=path, rule="structure", message=message)
