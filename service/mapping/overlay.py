"""Writing our elements into a resource that others write too: what we do not model stays as it is.

A resource module describes the elements that it models by a shape; `overlay` lays our rendering over the
resource that the server holds, element by element, and touches nothing outside the shape.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
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
class Coded:
    """One code: left as it is while it means the same by `find`, or means nothing and we say none."""

    find: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Alike:
    """Ours as a whole, unless what is held says the same by `read`: then ours is laid over it by `entry`.

    For what only its parts together say, such as a dose: it is never made of theirs and ours. `read` gives
    None for what says nothing that we could have said.
    """

    read: Callable[[Any], object]
    entry: "Shape"


@dataclass(frozen=True, slots=True)
class Link:
    """One Reference; one that points outside the plan stays while we say none."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """A list of which only the first entry that is `known` is ours; all others stay."""

    known: Callable[[Any], bool]
    entry: "Shape" = Whole()


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

    `at` is the path from the entry to its Reference, empty when the entry is one. Where `types` are given,
    entries that point to items of other types stay too.
    """

    at: tuple[str, ...] = ()
    entry: "Shape" = Whole()
    types: tuple[str, ...] = ()


Fields: TypeAlias = Mapping[str, "Shape"]
Shape: TypeAlias = Whole | Meaning | Coded | Alike | Link | OneOf | InOrder | ByKey | ByReference | Fields
WHOLE = Whole()


def _moment(text: str) -> object:
    try:
        moment = datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return text
    return text if moment.tzinfo is None else moment.astimezone(UTC)


# Our business identifier beside those of others; the base of every resource that can hold a list of them.
OUR_IDENTIFIER = ByKey(lambda identifier: identifier.get("system"), WHOLE)
# Every identifier that we know, beside those of others; none is taken away.
ALL_IDENTIFIERS = ByKey(lambda identifier: (identifier.get("system"), identifier.get("value")), {})
REFERENCE = Meaning(lambda reference: reference.get("reference"))
# References that we add beside those of others, and never take away.
ADDED_REFERENCES = ByKey(lambda reference: reference.get("reference"), WHOLE)
# A chart may say a day to the second: it stays so while the day is the same.
DAY = Meaning(lambda text: text[:10])
DAYS: Fields = {"start": DAY, "end": DAY}
MOMENT = Meaning(_moment)


def coded_entries(*systems: str) -> ByKey:
    """Return the shape of a list of CodeableConcepts in which those of these code systems are ours."""
    return ByKey(_first_code, WHOLE, ours=lambda key: isinstance(key, tuple) and key[0] in systems)


def _first_code(concept: JsonObject) -> Hashable:
    first: JsonObject = next(iter(concept.get("coding", [])), {})
    return first.get("system"), first.get("code")


def write(mine: JsonObject, onto: JsonObject | None, shape: Fields, *, refs: Refs) -> JsonObject:
    """Return our rendering, or a copy of `onto` with our rendering laid over it."""
    rendered: JsonObject = pruned(mine)
    if onto is None:
        return rendered
    laid = _fields(rendered, onto, shape, refs=refs)
    return {"resourceType": mine["resourceType"], **_without_orphans(laid, onto)}


def _without_orphans(laid: JsonObject, onto: JsonObject) -> JsonObject:
    """Leave out what was contained for a reference that we replaced: R4 refuses it alone (dom-3)."""
    held = laid.get("contained", [])
    named = set(_texts({name: one for name, one in onto.items() if name != "contained"}))
    while True:
        still = set(_texts({**laid, "contained": held}))
        kept = [one for one in held if (name := f"#{one.get('id')}") in still or name not in named]
        if len(kept) == len(held):
            break
        named |= set(_texts(held))
        held = kept
    result = {name: one for name, one in laid.items() if name != "contained" or held}
    return {**result, "contained": held} if held else result


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for one in value.values():
                yield from _texts(one)
        case list():
            for one in value:
                yield from _texts(one)
        case str():
            yield value


