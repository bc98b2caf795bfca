"""Reads the values of a fault's parameters, from JSON or a command line, and refuses what makes no sense."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from service.fhir.json import NotJson, dumps, loads
from service.fhir.schema import is_resource_type

_WORD = TypeVar("_WORD", bound=StrEnum)
_PATH = re.compile(r"[A-Z]\w*(\.\w+)+")
_LARGEST = 1_000_000_000
_CLIENT_ERROR, _BEYOND = 400, 600


class NotAFault(ValueError):
    """The words describe no fault; the message names the parameter."""


def count(value: Any) -> int:
    """Reads a whole number, 0 or more."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or int(text) > _LARGEST:
        raise NotAFault(f"must be a whole number of 0 or more, not {text}")
    return int(text)


def positive(value: Any) -> int:
    """Reads a whole number, 1 or more."""
    if not count(value):
        raise NotAFault("must be 1 or more")
    return count(value)


def error_status(value: Any) -> int:
    """Reads an HTTP status that is an error."""
    status = count(value)
    if not _CLIENT_ERROR <= status < _BEYOND:
        raise NotAFault(f"must be a status from 400 to 599, not {status}")
    return status


def any_seconds(value: Any) -> float:
    """Reads a number of seconds, negative ones too."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise NotAFault("must be a number")
    try:
        number = float(value)
    except ValueError:
        raise NotAFault(f"must be a number, not {value}") from None
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise NotAFault(f"must be a number of seconds, not {value}")
    return number


def seconds(value: Any) -> float:
    """Reads a number of seconds, 0 or more."""
    number = any_seconds(value)
    if number < 0:
        raise NotAFault("must not be negative")
    return number


def chance(value: Any) -> float:
    """Reads a probability."""
    number = any_seconds(value)
    if not 0 <= number <= 1:
        raise NotAFault("must be from 0 to 1")
    return number


def one_of(words: type[_WORD], value: Any) -> _WORD:
    """Reads one of the words of an enumeration."""
    try:
        return words(value)
    except ValueError:
        raise NotAFault(f"must be one of {', '.join(words)}, not {value}") from None


def several(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Gives a reader of a list, or of a text with commas."""

    def read_all(value: Any) -> tuple[str, ...]:
        parts = value if isinstance(value, list) else str(value).split(",")
        return tuple(dict.fromkeys(map(read, parts)))

    return read_all


def resource_type(value: Any) -> str:
    """Reads the name of a resource type."""
    if not is_resource_type(str(value)):
        raise NotAFault(f"{value} is no resource type")
    return str(value)


def path(value: Any) -> str:
    """Reads a path without indexes, from its type on."""
    text = str(value)
    if not _PATH.fullmatch(text) or not is_resource_type(text.partition(".")[0]):
        raise NotAFault(f"{text} is no path such as CarePlan.activity.detail")
    return text


def reference(value: Any) -> str:
    """Reads `Type/id`; empty stands for none."""
    kind, _, key = str(value).partition("/")
    if value and (not key or "/" in key or not is_resource_type(kind)):
        raise NotAFault(f"must be Type/id, not {value}")
    return str(value)


def patient(value: Any) -> str:
    """Reads `Patient/id`; empty stands for none."""
    text = reference(value)
    if text and not text.startswith("Patient/"):
        raise NotAFault(f"must be Patient/id, not {text}")
    return text


def merge_patch(value: Any) -> str:
    """Reads a JSON merge patch (RFC 7396), an object or its text; gives the text."""
    if isinstance(value, dict):
        return dumps(value)
    try:
        return dumps(loads(str(value))) if value else ""
    except NotJson as error:
        raise NotAFault(f"must be a JSON object: {error}") from None


paths = several(path)
