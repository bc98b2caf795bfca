"""What every value of the domain shares: it is frozen, and it refuses to exist when it makes no sense."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

TEXT_LIMIT = 2000
# FHIR R4 `string`: no control characters but tab, line feed and carriage return; a lone surrogate is no text.
# Nor what makes a text read in another order than it is kept: a dose could be shown with its digits turned.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]"
)
# Only what no eye sees; the joiners among them are part of words and emoji.
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
# FHIR R4 `instant`: offsets are whole minutes up to 14:00. The years leave room to move a moment to any zone,
# and no year outside them is meant (a year of 4 digits that went wrong: 0024, 9999 for "never").
_LARGEST_OFFSET = timedelta(hours=14)
_YEARS = range(1900, 3000)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the field (dotted, lists by index) and the reason, without patient data."""

    field: str
    reason: str

    def under(self, parent: str) -> "Problem":
        """The same problem seen from the object that holds this field."""
        joined = parent + self.field if self.field.startswith("[") else f"{parent}.{self.field}"
        return Problem(joined.rstrip("."), self.reason)


class Invalid(ValueError):
    """The same values will never be accepted: `problems` names each field and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.reason}" for p in self.problems))


class Status(StrEnum):
    """A FHIR status; those of `terminal.ENDINGS` never become active again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Base of every value: checks its texts and times, then its own rules, and reports all at once."""

    def __post_init__(self) -> None:
        """Refuse, with `Invalid`, a value that breaks a rule."""
        found = (*_unclean(self), *self.problems())
        if found:
            raise Invalid(found)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with this value beyond the form of its texts and times."""
        return iter(())


def _unclean(value: Value) -> Iterator[Problem]:
    for item in fields(value):
        content = getattr(value, item.name)
        match content:
            case StrEnum():
                continue
            case str():
                yield from text_problems(item.name, content)
            case datetime():
                yield from time_problems(item.name, content)
            case _:
                continue
        if item.name == "id" and not _ID.fullmatch(str(content)):
            yield Problem("id", "must be 1 to 64 letters, digits, '-' or '.'")


def text_problems(name: str, text: str) -> Iterator[Problem]:
    """Yield what keeps a text from being a FHIR string that people can read."""
    if _UNSEEN.fullmatch(text):
        yield Problem(name, "is empty")
    elif text != text.strip():
        yield Problem(name, "starts or ends with white space")
    if len(text) > TEXT_LIMIT:
        yield Problem(name, f"is longer than {TEXT_LIMIT} characters")
    if _UNPRINTABLE.search(text):
        yield Problem(name, "holds a control character, one that turns its order, or a broken surrogate")


def time_problems(name: str, moment: datetime) -> Iterator[Problem]:
    """Yield what keeps a moment from being a FHIR instant of whole seconds."""
    offset = moment.utcoffset()
    if offset is None:
        yield Problem(name, "needs a time zone offset")
    elif offset % timedelta(minutes=1) or abs(offset) > _LARGEST_OFFSET:
        yield Problem(name, "needs an offset of whole minutes, -14:00 to +14:00")
    if moment.microsecond:
        yield Problem(name, "is given in whole seconds")
    yield from year_problems(name, moment)


def year_problems(name: str, day: date) -> Iterator[Problem]:
    """Yield a problem for a day or a moment in a year that nobody means."""
    if day.year not in _YEARS:
        yield Problem(name, f"must lie in the years {_YEARS[0]} to {_YEARS[-1]}")


def within(name: str, value: Decimal | int | None, limits: tuple[int, int]) -> Iterator[Problem]:
    """Yield a problem for a number outside its lowest and highest, both included; None passes."""
    low, high = limits
    if value is not None and not low <= value <= high:
        yield Problem(name, f"must be {low} to {high}")


def unique(name: str, keys: Iterable[object]) -> Iterator[Problem]:
    """Yield a problem for each key that stands twice in a list."""
    seen: set[object] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield Problem(f"{name}[{index}]", "stands in the list twice")
        seen.add(key)


def ordered(start: object, end: object, name: str) -> Iterator[Problem]:
    """Yield a problem when `end` lies before `start` (dates or moments; None is open)."""
    if start is not None and end is not None and end < start:  # type: ignore[operator]  # same type by use
        yield Problem(name, "is before its start")
