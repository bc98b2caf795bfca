"""A search as it is asked: criteria, sorting, includes, and how much of the result to show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.sandbox.matching import equals_exactly, has_text, matches, points_to, unescaped, values_at
from service.sandbox.parameters import Kind, Parameter, parameters_of, types
from service.sandbox.periods import NotADate
from service.sandbox.wire import Pairs, Refusal, number

_RESULT = frozenset(
    ["_count", "_sort", "_include", "_revinclude", "_total", "_summary", "_format", "_pretty"]
)
_COMMA = re.compile(r"(?<!\\),")
_MODIFIERS = {Kind.TOKEN: {"not", "text"}, Kind.STRING: {"exact"}, Kind.REFERENCE: set[str]()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One parameter with its modifier; any one of the values, those of a token still escaped, will do."""

    parameter: Parameter
    modifier: str
    values: tuple[str, ...]

    def holds(self, resource: dict[str, Any]) -> bool:
        """Tells whether a resource satisfies the criterion; raises `NotADate`."""
        found = tuple(values_at(resource, self.parameter))
        match self.modifier:
            case "missing":
                return bool(found) != (self.values[0] == "true")
            case "not":
                return not self._any(found)
            case _:
                return self._any(found)

    def _any(self, found: tuple[Any, ...]) -> bool:
        return any(self._one(value, wanted) for value in found for wanted in self.values)

    def _one(self, value: Any, wanted: str) -> bool:
        match self.modifier:
            case "text":
                return has_text(value, wanted)
            case "exact":
                return equals_exactly(value, wanted)
            case kind if kind in types():
                return points_to(value, kind) and matches(value, wanted, self.parameter)
            case _:
                return matches(value, wanted, self.parameter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """Resources to add: those that `source`'s parameter points to; a None parameter means every one."""

    source: str
    parameter: str | None
    target: str | None
    repeats: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search of one type; `count` is None where the client leaves the page size to the server."""

    kind: str
    criteria: tuple[Criterion, ...]
    sort: tuple[tuple[Parameter, bool], ...]
    includes: tuple[Include, ...]
    reverse: tuple[Include, ...]
    count: int | None
    only_count: bool
    total: bool


def read_query(kind: str, pairs: Pairs) -> Query:
    """Reads a search of a type; refuses unknown parameters, whatever Prefer says, as HAPI 8.8."""
    criteria = tuple(_criterion(kind, name, value) for name, value in pairs if _is_criterion(name, value))
    count = _count(pairs)
    summary = _last(pairs, "_summary")
    if summary not in {"", "false", "count"}:
        raise Refusal(400, f"_summary={summary} is not offered", code="not-supported")
    return Query(
        kind=kind,
        criteria=criteria,
        sort=tuple(_sorting(kind, pairs)),
        includes=tuple(_include(name, value) for name, value in pairs if name.startswith("_include")),
        reverse=tuple(_include(name, value) for name, value in pairs if name.startswith("_revinclude")),
        count=count,
        only_count=count == 0 or summary == "count",
        total=_last(pairs, "_total") == "accurate",
    )


def _is_criterion(name: str, value: str) -> bool:
    """A parameter without a value asks for nothing, as in HAPI 8.8."""
    return bool(value) and name.partition(":")[0] not in _RESULT


def _criterion(kind: str, written: str, value: str) -> Criterion:
    name, _, modifier = written.partition(":")
    parameter = parameters_of(kind).get(name)
    if parameter is None:
        known = ", ".join(sorted(parameters_of(kind)))
        words = f'HAPI-0524: Unknown search parameter "{name}" for resource type "{kind}". Valid search'
        raise Refusal(400, f"{words} parameters for this search are: [{known}]", code="not-supported")
    allowed = {"", "missing"} | _MODIFIERS.get(parameter.kind, set())
    if modifier not in allowed and not (parameter.kind is Kind.REFERENCE and modifier in types()):
        words = f'HAPI-2498: Unsupported search modifier(s): "[:{modifier}]" for resource type "{kind}"'
        raise Refusal(400, words, code="not-supported")
    # A token is split at its free bar first: unescaped, a bar of its value would look like the free one.
    whole = parameter.kind is Kind.TOKEN and modifier != "text"
    values = tuple(one if whole else unescaped(one) for one in _COMMA.split(value))
    criterion = Criterion(parameter=parameter, modifier=modifier, values=values)
    _refuse_bad_dates(criterion)
    return criterion


def _refuse_bad_dates(criterion: Criterion) -> None:
    if criterion.parameter.kind is not Kind.DATE or criterion.modifier == "missing":
        return
    try:
        for value in criterion.values:
            matches("2000", value, criterion.parameter)
    except NotADate as error:
        raise Refusal(400, f'HAPI-1940: Invalid date/time/quantity format: "{error}"') from None


def _sorting(kind: str, pairs: Pairs) -> Iterator[tuple[Parameter, bool]]:
    for name in filter(None, _last(pairs, "_sort").split(",")):
        parameter = parameters_of(kind).get(name.removeprefix("-"))
        if parameter is None:
            words = f'HAPI-1194: Unknown _sort parameter value "{name}" for resource type "{kind}"'
            raise Refusal(400, words, code="not-supported")
        yield parameter, name.startswith("-")


def _include(name: str, value: str) -> Include:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    _, _, modifier = name.partition(":")
    everything = value == "*"
    if not everything:
        _refuse_unknown_include(name, value, parameter)
    return Include(
        source="" if everything else source,
        parameter=None if everything or parameter == "*" else parameter,
        target=target or None,
        repeats=modifier in {"iterate", "recurse"},
    )


def _refuse_unknown_include(name: str, value: str, parameter: str) -> None:
    source = value.partition(":")[0]
    known = parameters_of(source) if source in types() else {}
    found = known.get(parameter)
    if parameter == "*" and known:
        return
    if found is None or found.kind is not Kind.REFERENCE:
        raise Refusal(400, f'HAPI-2015: Invalid {name} parameter value: "{value}"', code="not-supported")


def _count(pairs: Pairs) -> int | None:
    written = _last(pairs, "_count")
    return number(written, "_count") if written else None


def _last(pairs: Pairs, name: str) -> str:
    return next((value for key, value in reversed(pairs) if key == name), "")
