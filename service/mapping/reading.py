"""Reading a resource into the domain: what is absent, what is unreadable, and what that does to what is held.

An absent element empties its field; an element that we cannot read leaves what is held as it is and is
reported with its FHIR path. Nothing is guessed.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar, get_args

from service.domain.values import Invalid, Value
from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable
from service.mapping.references import Refs

V = TypeVar("V", bound=Value)
T = TypeVar("T")
S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Issue:
    """An element that has no place in the plan: its FHIR path and the reason, without its content."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed(Generic[T]):
    """What came of reading a resource: the value, or None where nothing could be made of it."""

    value: T | None
    issues: tuple[Issue, ...] = ()


class _Unread:
    """Stands for an element that is there but says nothing to us."""


UNREAD = _Unread()


class Reading:
    """One pass over one resource: each look-up gives a value, None, or `UNREAD` with an issue noted."""

    def __init__(self, resource: JsonObject) -> None:
        self.resource = resource
        self.issues: list[Issue] = []

    def at(self, path: str) -> Any:
        """Return what stands at a dotted path below the resource, or None; an index is a step too."""
        found: Any = self.resource
        for step in path.split("."):
            if isinstance(found, list):
                found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
            elif isinstance(found, dict):
                found = found.get(step)
            else:
                return None
        return found

    def one(self, path: str, read: Callable[[Any], T]) -> Any:
        """Return what `read` makes of an element, None where it is absent, `UNREAD` where it cannot."""
        content = self.at(path)
        if content is None:
            return None
        return self._attempt(path, content, read)

    def many(self, path: str, read: Callable[[Any], T | None]) -> Any:
        """Return what `read` makes of each entry of a list; an entry that gives None is not ours."""
        made = []
        for index, entry in enumerate(self.at(path) or []):
            value = self._attempt(f"{path}[{index}]", entry, read)
            if value is UNREAD:
                return UNREAD
            if value is not None:
                made.append(value)
        return tuple(made)

    def code(self, path: str, kind: type[S]) -> Any:
        """Return the member of a code list whose value is the FHIR code."""
        return self.one(path, lambda content: member(kind, content))

    def link(self, path: str, refs: Refs, *types: str) -> Any:
        """Return the item that a Reference points to; one that points outside the plan is `UNREAD`."""
        reference = self.at(path)
        if reference is None:
            return None
        return refs.item(reference, *types) or self.note(path, "points outside the plan")

    def links(self, path: str, refs: Refs, *types: str) -> Any:
        """Return the items that a list of References points to; those outside the plan are not ours."""
        return self.many(path, lambda reference: refs.item(reference, *types))

    def note(self, path: str, reason: str) -> _Unread:
        """Report an element that is there and has no place in the plan."""
        self.issues.append(Issue(f"{self.resource.get('resourceType', 'Resource')}.{path}", reason))
        return UNREAD

    def _attempt(self, path: str, content: Any, read: Callable[[Any], T]) -> Any:
        try:
            return read(content)
        except Unreadable as reason:
            return self.note(f"{path}{reason.below}", str(reason))
        except Invalid as error:
            return self.note(path, "; ".join(p.reason for p in error.problems))
        except (AttributeError, TypeError, KeyError, ValueError, IndexError):
            return self.note(path, "has not the form that FHIR R4 gives it")

    def settle(self, kind: type[V], held: V | None, values: dict[str, Any]) -> Absorbed[V]:
        """Make the value: what was read over what is held; without both, None and the reason."""
        known = {name: value for name, value in values.items() if value is not UNREAD}
        made: V | None
        try:
            made = replace(held, **_set(kind, known)) if held is not None else _new(kind, known)
        except Invalid as error:
            for problem in error.problems:
                self.note("", f"does not make a {kind.__name__}: {problem.field} {problem.reason}")
            made = held
        except _Lacking as lacking:
            self.note("", f"does not say the {', '.join(lacking.names)} of a {kind.__name__}")
            made = None
        return Absorbed(value=made, issues=tuple(self.issues))


class _Lacking(Exception):
    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__()


def member(kind: type[S], code: Any) -> S:
    """Return the member with this code; an unknown one is `Unreadable`, never guessed."""
    for one in kind:
        if one.value == code:
            return one
    raise Unreadable("has a code without a meaning in the plan")


def _set(kind: type[Value], known: dict[str, Any]) -> dict[str, Any]:
    """Give an absent element the field's default, where None is not the field's word for absent."""
    return {
        name: _default(kind, name) if value is None and not _may_be_none(kind, name) else value
        for name, value in known.items()
        if value is not None or _default(kind, name) is not MISSING
    }


def _new(kind: type[V], known: dict[str, Any]) -> V:
    given = _set(kind, known)
    lacking = [
        item.name for item in fields(kind) if item.name not in given and _default(kind, item.name) is MISSING
    ]
    if lacking:
        raise _Lacking(lacking)
    return kind(**given)


def _may_be_none(kind: type[Value], name: str) -> bool:
    return any(item.name == name and type(None) in get_args(item.type) for item in fields(kind))


def _default(kind: type[Value], name: str) -> Any:
    return next(item.default for item in fields(kind) if item.name == name)
