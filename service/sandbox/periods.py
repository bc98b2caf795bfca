"""Dates of any precision as half-open spans of time, compared as R4 says (search, "date")."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from service.fhir.json import JsonObject

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
_PREFIXED = re.compile(r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?(?P<date>\d.*)")
_EVER = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)
_DECEMBER = 12


class NotADate(ValueError):
    """The text is no FHIR date, dateTime or instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time from `start` until just before `end`."""

    start: datetime
    end: datetime


def span(text: str) -> Span:
    """Reads a date, dateTime or instant as the time that it covers; UTC where it names no zone."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        raise NotADate(text)
    try:
        start = _start(parts)
        return Span(start=start, end=_end(start, parts))
    except (ValueError, OverflowError):
        raise NotADate(text) from None


def span_of(value: Any) -> Span | None:
    """Reads an element's value, a Period with open ends too; None if it is no time."""
    try:
        match value:
            case str():
                return span(value)
            case dict():
                return _period(value)
            case _:
                return None
    except NotADate:
        return None


def compares(wanted: str, found: Span) -> bool:
    """Tells whether a time satisfies a parameter's value such as `ge2026-01-01`; raises `NotADate`."""
    parts = _PREFIXED.fullmatch(wanted)
    if parts is None:
        raise NotADate(wanted)
    asked = span(parts["date"])
    inside = asked.start <= found.start and found.end <= asked.end
    return {
        "eq": inside,
        "ne": not inside,
        "gt": found.end > asked.end,
        "lt": found.start < asked.start,
        "ge": inside or found.end > asked.end,
        "le": inside or found.start < asked.start,
        "sa": found.start >= asked.end,
        "eb": found.end <= asked.start,
    }[parts["prefix"] or "eq"]


def _period(value: JsonObject) -> Span | None:
    start, end = value.get("start"), value.get("end")
    if not start and not end:
        return None
    return Span(start=span(start).start if start else _NEVER, end=span(end).end if end else _EVER)


def _start(parts: re.Match[str]) -> datetime:
    fraction = (parts["fraction"] or "").ljust(6, "0")[:6]
    date = f"{parts['year']}-{parts['month'] or '01'}-{parts['day'] or '01'}"
    time = f"{parts['hour'] or '00'}:{parts['minute'] or '00'}:{parts['second'] or '00'}.{fraction}"
    zone = (parts["zone"] or "Z").replace("Z", "+00:00")
    return datetime.fromisoformat(f"{date}T{time}{zone}").astimezone(UTC)


def _end(start: datetime, parts: re.Match[str]) -> datetime:
    steps = {
        "fraction": timedelta(milliseconds=1),
        "second": timedelta(seconds=1),
        "hour": timedelta(minutes=1),
        "day": timedelta(days=1),
    }
    for name, step in steps.items():
        if parts[name]:
            return start + step
    if not parts["month"] or start.month == _DECEMBER:
        return start.replace(year=start.year + 1, month=1)
    return start.replace(month=start.month + 1)
