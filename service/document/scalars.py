"""Texts, numbers, dates and moments as JSON has them; what is refused never shows in the message."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from service.domain.measure import AnyMeasure, Measure, named
from service.domain.values import TEXT_LIMIT, Invalid, Problem

# JSON's grammar of numbers (RFC 8259, section 6), for numbers that come as text.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-].+)?")
# More than any amount needs; without it, "1e9999" would be written out as ten thousand digits.
_MAGNITUDE = 30
_Code = TypeVar("_Code", bound=StrEnum)


def refused(reason: str) -> Invalid:
    """Return the error that says what is wrong with the value at hand; its holder adds the path."""
    return Invalid([Problem("", reason)])


def read_text(value: Any) -> str:
    """Return a text without the white space around it."""
    if not isinstance(value, str):
        raise refused("must be a text")
    if len(value) > TEXT_LIMIT:  # as openapi.yaml has it: what is trimmed counts too
        raise refused(f"is longer than {TEXT_LIMIT} characters")
    return value.strip()


def read_flag(value: Any) -> bool:
    """Return true or false; neither 1 nor "true" is one."""
    if not isinstance(value, bool):
        raise refused("must be true or false")
    return value


def read_whole(value: Any) -> int:
    """Return a whole number; true is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused("must be a whole number")
    return value


def read_decimal(value: Any) -> Decimal:
    """Return a decimal given as a JSON number or as a text that looks like one, with all its digits."""
    match value:
        case bool():
            number = None
        case int() | Decimal():
            number = Decimal(value)
        case float():
            number = Decimal(repr(value))
        case str() if _NUMBER.fullmatch(value.strip()):
            number = Decimal(value.strip())
        case _:
            number = None
    if number is None or not number.is_finite():
        raise refused("must be a number")
    if number and not -_MAGNITUDE < number.adjusted() < _MAGNITUDE:
        raise refused("is too large or too small a number")
    return number


def write_decimal(value: Decimal) -> int | float | str:
    """Return a JSON number where it keeps every digit, else the digits as a text."""
    text = format(value, "f")
    if "." not in text:
        return int(text)
    number = float(text)
    return number if Decimal(repr(number)).as_tuple() == Decimal(text).as_tuple() else text


def read_date(value: Any) -> date:
    """Return a day given as YYYY-MM-DD."""
    text = read_text(value)
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise refused("must be a date such as 2026-03-31")
    return day


def read_moment(value: Any) -> datetime:
    """Return a moment given as ISO 8601 with its offset."""
    text = read_text(value)
    try:
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise refused("must be a date and time such as 2026-03-31T14:30:00+02:00")
    if moment.tzinfo is None:
        raise refused("needs a time zone offset, such as +02:00 or Z")
    return moment


def read_measure(value: Any) -> AnyMeasure:
    """Return a measure by its name; whether a clinic describes one of its own is not looked at here."""
    found = named(read_text(value))
    if found is None:
        raise refused(f"must be one of {', '.join(Measure)}, or the name of a measure of the clinic")
    return found


def read_code(codes: type[_Code], value: Any) -> _Code:
    """Return the member of a closed list of codes."""
    found = next((one for one in codes if one.value == value), None)
    if found is None:
        raise refused(f"must be one of {', '.join(codes)}")
    return found
