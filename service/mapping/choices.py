"""Elements with a choice of types, such as `value[x]`: R4 allows one of them at a time."""

import re
from collections.abc import Callable
from typing import Any

from service.domain.concept import Period
from service.fhir.json import JsonObject
from service.mapping.datatypes import period_from_fhir
from service.mapping.reading import Reading

_STEM = re.compile(r"[a-z]+")


def without_other_types(onto: JsonObject | None, *said: str) -> JsonObject | None:
    """Return a resource without what would stand beside ours: for `valueQuantity` any other `value[x]`."""
    if onto is None:
        return None
    return {name: one for name, one in onto.items() if not any(_clash(name, ours) for ours in said)}


def typed(read: Reading, name: str, make: Callable[[Any], Any], *, below: str = "") -> Any:
    """Return what `make` makes of an element; one that is there in another type is `UNREAD`.

    `below` is the dotted path of the element that holds it, when that is not the resource itself.
    """
    holder = read.at(below) if below else read.resource
    path = f"{below}." if below else ""
    for other in holder or {}:
        if _clash(other, name):
            return read.note(f"{path}{other}", "is of a type that the plan cannot hold")
    return read.one(path + name, make)


def typed_days(read: Reading, name: str) -> tuple[Any, Any]:
    """Return the first and the last day of a Period, read as `typed` does."""
    period = typed(read, name, period_from_fhir)
    return (period.start, period.end) if isinstance(period, Period) else (period, period)


def _clash(name: str, ours: str) -> bool:
    stem = _STEM.match(ours)
    length = 0 if stem is None else stem.end()
    plain = name.removeprefix("_")
    return plain != ours and plain[:length] == ours[:length] and plain[length : length + 1].isupper()
