"""gunicorn's threaded worker, which waits for no client for ever.

gunicorn 27 bounds the silence before a request and the draining after it; while headers or a body arrive it
waits without end, and a thread with it. Here a whole request has so many seconds to arrive, and an answer as
many to leave.
"""

import json
import socket
from contextlib import suppress
from errno import EPIPE, EPROTO
from http import HTTPStatus
from time import monotonic
from typing import Any
from uuid import uuid4  # noqa: TID251  a request that never reaches the API has no other maker of its id

from gunicorn.http import errors as refused  # type: ignore[import-untyped]  # gunicorn ships no types
from gunicorn.workers import gthread  # type: ignore[import-untyped]  # gunicorn ships no types

from service.telemetry.events import REQUEST_REFUSED, Log, emit


class HeadersTooSlow(Exception):
    """A request's line and headers did not arrive in time."""


_FAILED = "The service failed."
_LINGER_SECONDS = 2.0
_PIECE = 1 << 16
# What gunicorn could not read never reaches the API; its own words would quote the request.
_STATUS: tuple[tuple[type[Exception], HTTPStatus, str], ...] = (
    (HeadersTooSlow, HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time."),
    (refused.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED),
    (refused.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED),
    (refused.ConfigurationProblem, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED),
    (refused.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG, "The request line is too long."),
    (
        refused.LimitRequestHeaders,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "There are too many header fields, or too long ones.",
    ),
    (refused.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED, "This Transfer-Encoding is not known."),
    (refused.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED, "Only 100-continue can be expected."),
    (refused.ParseException, HTTPStatus.BAD_REQUEST, "The request is no HTTP."),
    (Exception, HTTPStatus.INTERNAL_SERVER_ERROR, _FAILED),
)


class BoundedSocket(socket.socket):
    """A connection on which a request must arrive, and an answer leave, within so many seconds."""

    patience = 0.0
    _deadline = 0.0
    _in_body = False
    _over = False

    def expect_request(self) -> None:
        """Begin to wait for a request."""
        self._deadline = monotonic() + self.patience
        self._in_body = False

    def expect_body(self) -> None:
        """Note that the headers are there."""
        self._in_body = True

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Return what arrives; raises `HeadersTooSlow`, or TimeoutError while a body is read."""
        if self._over:
            return b""
        late = TimeoutError if self._in_body else HeadersTooSlow
        left = self._deadline - monotonic()
        if left <= 0:
            raise late
        self.settimeout(left)
        try:
            return super().recv(bufsize, flags)
        except TimeoutError:
            raise late from None

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send all within the patience; a client that does not read is one that went away."""
        self.settimeout(self.patience)
        try:
            super().sendall(data, flags)
        except TimeoutError:
            raise BrokenPipeError(EPIPE, "the client does not read its answer") from None

    def linger(self) -> None:
        """End the connection so that its last answer arrives, whatever its client is still sending.

        To close on bytes that nobody read makes the kernel send RST, which may overtake the answer (RFC 9112,
        9.6). gunicorn does this too, in its main loop and for 64 KiB.
        """
        self._deadline, self._in_body = monotonic() + _LINGER_SECONDS, True
        with suppress(OSError):
            self.shutdown(socket.SHUT_WR)
            while self.recv(_PIECE):
                pass
        self._over = True


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]  # its base is untyped
    """The worker; a subclass says how patient it is."""

    patience: float
    events: Log

    def handle(self, conn: Any) -> Any:
        """Answer one request of a connection, or give a silent one back to the poller at once."""
        if not isinstance(conn.sock, BoundedSocket):
            conn.sock = self._bounded(conn.sock)
        if not (conn.initialized or conn.data_ready or conn.wait_for_data(0)):
            return gthread._DEFER
        conn.sock.expect_request()
        kept = super().handle(conn)
        if not kept:
            conn.sock.linger()
        return kept

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose headers are there."""
        conn.sock.expect_body()
        req.body.reader = _Chunks(req.body.reader)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ARG002, PLR0917  gunicorn's
        """Answer, with a problem that quotes nothing, what never reached the API."""
        status, words = next((row[1], row[2]) for row in _STATUS if isinstance(exc, row[0]))
        request_id = str(uuid4())
        told = {"request_id": request_id, "status": status.value, "error": type(exc).__name__}
        emit(self.events, REQUEST_REFUSED, **told)
        with suppress(OSError):  # the client may be gone
            client.sendall(_answer(status, words, request_id))

    def _bounded(self, plain: socket.socket) -> BoundedSocket:
        bounded = BoundedSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
        bounded.patience = self.patience
        return bounded


class _Chunks:
    """A body whose broken chunks are a failure to read it, which every framework expects."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def read(self, size: int) -> bytes:
        """Return some of the body; raises OSError."""
        try:
            piece: bytes = self._reader.read(size)
        except refused.ParseException:
            raise OSError(EPROTO, "the chunks of the body are broken") from None
        return piece


def _answer(status: HTTPStatus, words: str, request_id: str) -> bytes:
    said = {"type": "about:blank", "title": status.phrase, "status": status, "detail": words}
    body = json.dumps({**said, "request_id": request_id}).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Request-Id: {request_id}\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
