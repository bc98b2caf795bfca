"""A response that never comes, or of which only half comes."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from flask import Response

from service.sandbox.wire import NoAnswer, Silence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Silent(Response):
    """Ends the connection in place of an answer, and raises `NoAnswer` out of the application.

    werkzeug's server takes that for a client that went away; without a socket it reaches whoever calls.
    """

    def __init__(self, silence: NoAnswer, whole: Response) -> None:
        super().__init__()
        self._silence = silence
        self._whole = whole

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Sends half of the body, or nothing."""
        body = self._whole.get_data()
        if self._silence.how is Silence.CUT and body:
            start_response(self._whole.status, self._whole.get_wsgi_headers(environ).to_wsgi_list())
            return self._half(environ, body)
        _hang_up(environ)
        raise self._silence

    def _half(self, environ: "WSGIEnvironment", body: bytes) -> Iterator[bytes]:
        yield body[: (len(body) + 1) // 2]
        _hang_up(environ)
        raise self._silence


def _hang_up(environ: "WSGIEnvironment") -> None:
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # the client may have hung up first
            connection.shutdown(socket.SHUT_RDWR)
