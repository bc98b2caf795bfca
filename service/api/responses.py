"""What an answer says: JSON, its ETag, and where the next page is."""

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Request, Response
from marshmallow import Schema

from service.api.refusals import StaleVersion
from service.fhir.json import JsonObject, dumps

_TAG_LENGTH = 32


def answer(body: JsonObject, *, status: int = 200, etag: str | None = None, location: str = "") -> Response:
    """Return a JSON response; the location is one of this API, without its host."""
    response = Response(dumps(body), status=status, content_type="application/json")
    if etag is not None:
        response.set_etag(etag)
    if location:
        response.headers["Location"] = location
    return response


def unless_known(response: Response, request: Request) -> Response:
    """Return the response to a reading, or 304 when If-None-Match says that the reader has it.

    Raises `StaleVersion` where If-Match names another version: werkzeug would send it along with the 412.
    """
    response.make_conditional(request)
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise StaleVersion("If-Match names another version than the one that is here.")
    return response


def listing(members: list[JsonObject], *, more: str | None, request: Request) -> Response:
    """Return a page; `more` is the `after` of the next one, which Link then names."""
    response = answer({"items": members})
    if more is not None:
        query = urlencode({**request.args, "after": more})
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response


def dumped(schema: type[Schema], value: object) -> JsonObject:
    """Return a value of ours as JSON; what is None is left out, as in every document."""
    held: JsonObject = _without_nothing(schema().dump(value))
    return held


def digest_tag(content: str) -> str:
    """Return the ETag of what has no revision: a digest of its text."""
    return sha256(content.encode()).hexdigest()[:_TAG_LENGTH]


def _without_nothing(value: Any) -> Any:
    match value:
        case Mapping():
            return {name: _without_nothing(one) for name, one in value.items() if one is not None}
        case list():
            return [_without_nothing(one) for one in value]
        case _:
            return value
