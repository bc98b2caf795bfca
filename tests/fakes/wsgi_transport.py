"""HTTP without sockets: requests go straight to a WSGI application, so that the gateway meets the sandbox."""

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3._collections import HTTPHeaderDict
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from service.sandbox.wire import NoAnswer, Silence

WsgiApp = Callable[..., Iterable[bytes]]


class WsgiAdapter(HTTPAdapter):
    """A requests adapter in front of a WSGI application.

    `asked` holds the requests that arrived. `lose` tells, after the application has acted, whether the answer
    gets lost on its way, as in a read timeout. A `NoAnswer` of the sandbox becomes what requests would raise.
    """

    def __init__(
        self, app: WsgiApp, *, lose: Callable[[requests.PreparedRequest], bool] = lambda _: False
    ) -> None:
        super().__init__()
        self.app = app
        self.lose = lose
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Run the application and return its answer."""
        self.asked.append(request)
        try:
            raw = _run(self.app, _environ(request))
        except NoAnswer as silence:
            raise seen_by_requests(silence.how, request) from None
        if self.lose(request):
            raise requests.ReadTimeout(request=request)
        return self.build_response(request, raw)


def seen_by_requests(how: Silence, request: requests.PreparedRequest) -> requests.RequestException:
    """Give what requests raises for an answer that does not come."""
    match how:
        case Silence.REFUSED:
            url = urlsplit(str(request.url))
            pool = HTTPConnectionPool(str(url.hostname))
            refused = NewConnectionError(pool, "refused")  # type: ignore[arg-type]  as urllib3 1 had it
            return requests.ConnectionError(MaxRetryError(pool, url.path, refused), request=request)
        case Silence.DROPPED:
            dropped = ProtocolError("Connection aborted.", ConnectionResetError())
            return requests.ConnectionError(dropped, request=request)
        case Silence.CUT:
            return requests.exceptions.ChunkedEncodingError(ProtocolError("cut"), request=request)


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    url = urlsplit(str(request.url))
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path, encoding="latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or {"http": 80, "https": 443}[url.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(content),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **_header_variables(request.headers),
    }


def _header_variables(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    """Name headers as WSGI does; the length is counted from the body instead."""
    variables = {}
    for name, value in headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        key = name.upper().replace("-", "_")
        variables[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
    variables.pop("HTTP_CONTENT_LENGTH", None)
    return variables


def _run(app: WsgiApp, environ: dict[str, Any]) -> HTTPResponse:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        started.append((status, headers))

    pieces = app(environ, start_response)
    try:
        content = b"".join(pieces)
    finally:
        getattr(pieces, "close", lambda: None)()
    status, headers = started[-1]
    code, _, reason = status.partition(" ")
    return HTTPResponse(
        body=BytesIO(content),
        headers=HTTPHeaderDict(headers),
        status=int(code),
        reason=reason,
        preload_content=False,
        request_method=environ["REQUEST_METHOD"],
    )