def pruned(value: Any) -> Any:
    """Return JSON without what is empty: FHIR has no null, no empty object and no empty list."""
    if isinstance(value, dict):
        members = ((name, one if type(one) is str else pruned(one)) for name, one in value.items())
        return {name: one for name, one in members if not _is_empty(one)}
    if isinstance(value, list):
        entries = (one if type(one) is str else pruned(one) for one in value)
        return [one for one in entries if not _is_empty(one)]
    return value


def _is_empty(value: Any) -> bool:
    return not value and (value is None or isinstance(value, dict | list))


def _fields(mine: JsonObject, onto: JsonObject, shape: Fields, *, refs: Refs) -> JsonObject:
    result = deepcopy(onto)
    for name, inner in shape.items():
        laid = _laid(mine.get(name), onto.get(name), inner, refs=refs)
        if laid in (None, {}, []):
            result.pop(name, None)
            result.pop(f"_{name}", None)
        else:
            if isinstance(laid, str | bool | int) and laid != onto.get(name):
                result.pop(f"_{name}", None)  # an extension of the old value says nothing about the new one
            result[name] = laid
    return result


def _laid(mine: Any, onto: Any, shape: Shape, *, refs: Refs) -> Any:
    match shape:
        case Whole():
            return mine
        case Meaning() | Coded() | Link():
            return onto if _stays(mine, onto, shape, refs=refs) else mine
        case Alike(read, entry):
            alike = mine is not None and onto is not None and read(onto) == read(mine) is not None
            return _laid(mine, onto, entry, refs=refs) if alike else mine
        case OneOf() | InOrder() | ByKey() | ByReference():
            return _list_laid(mine or [], onto or [], shape, refs=refs)
        case _:
            return _fields(mine or {}, onto or {}, shape, refs=refs)


def _stays(mine: Any, onto: Any, shape: Meaning | Coded | Link, *, refs: Refs) -> bool:
    """Tell whether what is held may stay: it says the same, or it is nothing that we could have said."""
    match shape:
        case _ if onto is None:
            return False
        case Meaning(read):
            return mine is not None and read(onto) == read(mine)
        case Coded(find):
            return find(onto) == (None if mine is None else find(mine))
        case _:
            return not refs.knows(onto) if mine is None else REFERENCE.read(onto) == REFERENCE.read(mine)


def _list_laid(
    mine: list[Any], onto: list[Any], shape: OneOf | InOrder | ByKey | ByReference, *, refs: Refs
) -> list[Any]:
    match shape:
        case OneOf(known, entry):
            place = next((n for n, one in enumerate(onto) if known(one)), len(onto))
            laid = [_laid(one, _entry(onto, place), entry, refs=refs) for one in mine]
            return [*onto[:place], *laid, *onto[place + 1 :]]
        case InOrder(entry):
            return [_laid(one, _entry(onto, n), entry, refs=refs) for n, one in enumerate(mine)]
        case ByKey(key, entry, ours):
            written = {key(one) for one in mine}
            return _joined(mine, onto, _Join(key, entry, ours or written.__contains__, refs))
        case _:
            within = _within_plan(refs, shape.types)
            return _joined(mine, onto, _Join(_target(shape.at), shape.entry, within, refs))


def _entry(held: list[Any], place: int) -> Any:
    return held[place] if place < len(held) else None


@dataclass(frozen=True, slots=True)
class _Join:
    key: Callable[[JsonObject], Hashable]
    entry: Shape
    ours: Callable[[Hashable], bool]
    refs: Refs


def _joined(mine: list[Any], onto: list[Any], join: _Join) -> list[Any]:
    """Keep the places of what both sides hold, drop ours that we no longer say, append what is new."""
    waiting = {join.key(one): one for one in mine}
    result = []
    for held in onto:
        name = join.key(held)
        if name in waiting:
            result.append(_laid(waiting.pop(name), held, join.entry, refs=join.refs))
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


def _within_plan(refs: Refs, types: tuple[str, ...]) -> Callable[[Hashable], bool]:
    return lambda reference: refs.item({"reference": reference}, *types) is not None
