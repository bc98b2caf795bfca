"""One form for equal content, so that a change of spelling is never taken for a change of the chart.

HAPI keeps 1.50 and +00:00 while other servers send 1.5 and Z back, and every server stamps its own version.
What is normalised: numbers anywhere, and times only in elements of the types dateTime and instant (looked up
in the R4 schema, so a time quoted in a string stays as it is). Lists keep their order, except the three sets
in `meta` (R4, resource, "Metadata": profiles, tags and labels are sets).
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from service.fhir.json import JsonObject, dumps, loads
from service.fhir.schema import Element, elements, kind_of

__all__ = ["canonical", "digest", "dumps", "loads", "serialise"]

_SERVERS_OWN_META = frozenset({"versionId", "lastUpdated", "source"})
_META_SETS = ("profile", "tag", "security")
_TIMED = frozenset({"DateTime", "Instant"})
_WITH_ZONE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_LONGEST_INTEGER = 18


def canonical(resource: JsonObject) -> JsonObject:
    """Gives the resource without what a server stamps or respells; never to be written back."""
    body = {key: value for key, value in resource.items() if key not in {"id", "meta"}}
    body["meta"] = _without_stamps(resource.get("meta"))
    return _object(body, str(resource.get("resourceType", "")))


def digest(resource: JsonObject) -> str:
    """Gives the SHA-256, in hex, of the canonical form's bytes."""
    return sha256(serialise(canonical(resource))).hexdigest()


def serialise(resource: JsonObject) -> bytes:
    """Gives the same UTF-8 bytes for the same content, whatever the order of its keys."""
    return dumps(resource, sort_keys=True).encode()


def _without_stamps(meta: Any) -> Any:
    if not isinstance(meta, dict):
        return meta
    kept = {key: value for key, value in meta.items() if key not in _SERVERS_OWN_META}
    for name in _META_SETS:
        if isinstance(kept.get(name), list):
            kept[name] = sorted(kept[name], key=lambda item: dumps(item, sort_keys=True))
    return kept


def _object(value: JsonObject, kind: str) -> JsonObject:
    known = elements(kind)
    shaped: JsonObject = {}
    for key in sorted(value):
        one = value[key]
        # Most members are texts: what need not be shaped costs no call.
        shaped_one = one if type(one) is str and key not in _times(kind) else _value(key, one, known.get(key))
        if not _is_empty(shaped_one):
            shaped[key] = shaped_one
    return shaped


@cache
def _times(kind: str) -> frozenset[str]:
    return frozenset(name for name, element in elements(kind).items() if element.kind in _TIMED)


def _value(key: str, value: Any, element: Element | None) -> Any:
    match value:
        case str():  # first, since most values are
            return _time(value) if element is not None and element.kind in _TIMED else value
        case dict():
            return _object(value, kind_of(element, value))
        case list():
            return _items(key, [_value(key, item, element) for item in value])
        case bool() | None:
            return value
        case int() | float() | Decimal():
            return _number(value)
        case _:
            return value


def _items(key: str, items: list[Any]) -> list[Any]:
    """Drops empty items, but keeps the places of primitives: extensions are matched to them by index."""
    kept = [None if _is_empty(item) else item for item in items]
    if not key.startswith("_") and all(isinstance(item, dict) for item in kept if item is not None):
        return [item for item in kept if item is not None]
    while kept and kept[-1] is None:
        kept.pop()
    return kept


def _is_empty(value: Any) -> bool:
    return not value and (value is None or isinstance(value, str | list | dict))


def _number(value: float | Decimal) -> int | Decimal:
    """Strips the zeros behind the last digit without rounding (`Decimal.normalize` cuts at 28 digits)."""
    sign, digits, exponent = Decimal(str(value)).as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("a number in a resource is finite")
    kept = "".join(map(str, digits)).rstrip("0")
    if not kept:
        return 0
    exponent += len(digits) - len(kept)
    number = Decimal((sign, tuple(map(int, kept)), exponent))
    return int(number) if 0 <= exponent <= _LONGEST_INTEGER else number


def _time(text: str) -> str:
    """Gives a moment in UTC without idle fraction digits; a partial or impossible date stays as written."""
    parts = _WITH_ZONE.fullmatch(text)
    if parts is None:
        return text
    seconds, fraction, zone = parts.groups()
    try:
        moment = datetime.fromisoformat(seconds + zone.replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    fraction = (fraction or "").rstrip("0")
    return moment.replace(tzinfo=None).isoformat() + (f".{fraction}" if fraction else "") + "Z"
