"""What a database says when it cannot: our own words, without its statement and without its parameters."""

import sqlite3

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

from service.ports.storage import StorageBusy, StorageUnavailable

_BUSY = "the database is busy with another writer"
_FULL = "the disk of the database is full"
_SCHEMA = "the database lacks a table or column: run `tandem db upgrade`"
_CLOSED = "the database cannot be opened or written: look at its address and its permissions"
_SILENT = "the database does not answer as it should"

# sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_READONLY: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_ERROR: _SCHEMA,
}
_PRIMARY = 0xFF  # an extended result code keeps the primary one in its lowest byte
# postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "55P03": _BUSY,
    "40P01": _BUSY,
    "40001": _BUSY,
    "53100": _FULL,
    "42P01": _SCHEMA,
    "42703": _SCHEMA,
}
_OURS = (sqlite3.OperationalError, psycopg.OperationalError, psycopg.errors.UndefinedTable)


def speak_plainly(engine: Engine) -> None:
    """Make every failure of the database itself a `StorageUnavailable`."""
    event.listen(engine, "handle_error", _translate)


def _translate(context: ExceptionContext) -> None:
    failure = context.original_exception
    if isinstance(failure, (*_OURS, psycopg.errors.UndefinedColumn, psycopg.InterfaceError)) or (
        isinstance(failure, sqlite3.DatabaseError) and type(failure) is sqlite3.DatabaseError
    ):
        words = reason(failure)
        raise (StorageBusy if words == _BUSY else StorageUnavailable)(words) from None


def reason(failure: BaseException) -> str:
    """Return what to tell about a failure of the database's driver."""
    match failure:
        case sqlite3.Error():
            return _SQLITE.get(getattr(failure, "sqlite_errorcode", 0) & _PRIMARY, _SILENT)
        case psycopg.Error():
            return _POSTGRESQL.get(failure.sqlstate or "", _SILENT)
        case _:
            return _SILENT
