"""The same store with a file behind it, so that the chart survives a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from service.fhir.json import dumps, loads
from service.sandbox.records import Method, Version, instant
from service.sandbox.store import MemoryStore

_SCHEMA = 1
_TABLE = """
create table if not exists version (
    sequence integer primary key, kind text not null, id text not null, number integer not null,
    moment text not null, method text not null, body text, unique (kind, id, number)
) strict
"""


class FileUnusable(Exception):
    """The file is open in another server, or is no chart of this version."""


class SqliteStore(MemoryStore):
    """Keeps the chart in one SQLite file, read whole when opened; one process at a time may have it open."""

    def __init__(self, path: Path | str) -> None:
        super().__init__()
        self._depth = 0
        self._file = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise FileUnusable(f"{path}: {error}") from None
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._file.close()

    def relabel(self, version: Version) -> None:
        """Puts another meta into the newest version of a resource, on disk too."""
        super().relabel(version)
        kind, key, number, _, _, body = _row(version)
        statement = "update version set body = ? where kind = ? and id = ? and number = ?"
        self._file.execute(statement, (body, kind, key, number))

    def clear(self) -> None:
        """Forgets everything, on disk too."""
        with self._lock:
            self._file.execute("delete from version")
            super().clear()

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Gives a block that is all or nothing, on disk when the outermost one ends."""
        with super().unit():
            mark = len(self._log)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            if not self._depth:
                self._write(self._log[mark:])

    def _open(self) -> None:
        self._file.execute("pragma locking_mode = exclusive")
        self._file.execute("begin exclusive")
        (schema,) = self._file.execute("pragma user_version").fetchone()
        if schema not in {0, _SCHEMA}:
            raise FileUnusable(f"the file has schema {schema}, this server reads {_SCHEMA}")
        self._file.execute(_TABLE)
        self._file.execute(f"pragma user_version = {_SCHEMA}")
        self._file.execute("commit")
        with closing(self._file.execute("select * from version order by sequence")) as rows:
            for row in rows:
                self.append(_version(*row))

    def _write(self, versions: list[Version]) -> None:
        if not versions:
            return
        self._file.execute("begin")
        try:
            self._file.executemany("insert into version values (null, ?, ?, ?, ?, ?, ?)", map(_row, versions))
            self._file.execute("commit")
        except BaseException:
            self._file.execute("rollback")
            raise


def _row(version: Version) -> tuple[Any, ...]:
    body = None if version.body is None else dumps(version.body)
    return version.kind, version.id, version.number, instant(version.moment), version.method, body


def _version(*row: Any) -> Version:
    _, kind, key, number, moment, method, body = row
    return Version(
        kind=kind,
        id=key,
        number=number,
        moment=datetime.fromisoformat(moment),
        method=Method(method),
        body=None if body is None else loads(body),
    )
