"""Bringing a database up to date, and telling whether it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, inspect, select, table, text

from service.ports.storage import StorageUnavailable
from service.storage.database import WRITES, database_file, open_engine

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every version of this service takes the same one.
_ADVISORY_LOCK = 7_263_301

# Where the durable engine notes the number of its own schema (dbos 3.4).
_ENGINE_TABLE, _ENGINE_SCHEMA = "dbos_migrations", "dbos"


def upgrade(url: str) -> None:
    """Bring the database to the latest revision of the schema; several may try at once, one does it."""
    reserve_file(url)
    config = migrations()
    with _connected(url, write=True) as connection:
        alone(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alone(connection: Connection) -> None:
    """Wait until nobody else changes the schema, and keep others from it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def latest_revision() -> str | None:
    """Return the revision of the schema that this version works with."""
    return ScriptDirectory.from_config(migrations()).get_current_head()


def current_revision(url: str) -> str | None:
    """Return the revision of the database's schema, None for an empty database."""
    file = database_file(url)
    if file is not None and not file.exists():
        return None  # to connect would create it
    with _connected(url, write=False) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(url: str) -> bool:
    """Tell whether the database has the schema that this version works with."""
    return current_revision(url) == latest_revision()


def engine_revision(url: str) -> int | None:
    """Return the number of the durable engine's schema, None for a database without its tables."""
    file = database_file(url)
    if file is not None and not file.exists():
        return None
    with _connected(url, write=False) as connection:
        schema = None if file is not None else _ENGINE_SCHEMA
        if not inspect(connection).has_table(_ENGINE_TABLE, schema=schema):
            return None
        return connection.scalar(select(column("version")).select_from(table(_ENGINE_TABLE, schema=schema)))


def reserve_file(url: str) -> None:
    """Make the file of a SQLite database unless it is there; its owner alone reads it."""
    file = database_file(url)
    if file is None:
        return
    try:
        file.touch(mode=0o600)  # SQLite gives its other files the same mode
    except OSError:
        raise StorageUnavailable("the database's file cannot be created: look at its folder") from None


@contextmanager
def _connected(url: str, *, write: bool) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(**{WRITES: write}) as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def migrations() -> Config:
    """Return the steps from each schema to the next, for Alembic."""
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
