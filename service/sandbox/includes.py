"""What a search adds to its matches: what they point to, and what points to them."""

from collections.abc import Iterator

from service.fhir.references import Rest, parse
from service.sandbox.chart import Chart
from service.sandbox.matching import values_at
from service.sandbox.parameters import Kind, Parameter, parameters_of
from service.sandbox.query import Include, Query
from service.sandbox.records import Key, Version


def included(chart: Chart, query: Query, matches: list[Version]) -> list[Version]:
    """Gives the resources that the includes add to these matches, each once."""
    seen = {version.key for version in matches}
    found = _fresh(_round(chart, query, matches), seen)
    newest = found
    while newest and any(one.repeats for one in (*query.includes, *query.reverse)):
        newest = _fresh(_round(chart, _repeating(query), newest), seen)
        found = found + newest
    return found


def _fresh(versions: Iterator[Version], seen: set[Key]) -> list[Version]:
    fresh = {version.key: version for version in versions if version.key not in seen}
    seen.update(fresh)
    return list(fresh.values())


def _repeating(query: Query) -> Query:
    return Query(
        kind=query.kind,
        criteria=(),
        sort=(),
        includes=tuple(one for one in query.includes if one.repeats),
        reverse=tuple(one for one in query.reverse if one.repeats),
        count=None,
        only_count=False,
        total=False,
    )


def _round(chart: Chart, query: Query, versions: list[Version]) -> Iterator[Version]:
    for version in versions:
        for include in query.includes:
            yield from _targets(chart, version, include)
        for include in query.reverse:
            yield from _sources(chart, version, include)


def _targets(chart: Chart, version: Version, include: Include) -> Iterator[Version]:
    if include.source not in {"", version.kind}:
        return
    for key in _pointed_to(version, include):
        target = chart.store.latest(key)
        if target is not None and target.body is not None and include.target in {None, target.kind}:
            yield target


def _sources(chart: Chart, version: Version, include: Include) -> Iterator[Version]:
    for holder in chart.store.holders(version.reference):
        if include.source in {"", holder.kind} and version.key in set(_pointed_to(holder, include)):
            yield holder


def _pointed_to(version: Version, include: Include) -> Iterator[Key]:
    for parameter in _followed(version.kind, include):
        for value in values_at(version.body or {}, parameter):
            target = parse(str(value.get("reference", ""))) if isinstance(value, dict) else None
            if isinstance(target, Rest) and target.base is None:
                yield target.type, target.id


def _followed(kind: str, include: Include) -> list[Parameter]:
    known = parameters_of(kind)
    if include.parameter is not None:
        return [known[include.parameter]]
    return [parameter for parameter in known.values() if parameter.kind is Kind.REFERENCE]
