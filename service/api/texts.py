"""What a body holds for texts and is none: no database takes it, and no answer could repeat it."""

import re
from collections.abc import Iterator, Set
from typing import Any

from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

# JSON can escape both: UTF-8 has no bytes for half a surrogate pair, and PostgreSQL none for NUL.
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_REASON = "holds a NUL or half a surrogate pair"


def check_texts(document: JsonObject, shape: JsonObject, *, apart: Set[str]) -> None:
    """Refuse, with `Invalid`, a document with what is no text, by its path in the shape.

    The members that `apart` names are left to their reader, and those that an open shape ignores to nobody.
    """
    looked_at = {name: one for name, one in document.items() if name not in apart}
    if problems := tuple(_problems(looked_at, shape)):
        raise Invalid(problems)


def _problems(value: Any, shape: JsonObject) -> Iterator[Problem]:
    match value:
        case str() if _NO_TEXT.search(value):
            yield Problem("", _REASON)
        case list():
            for index, one in enumerate(value):
                yield from _under(f"[{index}]", one, shape.get("items", {}))
        case dict():
            for name, one in value.items():
                yield from _of_member(name, one, shape)


def _of_member(name: str, value: Any, shape: JsonObject) -> Iterator[Problem]:
    known = shape.get("properties", {})
    if name in known:
        yield from _under(name, value, known[name])
    elif shape.get("additionalProperties") is not True and any(_problems([name, value], {})):
        yield Problem("?", _REASON)  # a name is free text too, and is not repeated


def _under(place: str, value: Any, shape: JsonObject) -> Iterator[Problem]:
    return (one.under(place) for one in _problems(value, shape))
