"""A mail server and a webhook on this machine: real sockets, so that what leaves is what would leave."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Post:
    """What a mail server was given; `says` are the answers to RCPT and DATA, the last one for ever."""

    mails: list[Mail] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    rcpt: str = "250 OK"
    data: str = "250 OK"
    port: int = 0

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802  aiosmtpd's name
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        if self.data.startswith("250"):
            self.raw.append(envelope.content)
            self.mails.append(message_from_bytes(envelope.content))
            self.to += envelope.rcpt_tos
        return self.data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def a_mail_server(*, login: tuple[str, str] | None = None, **options: Any) -> Iterator[Post]:
    """Give what a mail server on this machine receives; with a login it takes mail from nobody else."""
    post = Post()
    post.port = free_port()
    if login is not None:
        wanted = LoginPassword(*(one.encode() for one in login))
        options |= {
            "auth_required": True,
            "authenticator": lambda *said: AuthResult(success=said[-1] == wanted, handled=False),
        }
    controller = Controller(post, hostname="127.0.0.1", port=post.port, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@dataclass
class Hook:
    """What a webhook was sent; it answers with `status`."""

    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    url: str = ""


@contextmanager
def a_webhook() -> Iterator[Hook]:
    """Give what a webhook on this machine receives."""
    hook = Hook()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.received.append((dict(self.headers), body))
            self.send_response(hook.status)
            if hook.status in range(300, 400):
                self.send_header("Location", hook.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/alerts"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
