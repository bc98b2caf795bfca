"""Puts the sandbox on a loopback address."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Thread

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

_LOOPBACK = "127.0.0.1"


class NotLoopback(ValueError):
    """The sandbox has no login, so it listens to its own machine only."""


class _Quiet(WSGIRequestHandler):
    """Logs nothing: a search's URL may hold a name."""

    protocol_version = "HTTP/1.1"
    _date: str | None = None

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        """Keeps the date for the end: the application's own, where it has one, replaces this machine's."""
        if keyword == "Date":
            self._date = value
        else:
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        """Sends the date, once."""
        if self._date is not None:
            super().send_header("Date", self._date)
            self._date = None
        super().end_headers()


def serve(app: Flask, host: str, port: int) -> None:
    """Serves until interrupted; refuses an address that others can reach."""
    with _server(app, host, port) as server:
        server.serve_forever()


@contextmanager
def running(app: Flask) -> Iterator[str]:
    """Serves on a free port in a thread and gives the FHIR base URL, until the block ends."""
    with _server(app, _LOOPBACK, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{_LOOPBACK}:{server.server_port}/fhir"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _server(app: Flask, host: str, port: int) -> Iterator[BaseWSGIServer]:
    if not _is_loopback(host):
        raise NotLoopback(f"{host} is no loopback address")
    server = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    try:
        yield server
    finally:
        server.server_close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
