"""Primitives that are surely written well, each by a stricter rule than R4's and the models' own."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

# Neither control characters nor halves of a surrogate pair, which have no UTF-8.
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]+")
_CODE = re.compile(r"[!-~]+(?: [!-~]+)*")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_URI = re.compile(r"[!-~]+")
_DAY = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_DATE = re.compile(_DAY)
_MOMENT = re.compile(f"{_DAY}T{_CLOCK}{_ZONE}")
_TIME = re.compile(_CLOCK)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_LARGEST = 2**31 - 1


def _written(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _text(value: Any) -> bool:
    return isinstance(value, str) and _TEXT.fullmatch(value) is not None and not value.isspace()


def _possible(pattern: re.Pattern[str], read: Callable[[str], object]) -> Callable[[Any], bool]:
    def sure(value: Any) -> bool:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            return False
        try:
            read(value)
        except ValueError:
            return False
        return True

    return sure


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= _LARGEST


def _decimal(value: Any) -> bool:
    return type(value) in {int, Decimal} and _DECIMAL.fullmatch(str(value)) is not None


_day = _possible(_DATE, date.fromisoformat)
_moment = _possible(_MOMENT, datetime.fromisoformat)

SURE_PRIMITIVES: Mapping[str, Callable[[Any], bool]] = {
    "bool": lambda value: isinstance(value, bool),
    "Canonical": _written(_URI),
    "Code": _written(_CODE),
    "Date": _day,
    "DateTime": lambda value: _moment(value) or _day(value),
    "Decimal": _decimal,
    "Id": _written(_ID),
    "Instant": _moment,
    "Integer": _whole(-_LARGEST),
    "Markdown": _text,
    "PositiveInt": _whole(1),
    "String": _text,
    "Time": _possible(_TIME, time.fromisoformat),
    "UnsignedInt": _whole(0),
    "Uri": _written(_URI),
    "Xhtml": _text,
}
