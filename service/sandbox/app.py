"""The Flask door of the sandbox: all of /fhir is FHIR, and every error an OperationOutcome."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.fhir.json import dumps
from service.sandbox.server import Clock, FhirServer, Ids, Notify
from service.sandbox.shape import Shape
from service.sandbox.silence import Silent
from service.sandbox.store import Store
from service.sandbox.wire import Answer, Incoming, NoAnswer, complaint

_ROOT = "/fhir"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def create_app(
    store: Store, clock: Clock, ids: Ids, *, shape: Shape | None = None, notify: Notify | None = None
) -> Flask:
    """Builds the application; `clock` gives aware datetimes, `ids` a fresh FHIR id at every call."""
    return door(FhirServer(store, clock, ids, shape=shape, notify=notify).answer)


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
