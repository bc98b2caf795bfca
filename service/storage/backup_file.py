"""The file of a backup: JSON lines in gzip, in which nothing can be missing or changed without being seen.

A head, each table with its rows and their digest, and an end with the digest of all that stands before it
(docs/adr/0009-sealed-rows-and-one-backup.md).
With keys that digest is signed, so that nobody else can make a file.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO, TypeAlias

from service.ports.sealing import KeyLacking
from service.ports.upkeep import BackupReport, BadBackup
from service.storage.copying import BATCH, CopiedTable, Digest
from service.storage.keyring import KeyRing
from service.storage.sealing import Sealer, sealer_of

FORM = 1
_PURPOSE = "backup"
Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a backup says first: the schema of its rows, when they were copied, the keys that it needs."""

    schema: str
    made_at: datetime
    keys: tuple[str, ...]


class BackupWriter:
    """Writes a backup, line by line."""

    def __init__(self, stream: BinaryIO, head: Head) -> None:
        self._packed = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1, filename="", mtime=0)
        self._whole = sha256()
        self._rows = 0
        self._say(
            {
                "tandem_backup": FORM,
                "schema": head.schema,
                "made_at": head.made_at.isoformat(),
                "keys": head.keys,
            }
        )

    def table(self, table: CopiedTable, lines: Iterator[str]) -> None:
        """Write a table with its rows."""
        self._say({"table": table.name, "columns": table.columns, "row": table.row})
        digest = Digest()
        for line in lines:
            digest.add(line)
            self._line(line)
        self._rows += digest.rows
        self._say({"end": table.name, "rows": digest.rows, "digest": digest.hex})

    def end(self, sealer: Sealer) -> None:
        """Write the end."""
        whole = self._whole.hexdigest()
        self._say({"rows": self._rows, "sha256": whole, "signed": sealer.hashed(_PURPOSE, whole)})
        self._packed.close()

    def _say(self, said: Mapping[str, Any]) -> None:
        self._line(json.dumps(said))

    def _line(self, line: str) -> None:
        written = f"{line}\n".encode()
        self._whole.update(written)
        self._packed.write(written)


class BackupReader:
    """Reads a backup once, from its head to its end; raises `BadBackup` wherever it is not whole."""

    def __init__(self, stream: BinaryIO, ring: KeyRing | None) -> None:
        self._packed = gzip.GzipFile(fileobj=stream, mode="rb")
        self._whole = sha256()
        self.counts: dict[str, int] = {}
        self.digests: dict[str, str] = {}
        with _whole_or_refused():
            said = self._next()
            if said["tandem_backup"] != FORM:
                raise BadBackup("the backup has a form that this version does not know")
            self.head = Head(
                schema=str(said["schema"]),
                made_at=datetime.fromisoformat(said["made_at"]),
                keys=tuple(map(str, said["keys"])),
            )
        self.sealer = _sealer(ring, self.head.keys)

    def batches(self) -> Iterator[tuple[CopiedTable, list[Values]]]:
        """Give the rows of each table, some at a time; at the end everything has been checked."""
        while True:
            before = self._whole.hexdigest()
            with _whole_or_refused():
                said = self._next()
                if "signed" in said:
                    self._check_end(said, before)
                    return
                columns = tuple((str(name), str(kind)) for name, kind in said["columns"])
                table = CopiedTable(name=str(said["table"]), columns=columns, row=tuple(said["row"]))
                _ = table.clause  # a kind that we do not know is found here
            yield from self._rows(table)

    def _rows(self, table: CopiedTable) -> Iterator[tuple[CopiedTable, list[Values]]]:
        digest, rows = Digest(), list[Values]()
        while True:
            with _whole_or_refused():
                line = self._line()
                said = json.loads(line)
                if isinstance(said, dict):
                    if said != {"end": table.name, "rows": digest.rows, "digest": digest.hex}:
                        raise BadBackup(f"rows of {table.name} are missing or changed in the backup")
                    self.counts[table.name], self.digests[table.name] = digest.rows, digest.hex
                    break
                digest.add(line)
                rows.append(table.values(said))
            if len(rows) == BATCH:
                yield table, rows
                rows = []
        if rows:
            yield table, rows

    def _check_end(self, said: Values, whole: str) -> None:
        if said["sha256"] != whole or said["rows"] != sum(self.counts.values()) or self._packed.read(1):
            raise BadBackup("the backup was changed since it was made")
        if said["signed"] not in self.sealer.hashes(_PURPOSE, whole):
            raise BadBackup("the backup is not signed with its key: another has made or changed it")

    def _line(self) -> str:
        read = self._packed.readline()
        if not read.endswith(b"\n"):
            raise BadBackup("the backup is cut off")
        self._whole.update(read)
        return read.decode().removesuffix("\n")

    def _next(self) -> Values:
        said = json.loads(self._line())
        if not isinstance(said, dict):
            raise BadBackup("the file is no backup of ours")
        return said


def read_backup(stream: BinaryIO, ring: KeyRing | None) -> BackupReport:
    """Read all of a backup and open every seal; raises `BadBackup`, or `Damaged` and its like."""
    reader = BackupReader(stream, ring)
    opened = 0
    for table, rows in reader.batches():
        opened += sum(_opened(reader.sealer, table, row) for row in rows)
    return BackupReport(
        schema=reader.head.schema,
        made_at=reader.head.made_at,
        tables=reader.counts,
        keys=reader.head.keys,
        opened=opened,
    )


def _opened(sealer: Sealer, table: CopiedTable, row: Values) -> int:
    stored = [(name, row[name]) for name, kind in table.columns if kind == "sealed" and row[name] is not None]
    with _whole_or_refused():
        for name, text in stored:
            sealer.open((table.name, name, *(row[one] for one in table.row)), str(text))
    return len(stored)


def _sealer(ring: KeyRing | None, keys: tuple[str, ...]) -> Sealer:
    """Return what opens a backup that needs these keys; raises `KeyLacking` or `BadBackup`."""
    if not keys and ring is not None:
        # Nobody signed it: with a key nothing in the clear is taken for ours.
        raise BadBackup("the backup lies in the clear: restore it without keys, then run `tandem db rekey`")
    for key_id in keys:
        if ring is None:
            raise KeyLacking(key_id)
        ring.key(key_id)
    return sealer_of(ring)


@contextmanager
def _whole_or_refused() -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, ValueError, TypeError, LookupError, RecursionError):
        raise BadBackup("the file is no backup of ours, or it was cut or changed") from None
