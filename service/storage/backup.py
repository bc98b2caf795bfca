"""A copy of a whole database in one file, made beside a running service, and read back before it counts."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from service.ports.storage import StorageUnavailable
from service.ports.upkeep import BackupError, BackupReport, BadBackup
from service.storage import admission
from service.storage.admission import KeyState
from service.storage.backup_file import BackupWriter, Head, read_backup
from service.storage.copying import CopiedTable
from service.storage.database import open_engine, transaction
from service.storage.keyring import KeyRing
from service.storage.schema import is_current
from service.storage.sealing import sealer_of
from service.storage.tables import metadata


def back_up(url: str, ring: KeyRing | None, file: Path, *, now: datetime) -> BackupReport:
    """Copy a database into a new file and return what it holds; raises `BackupError` or `StorageError`."""
    if file.exists():
        raise BackupError(f"{file.name} is there already, and a backup replaces nothing")
    if not is_current(url):
        raise StorageUnavailable("the database has another schema: run `tandem db upgrade`")
    engine = open_engine(url)
    try:
        with transaction(engine, write=False) as connection, _beside(file) as stream:
            writer = BackupWriter(stream, _head(connection, ring, now))
            for table in map(CopiedTable.of, metadata.sorted_tables):
                writer.table(table, table.lines(connection))
            writer.end(sealer_of(ring))
            stream.seek(0)
            return read_backup(stream, ring)
    finally:
        engine.dispose()


def verify_backup(file: Path, ring: KeyRing | None) -> BackupReport:
    """Read all of a backup, open every seal in it, and return what it holds; raises as `read_backup`."""
    with opened(file) as stream:
        return read_backup(stream, ring)


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Give the file of a backup; raises `BadBackup` when it cannot be read."""
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BadBackup(f"{file.name} cannot be read: {error.strerror}") from None
    with stream:
        yield stream


def _head(connection: Connection, ring: KeyRing | None, now: datetime) -> Head:
    """Return the head of a backup; raises `StorageError` when the keys do not fit."""
    schema = MigrationContext.configure(connection).get_current_revision()
    admission.check(connection, ring, write=False)
    known = admission.known_keys(connection, ring)
    keys = {one for one, state in known.items() if state is not KeyState.RETIRED}
    if ring is not None:
        keys.add(ring.current.id)  # it signs
    return Head(schema=schema or "", made_at=now, keys=tuple(sorted(keys)))


@contextmanager
def _beside(file: Path) -> Iterator[BinaryIO]:
    """Give a file that takes its name when the block ends well, and is gone when it does not."""
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            yield stream
            os.fsync(stream.fileno())
        beside.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise BackupError(f"{file.name} cannot be written: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
