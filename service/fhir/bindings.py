"""Required codes and reference targets, which the models know but do not check: `status: "bogus"` passes."""

import re
from collections.abc import Iterator
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.problem import Problem
from service.fhir.r4_differences import CONCEPTS
from service.fhir.references import Contained, parse, target_type
from service.fhir.schema import ANY_RESOURCE, Place, walk

_CODE = re.compile(r"[A-Za-z0-9<>=._/-]{1,32}")


def binding_problems(resource: JsonObject) -> Iterator[Problem]:
    """Finds codes outside a required value set, and references to a type that the element does not allow."""
    for place in walk(resource):
        if place.element is None:
            continue
        if place.element.codes:
            yield from _code_problems(place, place.element.codes)
        elif place.kind == "CodeableConcept":
            yield from _concept_problems(place, CONCEPTS.get((place.element.parent, place.element.name)))
        elif place.kind == "Reference" and isinstance(place.value, dict):
            yield from _target_problems(place, place.element.targets)


def _code_problems(place: Place, codes: tuple[str, ...]) -> Iterator[Problem]:
    if place.value is not None and place.value not in codes:
        yield _outside(place.path, place.value, codes)


def _concept_problems(place: Place, bound: tuple[str, tuple[str, ...]] | None) -> Iterator[Problem]:
    if bound is None or not isinstance(place.value, dict):
        return
    system, codes = bound
    given = place.value.get("coding")
    codings = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    ours = [one.get("code") for one in codings if one.get("system") == system]
    if not ours:
        yield Problem(path=place.path, rule="binding", message=f"no code of {system} is given")
    for code in ours:
        if code not in codes:
            yield _outside(place.path, code, codes)


def _target_problems(place: Place, allowed: tuple[str, ...]) -> Iterator[Problem]:
    kind = _kind_behind(place)
    if kind is not None and allowed and ANY_RESOURCE not in allowed and kind not in allowed:
        message = f"refers to {_shown(kind)}, and may refer to {', '.join(allowed)}"
        yield Problem(path=place.path, rule="target", message=message)


def _kind_behind(place: Place) -> str | None:
    """Names the type that a Reference leads to, looking inside the resource where it points there."""
    match parse(str(place.value.get("reference", ""))):
        case Contained(id=""):
            kind = place.root.get("resourceType")
        case Contained(id=sought):
            inside = place.root.get("contained")
            candidates = inside if isinstance(inside, list) else []
            found = (one for one in candidates if isinstance(one, dict) and one.get("id") == sought)
            kind = next(found, {}).get("resourceType")
        case _:
            kind = target_type(place.value)
    return kind if isinstance(kind, str) else None


def _outside(path: str, value: Any, codes: tuple[str, ...]) -> Problem:
    return Problem(path=path, rule="binding", message=f"{_shown(value)} is not one of {', '.join(codes)}")


def _shown(value: Any) -> str:
    """Quotes a code; what does not look like one may be part of the record, so it is not repeated."""
    return f"'{value}'" if isinstance(value, str) and _CODE.fullmatch(value) else "a value that is no code"
