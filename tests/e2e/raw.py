"""HTTP byte by byte: what no client library would send."""

import json
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MARK = "Maja-Sorensen-1987"
"""Stands in every request; it must come back in no answer and stand in no log."""


@dataclass
class Answer:
    """What came back before the connection ended; `status` is 0 where nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> Any:
        assert self.headers["content-type"] == "application/problem+json"
        return json.loads(self.body)


def said(port: int, pieces: Iterable[bytes], *, pause: float = 0, end: bool = False) -> Answer:
    """Send pieces and return the first answer; `end` says that no more is coming."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
            if end:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server has answered and listens no longer
        return _answer(line)


def head(path: str = "/plans", *lines: str, media: str = "application/json") -> bytes:
    """Return the head of a POST with these lines."""
    said = (f"POST {path} HTTP/1.1", "Host: localhost", "X-Tandem-Author: n.okafor", f"Content-Type: {media}")
    return "\r\n".join((*said, *lines, "", "")).encode()


def whole(body: bytes, *, path: str = "/plans", **about: str) -> list[bytes]:
    """Return a POST whose Content-Length is right."""
    return [head(path, f"Content-Length: {len(body)}", "Connection: close", **about), body]


def chunked(body: bytes) -> list[bytes]:
    """Return a POST whose length nobody says before."""
    start = head("/plans", "Transfer-Encoding: chunked", "Connection: close")
    return [start, f"{len(body):x}\r\n".encode(), body, b"\r\n0\r\n\r\n"]


def _answer(line: socket.socket) -> Answer:
    with line.makefile("rb") as stream:
        first = stream.readline()
        if not first:
            return Answer(0, {}, b"")
        headers: dict[str, str] = {}
        while (one := stream.readline().strip()) != b"":
            name, _, value = one.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", "0")))
    return Answer(int(first.split()[1]), headers, body)
