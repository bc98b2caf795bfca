"""The least that a push with its safeguards costs: the four commits around a transaction, and its comparison.

Nothing is mapped, checked or decided here, and no library stands between these lines and SQLite.
Whatever a service does beside, it cannot do less and still find a write that got no answer, keep a second
writer out, and know what the server kept.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Lock, local
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS leases (number INTEGER PRIMARY KEY, open INTEGER);
CREATE TABLE IF NOT EXISTS journal (lease INTEGER, at INTEGER, body TEXT, digest TEXT, settled INTEGER,
    PRIMARY KEY (lease, at));
CREATE TABLE IF NOT EXISTS ledger (reference TEXT PRIMARY KEY, ours TEXT, theirs TEXT, same INTEGER);
CREATE TABLE IF NOT EXISTS passes (lease INTEGER PRIMARY KEY, same INTEGER);
"""


class Floor:
    """A database that waits for the disk at each commit, as the service's does; any thread may use it."""

    def __init__(self, file: Path) -> None:
        """Open the file."""
        self._file = file
        self._lines = local()
        self._opened: list[sqlite3.Connection] = []
        self._turns = Lock()
        self._numbers = count(1)

    def lease(self) -> int:
        """Keep everybody else out, in one commit."""
        number = next(self._numbers)
        with self._written() as held:
            held.execute("INSERT INTO leases VALUES (?, 1)", (number,))
        return number

    def journal(self, lease: int, body: bytes) -> None:
        """Keep what is about to be sent, in one commit, so that it can be looked for."""
        sent = [one["resource"] for one in json.loads(body)["entry"]]
        texts = [json.dumps(one) for one in sent]
        rows = [(lease, at, text, _digest(text)) for at, text in enumerate(texts)]
        with self._written() as held:
            self._check(held, lease)
            held.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, 0)", rows)

    def settle(self, lease: int, body: bytes, answer: bytes) -> bool:
        """Compare what was kept with what was sent, and keep both in one commit; tell whether they agree."""
        sent = [one["resource"] for one in json.loads(body)["entry"]]
        told = json.loads(answer)["entry"]
        rows = [_agreed(ours, one) for ours, one in zip(sent, told, strict=True)]
        with self._written() as held:
            self._check(held, lease)
            held.executemany("INSERT OR REPLACE INTO ledger VALUES (?, ?, ?, ?)", rows)
            held.execute("UPDATE journal SET settled = 1 WHERE lease = ?", (lease,))
        return all(same for *_, same in rows)

    def leave(self, lease: int, *, same: bool) -> None:
        """Keep how it ended and let others in, in one commit."""
        with self._written() as held:
            self._check(held, lease)
            held.execute("INSERT INTO passes VALUES (?, ?)", (lease, same))
            held.execute("UPDATE leases SET open = 0 WHERE number = ?", (lease,))

    def close(self) -> None:
        """Let go of the file, in every thread."""
        for held in self._opened:
            held.close()

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        held = self._lines.__dict__.get("held") or self._open()
        with self._turns:
            held.execute("BEGIN IMMEDIATE")
            yield held
            held.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        held = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            held.execute(f"PRAGMA {pragma}").close()
        held.executescript(_TABLES)
        self._lines.held = held
        self._opened.append(held)
        return held

    def _check(self, held: sqlite3.Connection, lease: int) -> None:
        if held.execute("SELECT 1 FROM leases WHERE number = ? AND open = 1", (lease,)).fetchone() is None:
            raise RuntimeError(f"lease {lease} was lost")


def _agreed(ours: dict[str, Any], told: dict[str, Any]) -> tuple[str, str, str, bool]:
    """Return a row of the ledger; `same` is whether each member that was sent came back, references aside."""
    theirs = told["resource"]
    same = all(
        theirs.get(name) == value for name, value in ours.items() if "urn:uuid" not in json.dumps(value)
    )
    return f"{theirs['resourceType']}/{theirs['id']}", json.dumps(ours), json.dumps(theirs), same


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
