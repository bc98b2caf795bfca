"""The shape of everything that crosses the wire: raw JSON, so that what we do not model survives.

`json.loads` turns 1.50 into 1.5 and `json.dumps` knows no Decimal; FHIR says that the digits of a decimal
carry its precision (R4, datatypes, "decimal"), so text is read and written here.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


# Python refuses to go 1000 calls deep, and a walk spends several on each level; charts stay under 20 levels.
DEEPEST = 80


class NotJson(ValueError):
    """The text is not a JSON object; the message holds a position at most, never the text."""


def loads(text: str | bytes) -> JsonObject:
    """Reads one JSON object, keeping every digit of its decimals; raises `NotJson`."""
    try:
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_members
        )
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        raise NotJson(f"no JSON at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError):
        raise NotJson("no JSON: wrong encoding, an impossible number, or nested too deeply") from None
    if not isinstance(value, dict):
        raise NotJson("the JSON text is not an object")
    if _is_deeper(value, DEEPEST):
        raise NotJson(f"the JSON text is nested more than {DEEPEST} levels deep")
    return value


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """Writes JSON without spaces, with every digit of a Decimal, optionally in the order of its keys."""
    try:
        # The library writes ten times as fast, and refuses what holds a Decimal: most resources hold none.
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys
        )
    except TypeError:
        return "".join(_parts(value, sort_keys=sort_keys))


def _is_deeper(value: JsonObject, levels: int) -> bool:
    """Tell whether members stand deeper than so many levels; level by level, without a call for each."""
    level: list[Any] = [value]
    for _ in range(levels):
        level = [
            member
            for one in level
            for member in (one.values() if type(one) is dict else one)
            if type(member) is dict or type(member) is list
        ]
        if not level:
            return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> JsonObject:
    """Refuses a key that stands twice: which of two doses is meant nobody can tell."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotJson("a key stands twice in one object")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON numbers")


def _parts(value: Any, *, sort_keys: bool) -> Iterator[str]:
    match value:
        case dict():
            yield from _object_parts(value, sort_keys=sort_keys)
        case list() | tuple():
            yield "["
            for index, item in enumerate(value):
                yield "," if index else ""
                yield from _parts(item, sort_keys=sort_keys)
            yield "]"
        case Decimal():
            yield _number(value)
        case _:
            yield json.dumps(value, ensure_ascii=False, allow_nan=False)


def _object_parts(value: JsonObject, *, sort_keys: bool) -> Iterator[str]:
    yield "{"
    for index, key in enumerate(sorted(value) if sort_keys else value):
        yield ("," if index else "") + json.dumps(key, ensure_ascii=False) + ":"
        yield from _parts(value[key], sort_keys=sort_keys)
    yield "}"


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("a decimal on the wire is finite")
    return str(value)
