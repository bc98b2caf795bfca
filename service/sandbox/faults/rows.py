"""Rows on the wrong page, as where many resources share one lastUpdated (HAPI before 2024, #3086)."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from service.fhir.json import JsonObject
from service.sandbox.wire import Answer, Incoming

Ask: TypeAlias = Callable[[Incoming], Answer]
_OFFSETS = ("_getpagesoffset", "_offset")


def duplicated(answer: Answer, incoming: Incoming, ask: Ask) -> Answer:
    """Gives a page that begins with the last row of the page before it."""
    before = _rows(ask(_turned(incoming, -1)))[-1:]
    return _with_rows(answer, before + _rows(answer))


def lacking(answer: Answer) -> Answer:
    """Gives a page without its first row."""
    return _with_rows(answer, _rows(answer)[1:])


def reordered(answer: Answer, incoming: Incoming, ask: Ask) -> Answer:
    """Gives the rows of the page's partner backwards: the second has the third, the fourth the fifth."""
    offset, size = _place(incoming)
    step = 1 if (offset // size) % 2 else -1
    partner = _rows(ask(_turned(incoming, step)))
    return _with_rows(answer, (partner or _rows(answer))[::-1])


def _turned(incoming: Incoming, step: int) -> Incoming:
    """Gives the request for the page that lies so many pages further."""
    offset, size = _place(incoming)
    moved = str(max(0, offset + step * size))
    return replace(
        incoming,
        query=tuple((name, moved if name in _OFFSETS else value) for name, value in incoming.query),
    )


def _place(incoming: Incoming) -> tuple[int, int]:
    query = dict(incoming.query)
    offset = next((query[name] for name in _OFFSETS if name in query), "0")
    return _number(offset, 0), max(1, _number(query.get("_count", ""), 1))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise


def _rows(answer: Answer) -> list[JsonObject]:
    entries: list[JsonObject] = (answer.body or {}).get("entry", [])
    return [one for one in entries if not _beside(one)]


def _with_rows(answer: Answer, rows: list[JsonObject]) -> Answer:
    """Puts other rows on a page; what it includes beside its matches stays."""
    body = answer.body or {}
    if body.get("resourceType") != "Bundle":
        return answer
    entries = rows + [one for one in body.get("entry", []) if _beside(one)]
    rest = {name: value for name, value in body.items() if name != "entry"}
    return replace(answer, body=rest | ({"entry": entries} if entries else {}))


def _beside(entry: JsonObject) -> bool:
    return bool(entry.get("search", {}).get("mode") == "include")
