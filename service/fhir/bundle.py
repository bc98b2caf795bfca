"""Bundle: entries, links, versions, as servers write them and as they want them written."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from service.fhir.json import JsonObject
from service.fhir.references import Rest, parse

_ETAG = re.compile(r'(?:W/)?"(?P<quoted>[^"]+)"|(?P<bare>[^"\s/]+)')


class BundleType(StrEnum):
    """What a Bundle is for, of the kinds that we send or get."""

    BATCH = "batch"
    BATCH_RESPONSE = "batch-response"
    COLLECTION = "collection"
    HISTORY = "history"
    SEARCHSET = "searchset"
    TRANSACTION = "transaction"
    TRANSACTION_RESPONSE = "transaction-response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an entry asks for; the last three are the HTTP headers of the same names."""

    method: str
    url: str
    if_match: str | None = None
    if_none_exist: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What became of an entry; `status` is 0 where the server gave no readable one."""

    status: int
    location: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    outcome: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a Bundle; `mode` is match, include or outcome in a searchset."""

    full_url: str | None = None
    resource: JsonObject | None = None
    mode: str | None = None
    request: Request | None = None
    response: Response | None = None


def entries(bundle: JsonObject) -> tuple[Entry, ...]:
    """Reads the entries of a Bundle in their order."""
    return tuple(_read(entry) for entry in _list(bundle.get("entry")) if isinstance(entry, dict))


def resources(bundle: JsonObject, kind: str | None = None) -> tuple[JsonObject, ...]:
    """Gives the resources of a Bundle, of one type if asked; outcomes of a search are not among them."""
    found = (entry.resource for entry in entries(bundle) if entry.resource and entry.mode != "outcome")
    return tuple(one for one in found if kind is None or one.get("resourceType") == kind)


def link(bundle: JsonObject, relation: str) -> str | None:
    """Gives the URL of the link with this relation (`next`, `self`), if there is one."""
    for one in _list(bundle.get("link")):
        if isinstance(one, dict) and one.get("relation") == relation and isinstance(one.get("url"), str):
            return str(one["url"])
    return None


def next_link(bundle: JsonObject) -> str | None:
    """Gives the URL of the next page; None on the last."""
    return link(bundle, "next")


def build(
    kind: BundleType,
    holds: Iterable[Entry],
    *,
    links: Mapping[str, str] | None = None,
    total: int | None = None,
) -> JsonObject:
    """Builds a Bundle; what an entry does not say is left out, as R4 forbids empty elements."""
    written = [_written(entry) for entry in holds]
    return _full(
        resourceType="Bundle",
        type=str(kind),
        total=total,
        link=[{"relation": relation, "url": url} for relation, url in (links or {}).items()],
        entry=written,
    )


def version_of(etag: str | None) -> str | None:
    """Reads the version out of an ETag: `W/"1"` as in R4, `"1"`, or `1` as in HAPI 8.8 transactions."""
    matched = _ETAG.fullmatch(etag.strip()) if etag else None
    return (matched["quoted"] or matched["bare"]) if matched else None


def weak_etag(version: str) -> str:
    """Writes a version as R4's weak ETag."""
    return f'W/"{version}"'


def location_of(response: Response) -> Rest | None:
    """Tells where an entry's resource now is; its version comes from the location, else from the ETag."""
    target = parse(response.location) if response.location else None
    if not isinstance(target, Rest):
        return None
    version = target.version or version_of(response.etag)
    return Rest(type=target.type, id=target.id, version=version, base=target.base)


def _read(entry: JsonObject) -> Entry:
    search = _object(entry.get("search"))
    request = _object(entry.get("request"))
    response = _object(entry.get("response"))
    return Entry(
        full_url=entry.get("fullUrl"),
        resource=_object(entry.get("resource")) or None,
        mode=search.get("mode"),
        request=_request(request) if request else None,
        response=_response(response) if response else None,
    )


def _request(request: JsonObject) -> Request:
    return Request(
        method=str(request.get("method", "")),
        url=str(request.get("url", "")),
        if_match=request.get("ifMatch"),
        if_none_exist=request.get("ifNoneExist"),
        if_none_match=request.get("ifNoneMatch"),
    )


def _response(response: JsonObject) -> Response:
    code = re.match(r"\d{3}\b", str(response.get("status", "")))
    return Response(
        status=int(code[0]) if code else 0,
        location=response.get("location"),
        etag=response.get("etag"),
        last_modified=response.get("lastModified"),
        outcome=_object(response.get("outcome")) or None,
    )


def _written(entry: Entry) -> JsonObject:
    return _full(
        fullUrl=entry.full_url,
        resource=entry.resource,
        search=_full(mode=entry.mode),
        request=_written_request(entry.request) if entry.request else None,
        response=_written_response(entry.response) if entry.response else None,
    )


def _written_request(request: Request) -> JsonObject:
    return _full(
        method=request.method,
        url=request.url,
        ifMatch=request.if_match,
        ifNoneExist=request.if_none_exist,
        ifNoneMatch=request.if_none_match,
    )


def _written_response(response: Response) -> JsonObject:
    return _full(
        status=_REASONS.get(response.status, str(response.status)),
        location=response.location,
        etag=response.etag,
        lastModified=response.last_modified,
        outcome=response.outcome,
    )


_REASONS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def _full(**members: Any) -> JsonObject:
    return dict(_present(members))


def _present(members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in members.items() if value not in (None, "", [], {}))


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
