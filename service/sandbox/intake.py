"""What HAPI's lenient parser makes of a body: unknown elements vanish, impossible values are refused.

Tried on HAPI 8.8.0: an unknown element, null and "" are dropped with 201; a single value stands for a list of
one and the other way round; "true" is a boolean and 3 a string; an unknown required code or date is refused.
"""

import re
from typing import Any

from service.fhir.json import JsonObject, NotJson, loads
from service.fhir.schema import ANY_RESOURCE, Element, elements, is_resource_type
from service.sandbox.periods import NotADate, span
from service.sandbox.wire import Incoming, Refusal

_UNREADABLE = "HAPI-0450: Failed to parse request body as JSON resource. Error was: "
_TIMES = frozenset({"Date", "DateTime", "Instant"})
_NUMBERS = frozenset({"Integer", "PositiveInt", "UnsignedInt"})
_BOOLEANS = {"true": True, "false": False}
_INTEGER = re.compile(r"[+-]?\d+")


def read_resource(incoming: Incoming, kind: str) -> JsonObject:
    """Reads the body as a resource of this type; refuses anything else."""
    _refuse_other_formats(incoming.header("content-type"))
    return checked(_json(incoming.body), kind)


def read_any(incoming: Incoming) -> JsonObject:
    """Reads the body as it was sent, of whatever type."""
    _refuse_other_formats(incoming.header("content-type"))
    return _json(incoming.body)


def checked(resource: JsonObject, kind: str) -> JsonObject:
    """Gives the resource as the server keeps it; refuses another type and impossible values."""
    found = resource.get("resourceType")
    if found is None:
        raise Refusal(400, _UNREADABLE + "HAPI-1838: missing required element: 'resourceType'")
    if found != kind:
        words = f'HAPI-1814: Incorrect resource type found, expected "{kind}" but found "{found}"'
        raise Refusal(400, _UNREADABLE + words)
    return _resource(resource)


def read_json_list(incoming: Incoming) -> bytes:
    """Gives the body of a JSON Patch, refusing other patch formats."""
    format_ = incoming.header("content-type").partition(";")[0].strip()
    if format_ != "application/json-patch+json":
        raise Refusal(
            400, f"HAPI-1965: Invalid Content-Type for PATCH operation: {format_}", code="not-supported"
        )
    return incoming.body


def _refuse_other_formats(content_type: str) -> None:
    if not content_type:
        raise Refusal(400, "HAPI-0448: No Content-Type header was provided in the request")
    if "json" not in content_type:
        status = 415 if "xml" in content_type else 400
        words = "HAPI-0449: Incorrect Content-Type header value: this server reads application/fhir+json"
        raise Refusal(status, words, code="not-supported")


def _json(body: bytes) -> JsonObject:
    try:
        return loads(body)
    except NotJson as error:
        raise Refusal(400, f"{_UNREADABLE}HAPI-1861: {error}", code="structure") from None


def _resource(resource: JsonObject) -> JsonObject:
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not is_resource_type(kind):
        raise Refusal(400, f"{_UNREADABLE}HAPI-1815: Unknown resource type '{kind}'")
    return {"resourceType": kind} | _object(resource, kind)


def _object(value: JsonObject, kind: str) -> JsonObject:
    known = elements(kind)
    pairs = ((key, _member(key, value[key], known[key])) for key in value if key in known)
    return {key: kept for key, kept in pairs if not _empty(kept) and key != "resourceType"}


def _member(name: str, value: Any, element: Element) -> Any:
    if element.many or (name.startswith("_") and isinstance(value, list)):
        items = [_one(name, item, element) for item in (value if isinstance(value, list) else [value])]
        return _without_holes(items, element)
    if isinstance(value, list):
        value = value[0] if value else None
    return _one(name, value, element)


def _without_holes(items: list[Any], element: Element) -> list[Any]:
    """Drops empty items, except from primitives, whose extensions are matched to them by index."""
    if element.primitive or element.name.startswith("_"):
        return items if any(item is not None for item in items) else []
    return [item for item in items if not _empty(item)]


def _one(name: str, value: Any, element: Element) -> Any:
    if value is None or element.primitive:
        return None if value is None else _primitive(name, value, element)
    if not isinstance(value, dict):
        return None
    return _resource(value) if element.kind == ANY_RESOURCE else _object(value, element.kind)


def _primitive(name: str, value: Any, element: Element) -> Any:
    if isinstance(value, dict | list) or value == "":
        return None
    match element.kind:
        case "bool":
            return _boolean(name, value)
        case "Decimal":
            return value
        case kind if kind in _NUMBERS:
            return _integer(name, value)
        case kind if kind in _TIMES:
            return _time(name, value)
        case _:
            return _text(name, value, element)


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value) not in _BOOLEANS:
        raise _impossible(name, f"Invalid boolean string: '{value}'")
    return _BOOLEANS[str(value)]


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not _INTEGER.fullmatch(str(value)):
        raise _impossible(name, "Invalid integer")
    return int(value)


def _time(name: str, value: Any) -> str:
    try:
        span(str(value))
    except NotADate:
        raise _impossible(name, "Invalid date/time format") from None
    return str(value)


def _text(name: str, value: Any, element: Element) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if element.codes and text not in element.codes:
        raise _impossible(name, f"Unknown code '{text}'")
    return text


def _impossible(name: str, words: str) -> Refusal:
    return Refusal(400, f'{_UNREADABLE}HAPI-1821: [element="{name}"] Invalid attribute value: {words}')


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)
