"""Runs a search: finds, sorts, includes, and cuts the result into pages."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from service.fhir.bundle import BundleType, Entry, build
from service.fhir.json import JsonObject
from service.fhir.references import Rest, parse
from service.sandbox.chart import Chart, dated
from service.sandbox.includes import included
from service.sandbox.matching import token_parts, unescaped, values_at
from service.sandbox.pages import Snapshot
from service.sandbox.parameters import Kind, Parameter
from service.sandbox.periods import span_of
from service.sandbox.query import Criterion, Query, read_query
from service.sandbox.records import Key, Version, identifier_key
from service.sandbox.wire import Pairs, Refusal, number

_LATEST = datetime.max.replace(tzinfo=UTC)


def find(chart: Chart, query: Query) -> list[Version]:
    """Gives the resources that satisfy all criteria, in the order asked for."""
    found = [version for version in _candidates(chart, query) if _satisfies(version, query)]
    for parameter, backwards in reversed(query.sort):
        found.sort(key=lambda version: _sort_key(version, parameter), reverse=backwards)
    return found


def find_by(chart: Chart, kind: str, written: str) -> list[Version]:
    """Gives the resources of a type that a written query such as `identifier=…` finds."""
    return find(chart, read_query(kind, tuple(parse_qsl(written.rpartition("?")[2], keep_blank_values=True))))


def searchset(chart: Chart, kind: str, pairs: Pairs, *, stores: bool = True) -> JsonObject:
    """Answers a search with its first page; one that is not to be stored has no other."""
    query = read_query(kind, pairs)
    found = find(chart, query)
    if query.only_count:
        return dated(chart, build(BundleType.SEARCHSET, (), total=len(found)))
    size = min(query.count or chart.shape.page_size, chart.shape.largest_page)
    if not stores:
        found = found[:size]
    snapshot = Snapshot(
        id=chart.ids() if len(found) > size else "",
        kind=kind,
        query=pairs,
        found=tuple(version.key for version in found),
        expires=chart.now + chart.shape.page_lifetime,
    )
    if len(found) > size:
        chart.pages.keep(snapshot, chart.now)
    path = f"{chart.base}/{kind}" + (f"?{urlencode(pairs)}" if pairs else "")
    return _page(chart, snapshot, slice(0, size), links={"self": path})


def next_page(chart: Chart, pairs: Pairs) -> JsonObject:
    """Answers a paging link."""
    asked = dict(pairs)
    snapshot = chart.pages.find(asked["_getpages"], chart.now)
    offset, size = asked.get("_getpagesoffset", "0"), asked.get("_count", str(chart.shape.page_size))
    start, count = number(offset, "_getpagesoffset"), min(number(size, "_count"), chart.shape.largest_page)
    if not count:
        raise Refusal(400, "HAPI-0375: Invalid _count value: 0")
    links = {"self": _link(chart, snapshot, offset=start, size=count)}
    if start:
        links["previous"] = _link(chart, snapshot, offset=max(start - count, 0), size=count)
    return _page(chart, snapshot, slice(start, start + count), links=links)


def _page(chart: Chart, snapshot: Snapshot, part: slice, *, links: dict[str, str]) -> JsonObject:
    query = read_query(snapshot.kind, snapshot.query)
    ends = part.stop >= len(snapshot.found)
    if not ends:
        links["next"] = _link(chart, snapshot, offset=part.stop, size=part.stop - part.start)
    shown = list(_present(chart, snapshot.found[part]))
    entries = [
        *(_entry(chart, version, "match") for version in shown),
        *(_entry(chart, version, "include") for version in included(chart, query, shown)),
    ]
    total = len(snapshot.found) if query.total or ends else None
    found = build(BundleType.SEARCHSET, entries, links=_self_then_next(links), total=total)
    return dated(chart, found)


def _self_then_next(links: dict[str, str]) -> dict[str, str]:
    return {name: links[name] for name in ("self", "next", "previous") if name in links}


def _link(chart: Chart, snapshot: Snapshot, *, offset: int, size: int) -> str:
    asked = {
        "_getpages": snapshot.id,
        "_getpagesoffset": offset,
        "_count": size,
        "_bundletype": BundleType.SEARCHSET,
    }
    return f"{chart.base}?{urlencode(asked)}"


def _present(chart: Chart, keys: Iterable[Key]) -> Iterator[Version]:
    newest = (chart.store.latest(key) for key in keys)
    return (version for version in newest if version and version.body is not None)


def _entry(chart: Chart, version: Version, mode: str) -> Entry:
    return Entry(full_url=f"{chart.base}/{version.reference}", resource=version.body, mode=mode)


def _candidates(chart: Chart, query: Query) -> Iterator[Version]:
    """Narrows by the first criterion that the store can look up; everything is checked again afterwards."""
    for criterion in query.criteria:
        if criterion.parameter.name == "_id" and not criterion.modifier:
            return _present(
                chart, dict.fromkeys((query.kind, unescaped(value)) for value in criterion.values)
            )
        keys = list(_look_ups(criterion))
        if keys and all(keys):
            by_key = {one.key: one for key in keys for one in chart.store.holders(key)}
            return (version for version in by_key.values() if version.kind == query.kind)
    return chart.store.current(query.kind)


def _look_ups(criterion: Criterion) -> Iterator[str]:
    """Gives the store's look-up key for each value; an empty one where a value cannot be looked up."""
    if criterion.modifier:
        return
    for value in criterion.values:
        if criterion.parameter.paths == (("identifier",),):
            _, code = token_parts(value)
            yield identifier_key(code) if code else ""
        elif criterion.parameter.kind is Kind.REFERENCE:
            yield _reference_key(criterion.parameter.target, value)
        else:
            yield ""


def _reference_key(target: str | None, value: str) -> str:
    match parse(value):
        case Rest(base=None) as rest:
            return rest.relative
        case _ if target and "/" not in value:
            return f"{target}/{value}"
        case _:
            return ""


def _satisfies(version: Version, query: Query) -> bool:
    body = version.body or {}
    return all(criterion.holds(body) for criterion in query.criteria)


def _sort_key(version: Version, parameter: Parameter) -> Any:
    values = list(values_at(version.body or {}, parameter))
    if parameter.kind is Kind.DATE:
        return min((found.start for found in map(span_of, values) if found), default=_LATEST)
    return min((str(value) for value in values), default="\uffff")
