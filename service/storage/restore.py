"""A backup into an empty database, SQLite or PostgreSQL: all of it in one transaction, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, column, func, inspect, literal, select

from service.ports.upkeep import BackupReport, BadBackup, NewerBackup, NotEmpty
from service.storage import admission
from service.storage.backup import opened
from service.storage.backup_file import BackupReader, read_backup
from service.storage.copying import CopiedTable, Digest
from service.storage.database import database_file, open_engine, transaction
from service.storage.keyring import KeyRing
from service.storage.schema import alone, migrations, reserve_file
from service.storage.tables import metadata, sealing_keys

_VERSION = "alembic_version"


def restore(url: str, ring: KeyRing | None, file: Path) -> BackupReport:
    """Fill an empty database from a backup and bring it up to date; raises `BackupError` or `StorageError`.

    The file is read to its end before anything is touched, and what was written is read back before it stays.
    """
    with opened(file) as stream:
        report = read_backup(stream, ring)
        known = {one.revision for one in ScriptDirectory.from_config(migrations()).walk_revisions()}
        if report.schema not in known:
            raise NewerBackup(f"the backup has schema {report.schema}, which this version does not know")
        stream.seek(0)
        with _kept_only_if_filled(url):
            _fill(url, ring, stream)
    return report


@contextmanager
def _kept_only_if_filled(url: str) -> Iterator[None]:
    file = database_file(url)
    was_there = file is None or file.exists()
    reserve_file(url)
    try:
        yield
    except BaseException:
        if file is not None and not was_there:
            for one in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
                one.unlink(missing_ok=True)
        raise


def _fill(url: str, ring: KeyRing | None, stream: BinaryIO) -> None:
    engine = open_engine(url)
    config = migrations()
    try:
        with transaction(engine, write=True) as connection:
            alone(connection)
            _clear_empty_tables(connection)
            config.attributes["connection"] = connection
            reader = BackupReader(stream, ring)
            command.upgrade(config, reader.head.schema)
            for table in _copy(connection, reader):
                _check_copy(connection, table, reader)
            command.upgrade(config, "head")
            admission.known_keys(connection, ring if reader.head.keys else None)
    finally:
        engine.dispose()


def _copy(connection: Connection, reader: BackupReader) -> list[CopiedTable]:
    copied: dict[str, CopiedTable] = {}
    for table, rows in reader.batches():
        copied[table.name] = table
        table.put(connection, rows)
    return list(copied.values())


def _check_copy(connection: Connection, table: CopiedTable, reader: BackupReader) -> None:
    digest = Digest()
    for line in table.lines(connection):
        digest.add(line)
    if digest.hex != reader.digests[table.name]:
        raise BadBackup(f"{table.name} did not come back as it was: nothing was restored")
    _continue_numbers(connection, table)


def _continue_numbers(connection: Connection, table: CopiedTable) -> None:
    """Let the numbers that PostgreSQL gives itself go on behind those that were restored."""
    if connection.dialect.name != "postgresql":
        return
    for name, kind in table.columns:
        if kind == "integer":
            last = select(func.max(column(name))).select_from(table.clause).scalar_subquery()
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', name)
            connection.execute(select(func.setval(sequence, last)))


def _clear_empty_tables(connection: Connection) -> None:
    """Take away tables without rows, whatever their schema; raises `NotEmpty` when any holds one."""
    ours = {*metadata.tables, _VERSION} & set(inspect(connection).get_table_names())
    held = MetaData()
    held.reflect(connection, only=sorted(ours))
    for name in sorted(ours - {_VERSION, sealing_keys.name}):
        if connection.scalar(select(literal(1)).select_from(held.tables[name]).limit(1)) is not None:
            raise NotEmpty(f"the database holds {name} already: restore into an empty one")
    held.drop_all(connection)
