"""Writing our elements into a resource that others write too: what we do not model stays as it is.

A resource module describes the elements that it models by a shape; `overlay` lays our rendering over the
resource that the server holds, element by element, and touches nothing outside the shape.
"""

from collections.abc import Callable, Hashable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from service.fhir.json import JsonObject
from service.mapping.references import Refs


@dataclass(frozen=True, slots=True)
class Whole:
    """The element is ours as a whole: set, or removed when we have nothing to say."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Ours as a whole, but left as it is while it says the same by `read` (a code with further codings)."""

    read: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class InOrder:
    """A list that is ours, its entries paired by position."""

    entry: "Shape"


@dataclass(frozen=True, slots=True)
class ByKey:
    """A list shared with others, its entries paired by `key`; entries that are not `ours` stay.

    `ours` is asked with the key; None means that only what we write now is ours.
    """

    key: Callable[[JsonObject], Hashable]
    entry: "Shape"
    ours: Callable[[Hashable], bool] | None = None


@dataclass(frozen=True, slots=True)
class ByReference:
    """A list of entries that point to something; entries that point outside the plan stay.

    `at` is the path from the entry to its Reference, empty when the entry is one.
    """

    at: tuple[str, ...] = ()
    entry: "Shape" = Whole()


Fields: TypeAlias = Mapping[str, "Shape"]
Shape: TypeAlias = Whole | Meaning | InOrder | ByKey | ByReference | Fields
WHOLE = Whole()


# Our business identifier beside those of others; the base of every resource that can hold a list of them.
OUR_IDENTIFIER = ByKey(lambda identifier: identifier.get("system"), WHOLE)
REFERENCE = Meaning(lambda reference: reference.get("reference"))


def coded_entries(*systems: str) -> ByKey:
    """Return the shape of a list of CodeableConcepts in which those of these code systems are ours."""
    return ByKey(_first_code, WHOLE, ours=lambda key: isinstance(key, tuple) and key[0] in systems)


def _first_code(concept: JsonObject) -> Hashable:
    first: JsonObject = next(iter(concept.get("coding", [])), {})
    return first.get("system"), first.get("code")


def write(mine: JsonObject, onto: JsonObject | None, shape: Fields, refs: Refs) -> JsonObject:
    """Return our rendering, or a copy of `onto` with our rendering laid over it."""
    rendered: JsonObject = pruned(mine)
    if onto is None:
        return rendered
    return {"resourceType": mine["resourceType"], **_fields(rendered, onto, shape, refs)}


def pruned(value: Any) -> Any:
    """Return JSON without what is empty: FHIR has no null, no empty object and no empty list."""
    match value:
        case dict():
            kept = {name: pruned(one) for name, one in value.items()}
            return {name: one for name, one in kept.items() if one not in (None, {}, [])}
        case list():
            return [one for one in (pruned(entry) for entry in value) if one not in (None, {}, [])]
        case _:
            return value


def _fields(mine: JsonObject, onto: JsonObject, shape: Fields, refs: Refs) -> JsonObject:
    result = deepcopy(onto)
    for name, inner in shape.items():
        laid = _laid(mine.get(name), onto.get(name), inner, refs)
        if laid in (None, {}, []):
            result.pop(name, None)
            result.pop(f"_{name}", None)
        else:
            if isinstance(laid, str | bool | int) and laid != onto.get(name):
                result.pop(f"_{name}", None)  # an extension of the old value says nothing about the new one
            result[name] = laid
    return result


def _laid(mine: Any, onto: Any, shape: Shape, refs: Refs) -> Any:
    match shape:
        case Whole():
            return mine
        case Meaning(read):
            return onto if onto is not None and mine is not None and read(onto) == read(mine) else mine
        case InOrder(entry):
            pairs = list(onto or [])
            held = pairs + [None] * max(0, len(mine or []) - len(pairs))
            return [_laid(one, held[n], entry, refs) for n, one in enumerate(mine or [])]
        case ByKey(key, entry, ours):
            written = {key(one) for one in mine or []}
            return _joined(mine, onto, _Join(key, entry, ours or written.__contains__, refs))
        case ByReference(at, entry):
            return _joined(mine, onto, _Join(_target(at), entry, _within_plan(refs), refs))
        case _:
            return _fields(mine or {}, onto or {}, shape, refs)


@dataclass(frozen=True, slots=True)
class _Join:
    key: Callable[[JsonObject], Hashable]
    entry: Shape
    ours: Callable[[Hashable], bool]
    refs: Refs


def _joined(mine: Any, onto: Any, join: _Join) -> list[Any]:
    """Keep the places of what both sides hold, drop ours that we no longer say, append what is new."""
    waiting = {join.key(one): one for one in mine or []}
    result = []
    for held in onto or []:
        name = join.key(held)
        if name in waiting:
            result.append(_laid(waiting.pop(name), held, join.entry, join.refs))
        elif not join.ours(name):
            result.append(deepcopy(held))
    return result + list(waiting.values())


def _target(at: tuple[str, ...]) -> Callable[[JsonObject], Hashable]:
    def key(entry: JsonObject) -> Hashable:
        found: Any = entry
        for name in at:
            found = found.get(name, {})
        return str(found.get("reference"))

    return key


def _within_plan(refs: Refs) -> Callable[[Hashable], bool]:
    return lambda reference: refs.knows({"reference": reference})
