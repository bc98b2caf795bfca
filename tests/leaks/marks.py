"""Marks: tokens in every text of a plan and its people, which must turn up nowhere but in the record."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from service.document import person_from_document, person_to_document, plan_from_document, plan_to_document
from service.domain.values import Invalid
from tests.builders import DIRECTORY, the_full_plan

BIRTH_DATE = "1931-07-23"
FOUND = re.compile(rf"Mk\d{{4,}}Zq|{BIRTH_DATE}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Codes and the systems that they are from are terminology; a zone is a place on the map.
_NO_TEXT = frozenset({"id", "system", "code", "zone", "birth_date"})
_numbers = count(1)

Path = tuple[str | int, ...]


def mark() -> str:
    """Gives a token that no other text holds; it fits an id, a header and the name of a field."""
    return f"Mk{next(_numbers):04d}Zq"


def marks_in(text: str) -> list[str]:
    """Gives the marks that a text holds."""
    return sorted(set(FOUND.findall(text)))


@dataclass(frozen=True)
class Marked:
    """A plan and its people as documents, with a mark in every text that their fields take."""

    plan: dict[str, Any]
    people: tuple[dict[str, Any], ...]
    texts: int


def marked_record() -> Marked:
    """Marks the plan that has every field; which leaves are texts is found out by putting a mark there."""
    plan = plan_to_document(the_full_plan())
    plan["patient"]["birth_date"] = BIRTH_DATE
    texts = _marked(plan, plan_from_document)
    people = [person_to_document(one) for one in DIRECTORY.values()]
    texts += sum(_marked(one, person_from_document) for one in people)
    return Marked(plan=plan, people=tuple(people), texts=texts)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Gives every value that holds no others, with its path."""
    match value:
        case dict():
            members: Iterator[tuple[str | int, Any]] = iter(value.items())
        case list():
            members = iter(enumerate(value))
        case _:
            yield path, value
            return
    for key, member in members:
        yield from leaves(member, (*path, key))


def put(document: Any, path: Path, value: Any) -> None:
    """Puts a value into a document."""
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


def _marked(document: dict[str, Any], read: Any) -> int:
    texts = 0
    for path, value in list(leaves(document)):
        if not isinstance(value, str) or path[-1] in _NO_TEXT or _UUID.fullmatch(value):
            continue
        put(document, path, mark())
        try:
            read(document)
        except Invalid:
            put(document, path, value)
        else:
            texts += 1
    return texts


def spoiled(document: Any) -> Any:
    """Gives a document of the same shape in which every value is of another kind, and marked."""
    copied = json.loads(json.dumps(document))
    for path, value in list(leaves(copied)):
        put(copied, path, [mark()] if isinstance(value, str) else mark())
    return copied


def with_marked_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Gives a document whose objects have one member more, under a mark."""
    members = {
        name: with_marked_keys(value)
        if isinstance(value, dict)
        else [with_marked_keys(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else value
        for name, value in document.items()
    }
    return {**members, mark(): mark()}
