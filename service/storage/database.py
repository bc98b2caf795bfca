"""Engines: SQLite that keeps what it says it kept, or PostgreSQL with bounded waits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.ports.storage import StorageUnavailable
from service.storage.failures import speak_plainly

WRITES = "tandem_writes"
"""The execution option of a connection whose transaction is going to write."""

LONGEST_WAIT = 5.0
"""Seconds that a transaction waits for another that writes."""

_WAIT_MILLISECONDS = int(1000 * LONGEST_WAIT)
# A lost power supply must not undo what a journal row promised: WAL alone syncs only at checkpoints.
_PRAGMAS = (
    f"busy_timeout={_WAIT_MILLISECONDS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
)
_Insert: TypeAlias = "postgresql.Insert | sqlite.Insert"


class UnknownOption(ValueError):
    """The URL of a PostgreSQL database has an option that is none; the text does not repeat it."""

    def __init__(self) -> None:
        super().__init__("has an option behind its ? that PostgreSQL's libpq does not know")


def database_url(text: str) -> URL:
    """Return the parsed URL of a SQLite file or a PostgreSQL database; ValueError for anything else.

    `UnknownOption` comes before anybody connects: the driver would say it then, as a mistake of ours.
    """
    url = make_url(text)
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url
        case "sqlite":
            raise ValueError("the database must be a file: memory is lost and not shared")
        case "postgresql":
            return _with_known_options(url.set(drivername="postgresql+psycopg"))
        case other:
            raise ValueError(f"the database must be sqlite or postgresql, not {other}")


def _with_known_options(url: URL) -> URL:
    words, options = url.get_dialect()().create_connect_args(url)
    try:
        make_conninfo(*words, **options)
    except psycopg.ProgrammingError:
        raise UnknownOption from None
    return url


def open_engine(text: str) -> Engine:
    """Return an engine for a URL; nothing is connected yet."""
    url = database_url(text)
    on_sqlite = url.get_backend_name() == "sqlite"
    arguments = {} if on_sqlite else _bounded_waits(url)
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=not on_sqlite, connect_args=arguments)
    speak_plainly(engine)
    if on_sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def database_file(text: str) -> Path | None:
    """Return the file of a SQLite database, None for a database that is a server."""
    url = database_url(text)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _bounded_waits(url: URL) -> dict[str, Any]:
    given = url.query.get("options", "")
    asked = given if isinstance(given, str) else " ".join(given)
    return {"options": f"-c lock_timeout={_WAIT_MILLISECONDS} {asked}".strip(), "connect_timeout": 10}


def _prepare(driver: Any, _: object) -> None:
    driver.isolation_level = None  # the driver would begin on its own, too late and without IMMEDIATE
    for pragma in _PRAGMAS:
        driver.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A read that turns into a write fails at once when another wrote meanwhile (SQLITE_BUSY_SNAPSHOT).
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def connect(engine: Engine, *, write: bool) -> Connection:
    """Return a connection whose transactions write, or each see one snapshot."""
    try:
        connection = engine.connect()
    except PoolTimeoutError:
        raise StorageUnavailable("every connection to the database is in use") from None
    if write or engine.dialect.name == "sqlite":  # a transaction of SQLite is a snapshot anyway
        return connection.execution_options(**{WRITES: write})
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def transaction(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """Give a connection in a transaction, which is committed unless the block fails."""
    with connect(engine, write=write) as connection, connection.begin():
        yield connection


def insert_into(connection: Connection, table: Table) -> _Insert:
    """Return an insert that can say what to do on a conflict, in the words of the database."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> "_Insert":
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one that has its primary key."""
    put_all(connection, table, [row])


def put_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that name the same columns, each in place of the one that has its primary key."""
    if rows:
        # One statement for all: compiling and sending each alone takes several times as long.
        connection.execute(_putting(connection.dialect.name, table, tuple(rows[0])), list(rows))


@cache  # one for each table and set of columns that this package writes
def _putting(dialect: str, table: Table, names: tuple[str, ...]) -> "_Insert":
    keys = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    rest = {name: insert.excluded[name] for name in names if name not in keys}
    if rest:
        return insert.on_conflict_do_update(index_elements=keys, set_=rest)
    return insert.on_conflict_do_nothing(index_elements=keys)


def add_all(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that name the same columns; whichever has a primary key that is there stays out."""
    if rows:
        keys = [column.name for column in table.primary_key]
        insert = insert_into(connection, table).on_conflict_do_nothing(index_elements=keys)
        connection.execute(insert, list(rows))


def insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row and tell whether it was new; one that is there stays as it is."""
    insert = insert_into(connection, table).values(row).on_conflict_do_nothing()
    return connection.execute(insert.returning(*table.primary_key)).first() is not None
