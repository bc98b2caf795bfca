"""Putting an application on a loopback address of this machine, or where it asks who calls, on any."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address
from threading import Thread
from typing import TYPE_CHECKING

import click
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"
_OFTEN = 0.05


class _Quiet(WSGIRequestHandler):
    """Writes no line for a request: its URL may hold a name."""

    protocol_version = "HTTP/1.1"
    _date: str | None = None

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        """Keep the date for the end: the application's own, where it has one, replaces this machine's."""
        if keyword == "Date":
            self._date = value
        else:
            super().send_header(keyword, value)

    def end_headers(self) -> None:
        """Send the date, once."""
        if self._date is not None:
            super().send_header("Date", self._date)
            self._date = None
        super().end_headers()


def check_address(host: str, port: int, *, asks_who: bool = False) -> None:
    """Refuse, as misuse, an address in use, and one that others can reach unless `asks_who` is true of it."""
    if not asks_who and not is_loopback(host):
        raise click.UsageError(
            f"{host} can be reached from other machines, and nobody has to log in yet:"
            " only loopback addresses such as 127.0.0.1 are served."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.UsageError(f"cannot listen on {host} port {port}: {error.strerror}") from None


def serve_until_interrupted(app: "WSGIApplication", host: str, port: int) -> None:
    """Serve until the process is told to end."""
    with _server(app, host, port) as server:
        server.serve_forever()


@contextmanager
def running(app: "WSGIApplication") -> Iterator[str]:
    """Serve on a free loopback port in a thread, and give its URL, until the block ends."""
    with _server(app, LOOPBACK, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": _OFTEN}, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _server(app: "WSGIApplication", host: str, port: int) -> Iterator[BaseWSGIServer]:
    server = make_server(host, port, app, threaded=True, request_handler=_Quiet)
    with closing(server.socket):
        yield server


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
