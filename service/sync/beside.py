"""What the chart says of a resource beside what the plan holds, which stays there untouched.

Elements that no plan has, such as a note, entries that others added to a list of references, and a narrative
that a person wrote.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from service.fhir.json import JsonObject
from service.ports.storage import LedgerEntry
from service.sync.groups import reference_path
from service.sync.prose import authored_words
from service.sync.sides import symbolic
from service.sync.words import label_of, text_of

# How a resource is kept and found, and what is told of by other means.
_NOT_SAID = frozenset({
    "id", "identifier", "implicitRules", "language", "meta", "resourceType", "text", "contained",
})  # fmt: skip


def beside(entry: LedgerEntry, urns: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the chart said when it was read last and no plan holds, in words.

    `urns` has what is of the plan by its address. Nothing is told of what was never agreed on.
    """
    if entry.agreed_ours is None or entry.agreed_theirs is None:
        return ()
    return tuple(_lines(entry.agreed_ours, entry.agreed_theirs, urns))


def _lines(ours: JsonObject, theirs: JsonObject, urns: Mapping[str, str]) -> Iterator[str]:
    words = authored_words(theirs)
    if words:
        yield f"narrative: {words}"
    for element, value in theirs.items():
        if element in _NOT_SAID or element.startswith("_"):
            continue
        if element not in ours:
            text = text_of(value)
            if text:
                yield f"{label_of(element)}: {text}"
        elif reference_path(str(theirs["resourceType"]), element) is not None:
            yield from (f"{label_of(element)}: {one}" for one in _added(element, ours, theirs, urns=urns))


def _added(element: str, ours: JsonObject, theirs: JsonObject, *, urns: Mapping[str, str]) -> Iterator[str]:
    """Say the entries of a list that name nothing of ours."""
    path = reference_path(str(theirs["resourceType"]), element) or ()
    mine = {name for one in ours[element] for name in _names(one, path)}
    for said, named in zip(theirs[element], symbolic(theirs, urns)[element], strict=True):
        text = text_of(said)
        if text and mine.isdisjoint({*_names(said, path), *_names(named, path)}):
            yield text


def _names(entry: JsonObject, path: tuple[str, ...]) -> Iterator[str]:
    """Yield what tells an entry apart: its own id, where it has one, and what it points to."""
    pointing: Any = entry
    for step in path:
        pointing = pointing.get(step, {})
    yield from (str(one) for one in (entry.get("id"), pointing.get("reference")) if one)
