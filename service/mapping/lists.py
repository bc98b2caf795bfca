"""Lists that we share with others: which entries are ours, and what the one that we look for says."""

from enum import StrEnum
from typing import Any, TypeVar

from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable, coding_key
from service.mapping.overlay import ByKey, Coded
from service.mapping.reading import UNREAD, Reading
from service.mapping.references import Refs
from service.mapping.terminology.systems import CANONICAL
from service.mapping.terminology.table import Code, Table

E = TypeVar("E", bound=StrEnum)


def added(*codes: Code) -> ByKey:
    """Return the shape of a list of CodeableConcepts to which we add these codes, and take none away."""

    def find(concept: JsonObject) -> Code | None:
        said = set(coding_key(concept))
        return next((code for code in codes if (code.system, code.code) in said), None)

    return ByKey(lambda concept: find(concept) or coding_key(concept), Coded(find))


def entries_of(*tables: Table[Any]) -> ByKey:
    """Return the shape of a list of CodeableConcepts in which those that mean something to us are ours."""

    def find(concept: JsonObject) -> object:
        found = (table.find(concept) for table in tables)
        return next((member for member in found if member is not None), None)

    return ByKey(
        lambda concept: find(concept) or coding_key(concept),
        Coded(find),
        ours=lambda key: not isinstance(key, tuple),
    )


def coded(read: Reading, path: str, table: Table[E]) -> Any:
    """Return the members that a list of CodeableConcepts names; an unknown code of ours is `UNREAD`."""
    return read.many(path, lambda concept: _own_or_foreign(concept, table))


def one_coded(read: Reading, path: str, table: Table[E]) -> Any:
    """Return the one member that a list of CodeableConcepts names, None where it names none."""
    return _only(read, path, coded(read, path, table))


def one_link(read: Reading, path: str, refs: Refs, *types: str) -> Any:
    """Return the one item of the plan that a list of References points to, None where it points to none."""
    return _only(read, path, read.links(path, refs, *types))


def _only(read: Reading, path: str, found: Any) -> Any:
    if found is UNREAD:
        return UNREAD
    distinct = tuple(dict.fromkeys(found))
    if len(distinct) > 1:
        return read.note(path, "says more than the one that the plan holds")
    return distinct[0] if distinct else None


def _own_or_foreign(concept: JsonObject, table: Table[E]) -> E | None:
    member = table.find(concept)
    own = {
        code.system for codes in table.rows.values() for code in codes if code.system.startswith(CANONICAL)
    }
    if member is None and any(system in own for system, _ in coding_key(concept)):
        raise Unreadable("has a code without a meaning in the plan")
    return member
