"""A connection waits so long and no longer; tests/e2e/test_bad_input.py has the same on a running server."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.http.errors import (
    InvalidChunkSize,
    InvalidHeader,
    InvalidRequestLine,
    InvalidResponseHeader,
    LimitRequestHeaders,
    LimitRequestLine,
)

from service.console.patient_worker import BoundedSocket, HeadersTooSlow, PatientWorker, _Chunks

MARK = "Maja-Sorensen"


@pytest.fixture
def ends() -> Iterator[tuple[BoundedSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with BoundedSocket(ours.family, ours.type, ours.proto, fileno=ours.detach()) as bounded, theirs:
        yield bounded, theirs


def test_what_is_there_is_read(ends) -> None:
    bounded, client = ends
    bounded.patience = 60
    bounded.expect_request()
    client.sendall(b"GET")
    assert bounded.recv(2) == b"GE"
    bounded.expect_body()
    assert bounded.recv(9) == b"T"


@pytest.mark.parametrize("patience", [0, 0.01])
def test_headers_and_bodies_are_not_waited_for_beyond_the_patience(ends, patience: float) -> None:
    bounded, _ = ends
    bounded.patience = patience
    bounded.expect_request()
    with pytest.raises(HeadersTooSlow):
        bounded.recv(1)
    bounded.expect_body()
    with pytest.raises(TimeoutError):
        bounded.recv(1)


def test_a_client_that_does_not_read_is_one_that_went_away(ends) -> None:
    bounded, _ = ends
    bounded.patience = 0.01
    with pytest.raises(BrokenPipeError):
        bounded.sendall(b" " * 50_000_000)


def test_a_connection_ends_after_all_that_its_client_still_sends(ends) -> None:
    bounded, client = ends
    client.sendall(b" " * 100_000)
    client.shutdown(socket.SHUT_WR)
    bounded.linger()
    assert client.recv(1) == b"", "nothing more comes"
    assert bounded.recv(1) == b""


def test_broken_chunks_are_a_failure_to_read() -> None:
    class Reader:
        def read(self, size: int) -> bytes:
            if size:
                raise InvalidChunkSize(MARK.encode())
            return b""

    assert _Chunks(Reader()).read(0) == b""
    with pytest.raises(OSError, match="the chunks of the body are broken") as caught:
        _Chunks(Reader()).read(1)
    assert MARK not in str(caught.value)


class Events:
    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, **fields: object) -> None:
        self.told.append((event, fields))


REFUSED = [
    (HeadersTooSlow(), 408),
    (LimitRequestLine(9000, 8190), 414),
    (LimitRequestHeaders(MARK), 431),
    (InvalidRequestLine(MARK), 400),
    (InvalidHeader(MARK), 400),
    (InvalidResponseHeader(MARK), 500),
    (LookupError(MARK), 500),
]


@pytest.mark.parametrize(("error", "status"), REFUSED, ids=lambda one: type(one).__name__)
def test_what_never_reaches_the_api_is_told_without_quoting_it(ends, error: Exception, status: int) -> None:
    bounded, client = ends
    bounded.patience = 60
    worker = PatientWorker.__new__(PatientWorker)
    worker.events = events = Events()
    worker.handle_error(None, bounded, ("127.0.0.1", 1), error)
    bounded.close()
    head, _, body = client.makefile("rb").read().partition(b"\r\n\r\n")
    told = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert f"Content-Length: {len(body)}".encode() in head
    assert told["status"] == status
    fields = {"request_id": told["request_id"], "status": status, "error": type(error).__name__}
    assert events.told == [("request.refused", fields)]
    assert MARK not in f"{head!r}{body!r}{events.told}"


def test_a_client_that_is_gone_is_told_nothing(ends) -> None:
    bounded, _ = ends
    worker = PatientWorker.__new__(PatientWorker)
    worker.events = events = Events()
    bounded.close()
    worker.handle_error(None, bounded, None, HeadersTooSlow())
    assert [name for name, _ in events.told] == ["request.refused"]
