"""Rows as lines of text, the same on every database: what a backup is made of.

A table is told with its columns and their kinds, so that a copy is read without the code that made it.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, TableClause, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeDecorator, TypeEngine

from service.ports.upkeep import BadBackup
from service.storage.columns import Moment, Sealed
from service.storage.rows import identity

BATCH = 500
_TYPES: Mapping[str, Callable[[], TypeEngine[Any]]] = MappingProxyType(
    {
        "text": sa.Text,
        "sealed": sa.Text,
        "integer": sa.Integer,
        "boolean": sa.Boolean,
        "date": sa.Date,
        "moment": Moment,
        "bytes": sa.LargeBinary,
    }
)
# JSON has no word for these.
_WRITE: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "date": date.isoformat,
        "moment": datetime.isoformat,
        "bytes": lambda value: b64encode(value).decode(),
    }
)
_READ: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "date": date.fromisoformat,
        "moment": datetime.fromisoformat,
        "bytes": lambda value: b64decode(value, validate=True),
    }
)


def kind_of(column: sa.Column[Any]) -> str:
    """Return the kind of a column; TypeError for a type that a backup does not know yet."""
    match column.type:
        case Sealed():
            return "sealed"
        case Moment():
            return "moment"
        case TypeDecorator() as made if isinstance(made.impl, sa.Text):
            return "text"  # as it is stored
        case known:
            for kind, type_ in _TYPES.items():
                if type(known) is type_:
                    return kind
    raise TypeError(f"{column} is of a type that a backup does not know")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """A table as a backup tells of it: `row` are the columns that a sealed text is bound to."""

    name: str
    columns: tuple[tuple[str, str], ...]
    row: tuple[str, ...]

    @classmethod
    def of(cls, table: sa.Table) -> "CopiedTable":
        """Return what a backup tells of a table."""
        columns = tuple((column.name, kind_of(column)) for column in table.c)
        return cls(name=table.name, columns=columns, row=identity(table))

    @property
    def clause(self) -> TableClause:
        """The table for SQL, with every column in its plain type."""
        return sa.table(self.name, *(sa.column(name, _TYPES[kind]()) for name, kind in self.columns))

    def line(self, row: Sequence[Any]) -> str:
        """Return a row as one line."""
        return json.dumps(
            [
                value if value is None or kind not in _WRITE else _WRITE[kind](value)
                for (_, kind), value in zip(self.columns, row, strict=True)
            ]
        )

    def values(self, line: Sequence[Any]) -> dict[str, Any]:
        """Return the columns of a row that was read as JSON; raises ValueError or TypeError."""
        return {
            name: value if value is None or kind not in _READ else _READ[kind](value)
            for (name, kind), value in zip(self.columns, line, strict=True)
        }

    def lines(self, connection: Connection) -> Iterator[str]:
        """Give every row of the table in a database, as they come."""
        rows = connection.execute(select(self.clause).execution_options(yield_per=BATCH))
        return (self.line(tuple(row)) for row in rows)

    def put(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows; raises `BadBackup` for one that the database refuses."""
        try:
            connection.execute(insert(self.clause), rows)
        except SQLAlchemyError:
            raise BadBackup(f"a row of {self.name} breaks a rule of the database") from None


class Digest:
    """A digest of the rows of a table, in whatever order they come: databases sort texts differently."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        """Count a row in."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(sha256(line.encode()).digest())) % 2**256

    @property
    def hex(self) -> str:
        """The digest so far."""
        return f"{self._sum:064x}"
