"""Resources in words that a clinician reads: one line for each element of a group that says something."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable
from service.mapping.dosage import in_words, step_from_fhir
from service.sync.groups import Group, groups_of
from service.sync.inbox import sides_in
from service.sync.merge import LINKS
from service.sync.prose import authored_words
from service.sync.sides import Sides, changed_groups

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Choices and units that say nothing beside their value.
_SILENT = frozenset({"system", "code", "url", "id", "extension", "use", "unit", "comparator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWords:
    """One group as each side says it; `changed` names the sides that changed it since the agreement."""

    group: str
    agreed: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    changed: tuple[str, ...]


def shown_words(content: JsonObject, names: Iterable[str]) -> tuple[GroupWords, ...]:
    """Return what an item of the inbox shows: both sides by group, or ours beside each resource of theirs.

    Of what cannot be taken up, the reason stands at each path as what the plan says.
    """
    sides = sides_in(content)
    if sides is not None:
        return in_clinical_words(sides, frozenset(names))
    theirs = content.get("candidates", {})
    if "issues" in content:
        whole = tuple(line for held in theirs.values() for line in _whole(held))
        return tuple(
            GroupWords(group=one["path"], agreed=(), ours=(one["reason"],), theirs=whole, changed=())
            for one in content["issues"]
        )
    ours = content.get("ours")
    said = () if ours is None else tuple(_whole(ours))
    return tuple(
        GroupWords(
            group=address,
            agreed=(),
            ours=said,
            theirs=(*_unread(content, address), *_whole(held)),
            changed=(),
        )
        for address, held in sorted(theirs.items())
    )


def _unread(content: JsonObject, address: str) -> Iterator[str]:
    """Say why no plan can hold a resource, by its FHIR path."""
    return (f"cannot be read: {reason}" for reason in content.get("unread", {}).get(address, ()))


def in_clinical_words(sides: Sides, names: frozenset[str]) -> tuple[GroupWords, ...]:
    """Return what both sides say in the named groups."""
    return tuple(_group_words(group, sides) for group in sides.groups if group.name in names)


def _group_words(group: Group, sides: Sides) -> GroupWords:
    here = changed_groups((group,), sides.agreed.ours, sides.ours)
    there = changed_groups((group,), sides.agreed.theirs, sides.theirs)
    return GroupWords(
        group=group.name,
        agreed=(*lines_of(group, sides.agreed.theirs), *_narrative(sides.agreed.theirs)),
        ours=tuple(lines_of(group, sides.ours)),
        theirs=(*lines_of(group, sides.theirs), *_narrative(sides.theirs)),
        changed=(*(["ours"] if here else []), *(["theirs"] if there else [])),
    )


def _narrative(resource: JsonObject) -> Iterator[str]:
    """Say what a person wrote of the whole resource in the chart: it may speak of any of its groups."""
    words = authored_words(resource)
    if words:
        yield f"narrative: {words}"


def _whole(resource: JsonObject) -> Iterator[str]:
    """Say all of a resource that plans know; of a patient, also who that is."""
    for group in groups_of(resource):
        if group.name != LINKS:
            yield from lines_of(group, resource)


def lines_of(group: Group, resource: JsonObject) -> Iterator[str]:
    """Yield what a resource says in a group, one line for each element that says something."""
    for element in group.elements:
        value = resource.get(element)
        text = _dosage(value) if element == "dosageInstruction" and value else text_of(value)
        if text:
            yield f"{label_of(element)}: {text}"


def name_of(resource: JsonObject) -> str:
    """Return what a resource is called by what it says itself, empty where it says nothing of the kind."""
    return next(filter(None, (text_of(resource.get(element)) for element in _NAMING)), "")


# The first of these that says something tells a clinician which of several things it is.
_NAMING = (
    "title",
    "description",
    "medicationCodeableConcept",
    "code",
    "name",
    "serviceType",
    "payload",
    "type",
)


def label_of(element: str) -> str:
    """Return the name of an element in words: `statusReason` is the status reason."""
    return _HUMP.sub(" ", element).lower()


def _dosage(steps: list[JsonObject]) -> str:
    return "; then ".join(_step(step) for step in steps)


def _step(step: JsonObject) -> str:
    """Say a step by its structure, and what is written beside it; what has no structure is quoted."""
    written, told = str(step.get("text", "")), step.get("patientInstruction")
    try:
        said = in_words(step_from_fhir(step))
    except (Unreadable, Invalid, AttributeError, TypeError, KeyError, ValueError):
        if not written:
            return text_of({**step, "sequence": None})
        shown = f"as written: {written}"
    else:
        shown = said if written in ("", said) else f"{said} (written: {written})"
    return f"{shown}, for the patient: {told}" if told else shown


def text_of(value: Any) -> str:
    """Return what a value of any element says, empty where it says nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(filter(None, (text_of(one) for one in value)))
        case dict():
            return _object(value)
        case _:
            return str(value)


def _object(value: JsonObject) -> str:
    match value:
        case {"text": str(text)}:
            return text
        case {"coding": [*codings]}:
            return ", ".join(str(one.get("display") or one.get("code", "")) for one in codings)
        case {"value": str() | int() | Decimal() as amount, **rest}:
            return f"{amount} {rest.get('unit') or rest.get('code') or ''}".strip()
        case {"reference": str(target), **rest}:
            return str(rest.get("display") or target)
        case _:
            named = ((name, text_of(one)) for name, one in value.items() if name not in _SILENT)
            return ", ".join(f"{label_of(name)} {text}" for name, text in named if text)
