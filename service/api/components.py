"""What operations refer to by name in OpenAPI: headers, and one refusal for each status."""

from http import HTTPStatus
from typing import Any

from apispec import APISpec

from service.api.entrance import WITHHELD
from service.api.errors import ProblemDetails
from service.api.once import KEY, KEY_PATTERN, REPLAYED
from service.api.requests import AUTHOR, AUTHOR_PATTERN
from service.api.schemas import schema_of

REQUEST_ID = "X-Request-Id"
REQUEST_ID_PATTERN = r"[A-Za-z0-9._\-]{1,64}"
PROBLEM = "application/problem+json"
_REASONS = {
    400: "The body is no JSON object or not all there, or the request is for another host",
    401: "The request does not show who makes it; `errors` says why the token will not do",
    403: "The caller's role may not do this, or the author is another, or it is not the patient's plan",
    304: "The reader has this version already",
    408: "The request did not arrive in time",
    409: "It stands in the way of something; the problem's type says of what",
    412: "The plan has moved on: read it again before deciding again",
    422: "The body, a header or a query parameter breaks the rules that `errors` names",
    413: "The body is larger than is taken",
    428: "If-Match is missing",
    429: "Too many requests; RateLimit says how many were allowed",
    502: "The EHR refused, or is no FHIR R4 server",
    503: "Try again later; nothing was done",
    504: "The EHR did not say what became of a write: a next push looks for it first",
}
_TAG = '"[A-Za-z0-9-]{1,64}"'
_RETRY = (409, 429, 503)
_HEADERS = {
    "ETag": "The version: a plan's revision number in quotes, or a digest.",
    "Location": "Where it is now, relative to this API.",
    "Link": 'The next page, as `<...>; rel="next"`; missing on the last one.',
    "Retry-After": "When to try again, in seconds.",
    REPLAYED: "Says true when this is the kept answer to an earlier request with the same key.",
    REQUEST_ID: "The request's name in the log.",
    WITHHELD: "How many journal entries are left out, since the patient has not shared them.",
    "WWW-Authenticate": "What to show: a bearer token (RFC 6750).",
}
_AUTHOR = (
    "Who makes the revision. With a token it is whom the token names, and only an integrator may name "
    "another; without authentication it is required."
)
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": (
        "A token of `tandem token add`, or a JWT of the identity provider. Its role is reader, clinician, "
        "integrator or patient. Nobody is asked for one while TANDEM_AUTH is off."
    ),
}


def declare(spec: APISpec) -> None:
    """Put the components into an OpenAPI document; only those that are used come out."""
    spec.components.security_scheme("bearer", _BEARER)
    for name, meaning in _HEADERS.items():
        spec.components.header(name, {"description": meaning, "schema": {"type": "string"}}, lazy=True)
    for name, parameter in _parameters().items():
        spec.components.parameter(name, "header", parameter, lazy=True)
    for status in HTTPStatus:
        if status == HTTPStatus.NOT_MODIFIED or status >= HTTPStatus.BAD_REQUEST:
            spec.components.response(f"Status{status.value}", _refusal(status), lazy=True)


def _parameters() -> dict[str, dict[str, Any]]:
    def header(name: str, description: str, *, required: bool, pattern: str | None = None) -> dict[str, Any]:
        schema = {"type": "string"} | ({"pattern": f"^{pattern}$"} if pattern else {})
        return {"name": name, "description": description, "required": required, "schema": schema}

    return {
        "Author": header(AUTHOR, _AUTHOR, required=False, pattern=AUTHOR_PATTERN),
        "IdempotencyKey": header(
            KEY,
            "A name for this request of the client's choice, such as a UUID and never about a patient: sent"
            " again with the same key it has its effect once and gets the same answer.",
            required=False,
            pattern=KEY_PATTERN,
        ),
        "IfMatch": header("If-Match", "The ETag that the author read.", required=True, pattern=_TAG),
        "IfNoneMatch": header("If-None-Match", "The ETag that the reader has.", required=False),
        "RequestId": header(
            REQUEST_ID,
            "A name for this request in the log: 1 to 64 letters, digits, '.', '_' or '-'. One is made where"
            " none is given or it does not fit.",
            required=False,
        ),
    }


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": _REASONS.get(status, status.phrase),
        "headers": {REQUEST_ID: REQUEST_ID},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        response["headers"]["WWW-Authenticate"] = "WWW-Authenticate"
    if status in _RETRY:
        response["headers"]["Retry-After"] = "Retry-After"
    if status != HTTPStatus.NOT_MODIFIED:
        response["content"] = {PROBLEM: {"schema": schema_of(ProblemDetails)}}
    return response
