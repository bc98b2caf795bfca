"""What happened, newest first; a deletion is an entry without a resource."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from service.fhir.bundle import BundleType, Entry, Request, Response, build
from service.fhir.json import JsonObject
from service.sandbox.chart import Chart, dated
from service.sandbox.periods import NotADate, span
from service.sandbox.records import Key, Method, Version
from service.sandbox.wire import Pairs, Refusal, number

_STATUS = {Method.POST: 201, Method.PUT: 200, Method.DELETE: 200}


def of_resource(chart: Chart, key: Key, pairs: Pairs) -> JsonObject:
    """Gives the history of one resource; refuses one that never was."""
    versions = chart.store.versions(key)
    if not versions:
        raise Refusal(404, f"HAPI-2001: Resource {'/'.join(key)} is not known")
    return _history(chart, reversed(versions), pairs=pairs, path=f"{'/'.join(key)}/_history")


def of_type(chart: Chart, kind: str, pairs: Pairs) -> JsonObject:
    """Gives the history of all resources of a type."""
    versions = (version for version in chart.store.history() if version.kind == kind)
    return _history(chart, versions, pairs=pairs, path=f"{kind}/_history")


def of_all(chart: Chart, pairs: Pairs) -> JsonObject:
    """Gives the history of everything."""
    return _history(chart, chart.store.history(), pairs=pairs, path="_history")


def _history(chart: Chart, versions: Iterable[Version], *, pairs: Pairs, path: str) -> JsonObject:
    if not chart.shape.history:
        raise Refusal(400, "This server does not offer _history", code="not-supported")
    asked = dict(pairs)
    size = min(_number(asked, "_count", chart.shape.page_size), chart.shape.largest_page)
    offset = _number(asked, "_offset", 0)
    since = _since(asked)
    wanted = (version for version in versions if since is None or version.moment >= since)
    shown = list(islice(wanted, offset, offset + size + 1))
    links = {"self": _url(chart, path, asked)}
    if len(shown) > size:
        links["next"] = _url(chart, path, asked | {"_count": str(size), "_offset": str(offset + size)})
    entries = [_entry(chart, version) for version in shown[:size]]
    return dated(chart, build(BundleType.HISTORY, entries, links=links))


def _entry(chart: Chart, version: Version) -> Entry:
    return Entry(
        full_url=f"{chart.base}/{version.reference}",
        resource=version.body,
        request=Request(method=version.method, url=version.location),
        response=Response(status=_STATUS[version.method], etag=version.etag),
    )


def _url(chart: Chart, path: str, asked: dict[str, str]) -> str:
    return f"{chart.base}/{path}" + (f"?{urlencode(asked)}" if asked else "")


def _number(asked: dict[str, str], name: str, otherwise: int) -> int:
    return number(asked[name], name) if name in asked else otherwise


def _since(asked: dict[str, str]) -> datetime | None:
    written = asked.get("_since")
    if written is None:
        return None
    if "T" not in written:
        raise Refusal(400, f'HAPI-1885: _since is an instant, not "{written}"')
    try:
        return span(written).start
    except NotADate:
        raise Refusal(400, f'HAPI-1882: Invalid date/time format: "{written}"') from None
