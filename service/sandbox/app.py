"""The Flask door of the sandbox: all of /fhir is FHIR, and every error an OperationOutcome."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeAlias

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.fhir.json import dumps
from service.sandbox.server import Clock, FhirServer, Ids, Notify
from service.sandbox.shape import Shape
from service.sandbox.silence import Silent
from service.sandbox.store import Store
from service.sandbox.wire import Answer, Incoming, NoAnswer, complaint

Tell: TypeAlias = Callable[[str, str, int], object]

_ROOT = "/fhir"
# As HAPI 8.8.0, which makes an id of its own in place of any other.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,128}")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def create_app(
    store: Store,
    clock: Clock,
    ids: Ids,
    *,
    shape: Shape | None = None,
    notify: Notify | None = None,
    tell: Tell | None = None,
) -> Flask:
    """Builds the application; `clock` gives aware datetimes, `ids` a fresh FHIR id at every call.

    `tell` is called for each answer, with the request's X-Request-Id, its method and the status.
    """
    app = door(FhirServer(store, clock, ids, shape=shape, notify=notify).answer)
    if tell is not None:
        telling(app, tell)
    return app


def door(answer: Callable[[Incoming], Answer]) -> Flask:
    """Builds the application around whatever answers; a wrapper that spoils answers is put here.

    Where it raises `NoAnswer` the connection ends, or, without a socket, the application raises the same.
    """
    app = Flask("tandem-sandbox", static_folder=None)
    app.url_map.merge_slashes = False

    def fhir(path: str = "") -> Response:
        try:
            return _response(answer(_incoming(path)))
        except NoAnswer as silence:
            return Silent(silence, _response(silence.answer))

    for rule in (_ROOT, f"{_ROOT}/", f"{_ROOT}/<path:path>"):
        app.add_url_rule(rule, "fhir", fhir, methods=_METHODS, provide_automatic_options=False)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crash)
    return app


def telling(app: Flask, tell: Tell) -> None:
    """Has an application tell of each answer: the request's X-Request-Id, its method and the status."""

    def told(response: Response) -> Response:
        given = request.headers.get("X-Request-Id", "")
        known = given if _REQUEST_ID.fullmatch(given) else "none"
        method = request.method if request.method in _METHODS else "other"
        tell(known, method, response.status_code)
        return response

    app.after_request(told)


def _incoming(path: str) -> Incoming:
    return Incoming(
        method=request.method,
        base=request.host_url.rstrip("/") + _ROOT,
        segments=tuple(filter(None, path.split("/"))),
        query=tuple(request.args.items(multi=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(),
    )


def _response(answer: Answer) -> Response:
    text = "" if answer.body is None else dumps(answer.body)
    response = Response(text, status=answer.status, content_type="application/fhir+json;charset=UTF-8")
    response.autocorrect_location_header = False
    response.headers.update(answer.headers)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    return _response(Answer(status=status, body=complaint(f"{error.name}: {request.method} {request.path}")))


def _crash(_: Exception) -> Response:
    """Says no more than that it failed: the message of an exception may quote a record."""
    return _response(
        Answer(status=500, body=complaint("The server failed; nothing was written", "exception"))
    )
