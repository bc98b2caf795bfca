"""Whatever arrives at `tandem serve`, the answer says what is wrong, nothing is kept and nothing is told on.

One server answers every row; after each its database holds what it held before and an entry in the audit
trail, and neither the trail nor the log holds a mark.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from service.document import person_to_document, plan_to_document
from tests.builders import DIRECTORY, a_plan
from tests.e2e.conftest import free_port
from tests.e2e.raw import MARK, Answer, chunked, head, said, whole
from tests.e2e.shell import Shell

MEGABYTES_50 = 50_000_000
MILLION = 1_000_000
PLAN = plan_to_document(a_plan(id="plan")) | {"title": MARK}
SOUND = json.dumps(PLAN)
LENGTH = f"Content-Length: {len(SOUND)}"


def spoilt(**changes: Any) -> bytes:
    return json.dumps(PLAN | changes).encode()


def told(path: str, **document: Any) -> list[bytes]:
    return whole(json.dumps(document).encode(), path=path)


def called(patient: str) -> list[bytes]:
    return told(CARDS, hook="patient-view", hookInstance="1", context={"patientId": patient})


def cut(size: int) -> bytes:
    return SOUND[:size].encode()


@dataclass
class Row:
    """What is sent, the status of its answer, and what the problem names."""

    pieces: list[bytes]
    status: int
    named: str = ""
    pause: float = 0
    end: bool = False


def started(*lines: str, rest: bytes = SOUND.encode()) -> list[bytes]:
    return [head("/plans", *lines), rest]


CHUNKS = "Transfer-Encoding: chunked"
HOST = b"POST /plans HTTP/1.1\r\nHost: "
NAMED = b"X-Name: " + MARK.encode() + b"\r\n"
HALF = b'{"title":"' + MARK.encode() + b'\xed\xa0\x80"}'
TWICE = SOUND.replace("{", '{"title":"' + MARK + '",', 1).encode()
CARDS = "/cds-services/tandem-patient-view"
NORDIC = SOUND.replace(MARK, MARK + "ø").encode("latin-1")
WORDY = {"media": "application/json; charset=latin-1"}
FORM = {"media": "application/x-www-form-urlencoded"}

ROWS = {
    "a body of 50 MB": Row(whole(b" " * MEGABYTES_50), 413, "2097152 bytes"),
    "50 MB whose length nobody said": Row(chunked(b" " * MEGABYTES_50), 413, "TANDEM_MAX_BODY_BYTES"),
    "more than is taken behind a sound plan": Row(chunked(SOUND.encode() + b" " * 3 * MILLION), 413),
    "a body that is never finished": Row(started(LENGTH, rest=cut(90)), 408, "did not arrive"),
    "chunks that are never finished": Row(started(CHUNKS, rest=b"40\r\n" + cut(9)), 408, "did not arrive"),
    "a body that drips": Row([head("/plans", LENGTH), *[b" "] * 15], 408, "did not arrive", pause=0.1),
    "headers that are never finished": Row([HOST + MARK.encode()], 408, "did not arrive"),
    "headers that drip": Row([b"GET /plans HTTP/1.1\r\n", *[NAMED] * 15], 408, "did not arrive", pause=0.1),
    "a body that ends early": Row(started(LENGTH, rest=cut(90)), 400, "shorter", end=True),
    "a length that is too long": Row(started(f"Content-Length: {len(SOUND) + 9}"), 400, "shorter", end=True),
    "a length that is no number": Row(started("Content-Length: many"), 400, "no HTTP"),
    "a negative length": Row(started("Content-Length: -1"), 400, "no HTTP"),
    "two lengths": Row(started("Content-Length: 2", LENGTH), 400, "no HTTP"),
    "a length and chunks": Row(started(LENGTH, CHUNKS), 400, "no HTTP"),
    "a chunk that is none": Row(started(CHUNKS, rest=NAMED), 400, "chunks"),
    "a coding that is none": Row(started("Transfer-Encoding: " + MARK), 501, "Transfer-Encoding"),
    "a million lists in lists": Row(whole(b"[" * MILLION), 400, "nested too deeply"),
    "a million objects in objects": Row(whole(b'{"a":' * (MILLION // 3)), 400, "nested too deeply"),
    "a million lists that end": Row(whole(b"[" * MILLION + b"]" * MILLION), 400, "nested too deeply"),
    "nothing": Row(whole(b""), 400, "no JSON"),
    "a NUL": Row(whole(spoilt(title=MARK + "\0")), 422, "title"),
    "half a surrogate pair": Row(whole(spoilt(title=MARK + "\ud800")), 422, "title"),
    "half a surrogate pair as a name": Row(whole(spoilt(**{"\udfff": MARK})), 422, "?"),
    "a NUL for a clinician": Row(told("/imports", bundle={}, responsible=MARK + "\0"), 422, "responsible"),
    "half a CarePlan": Row(told("/imports", bundle={}, care_plan=MARK + "\ud800"), 422, "care_plan"),
    "half a patient": Row(called(MARK + "\ud800"), 422, "context.patientId"),
    "half a card": Row(
        told(f"{CARDS}/feedback", feedback=[{"card": MARK + "\ud800"}]), 422, "feedback[0].card"
    ),
    "half a surrogate pair in raw bytes": Row(whole(HALF), 400, "UTF-8"),
    "Latin-1": Row(whole(NORDIC), 400, "UTF-8"),
    "UTF-16": Row(whole(SOUND.encode("utf-16")), 400, "UTF-8"),
    "UTF-8 with a mark before it": Row(whole(SOUND.encode("utf-8-sig")), 400, "no JSON"),
    "a wrong charset": Row(whole(SOUND.encode(), **WORDY), 415, "UTF-8"),
    "a form": Row(whole(b"title=" + MARK.encode(), **FORM), 415, "json"),
    "a text": Row(whole(SOUND.encode(), media="text/plain"), 415, "json"),
    "a body that is packed": Row(started("Content-Encoding: gzip", LENGTH), 415, "Content-Encoding"),
    "half a million wrong items": Row(whole(spoilt(goals=[1] * (MILLION // 2))), 422, "goals[99]"),
    "a key that stands twice": Row(whole(TWICE), 400, "twice"),
    "a line without end": Row([b"GET /" + MARK.encode() * 900], 414, "too long"),
    "a header without end": Row([head("/plans", "X-Name: " + MARK * 900)], 431, "header"),
    "headers without end": Row([head("/plans", *["X-Name: " + MARK] * 101)], 431, "header"),
    "no HTTP at all": Row([MARK.encode() + b"\r\n\r\n"], 400, "no HTTP"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/health/live"
    settings = {"TANDEM_REQUEST_SECONDS": "3", "TANDEM_RATE_LIMIT": "off"}
    with Shell(folder).running("serve", "--port", str(port), until=url, **settings):
        for person in DIRECTORY.values():
            asked = post(port, "/people", person_to_document(person))
            assert asked.status == 201, asked.body
        yield port


def post(port: int, path: str, document: Any) -> Answer:
    body = json.dumps(document).encode()
    return said(port, [head(path, f"Content-Length: {len(body)}", "Connection: close"), body])


def kept(folder: Path) -> dict[str, list[Any]]:
    """Every table but the audit trail, which also names those who were refused."""
    with closing(sqlite3.connect(folder / "tandem.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608  names of our own tables
            for name in tables
            if name not in {"audit", "sqlite_sequence"}
        }


def trail(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "tandem.db")) as database:
        return str(database.execute("SELECT * FROM audit").fetchall())


def test_the_plan_that_is_spoilt_here_is_sound(tmp_path: Path) -> None:
    assert plan_to_document(a_plan(id="plan")).keys() == PLAN.keys()
    assert len(SOUND) < 10_000


@pytest.mark.parametrize("name", ROWS)
def test_what_is_wrong_is_said_and_nothing_is_kept(port: int, folder: Path, name: str) -> None:
    row = ROWS[name]
    before = kept(folder)
    answer = said(port, row.pieces, pause=row.pause, end=row.end)
    assert answer.status == answer.problem["status"] == row.status
    assert answer.problem["request_id"] == answer.headers["x-request-id"]
    assert row.named in answer.body.decode()
    assert len(answer.body) < 20_000
    assert MARK not in answer.body.decode()
    assert kept(folder) == before
    assert MARK not in trail(folder)
    log = (folder / "serve.log").read_text(encoding="utf-8")
    assert answer.problem["request_id"] in log
    assert MARK not in log
    assert "Traceback" not in log


def test_a_silent_connection_is_ended_without_a_word(port: int) -> None:
    assert said(port, []).status == 0


def test_slow_clients_hold_up_others_for_a_while_and_never_for_good(port: int) -> None:
    """Twice as many as there are threads: whoever asks meanwhile is answered when they are given up."""
    slow: list[Answer] = []
    pieces = [head("/plans", LENGTH), cut(9)]
    threads = [Thread(target=lambda: slow.append(said(port, pieces))) for _ in range(16)]
    for one in threads:
        one.start()
    assert said(port, [b"GET /plans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]).status == 200
    for one in threads:
        one.join()
    assert [one.status for one in slow] == [408] * 16


def test_silent_connections_hold_up_nobody(port: int) -> None:
    """Silent ones take no thread: gunicorn alone would keep each one in a thread for five seconds."""
    threads = [Thread(target=said, args=(port, [])) for _ in range(16)]
    for one in threads:
        one.start()
    time.sleep(0.2)
    assert (
        said(port, [b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]).status
        == 200
    )
    assert [one.is_alive() for one in threads] == [True] * 16, "none had to give up first"
    for one in threads:
        one.join()


def test_a_locked_database_is_told_and_nothing_is_lost(port: int, folder: Path) -> None:
    before = kept(folder)
    with closing(sqlite3.connect(folder / "tandem.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = post(port, "/plans", PLAN)
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.problem["detail"] == "the database is busy with another writer"
        reading = said(port, [b"GET /plans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"])
        assert reading.status == 503, "nobody reads a plan without an entry in the audit trail"
        alive = said(port, [b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"])
        assert alive.status == 200, "what concerns no plan waits for nobody"
        other.execute("ROLLBACK")
    assert kept(folder) == before
    assert post(port, "/plans", PLAN).status == 201


def test_no_answer_tells_a_version(port: int) -> None:
    answers = (
        said(port, [b"GET /plans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]),
        said(port, [b"nonsense\r\n\r\n"]),
    )
    for answer in answers:
        assert answer.headers.get("server", "gunicorn") == "gunicorn"
