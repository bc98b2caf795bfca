"""Rows on their way in and out: what a table declares as sealed is sealed and opened here."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from sqlalchemy import Column, MetaData, Row, Table

from service.storage.columns import Hashed, Sealed
from service.storage.sealing import KeyedSealer, Place, Sealer

Values: TypeAlias = Mapping[str, Any]


def sealed(sealer: Sealer, table: Table, row: Values) -> dict[str, Any]:
    """Return a row as it may be stored: content in sealed columns becomes sealed text."""
    closed = {
        name: sealer.seal(place(table, name, row), row[name])
        for name in sealed_columns(table)
        if row.get(name) is not None
    }
    return {**row, **closed}


def opened(sealer: Sealer, table: Table, row: Row[Any]) -> dict[str, Any]:
    """Return a stored row, or the columns of it that were read, with its content; raises as `Sealer.open`."""
    held = dict(row._mapping)
    found = {
        name: sealer.open(place(table, name, held), held[name])
        for name in sealed_columns(table)
        if held.get(name) is not None
    }
    return {**held, **found}


def resealed(sealer: KeyedSealer, table: Table, row: Row[Any]) -> dict[str, str]:
    """Return the sealed columns of a stored row under the current key; raises as `Sealer.open`."""
    held = dict(row._mapping)
    return {
        name: sealer.reseal(place(table, name, held), held[name])
        for name in sealed_columns(table)
        if held[name] is not None
    }


def place(table: Table, column: str, row: Values) -> Place:
    """Return where a column of a row lies."""
    return (table.name, column, *(row[name] for name in identity(table)))


def identity(table: Table) -> tuple[str, ...]:
    """Return the names of the columns that name a row and never change."""
    return table.info.get("row") or tuple(column.name for column in table.primary_key)


def sealed_columns(table: Table) -> tuple[str, ...]:
    """Return the names of the columns whose content is sealed."""
    return tuple(column.name for column in table.c if isinstance(column.type, Sealed))


def sealed_tables(metadata: MetaData) -> Iterator[Table]:
    """Give every table with sealed columns."""
    return (table for table in metadata.sorted_tables if sealed_columns(table))


def hashed_columns(metadata: MetaData) -> Iterator[Column[Any]]:
    """Give every column with a keyed hash."""
    columns = (column for table in metadata.sorted_tables for column in table.c)
    return (column for column in columns if isinstance(column.type, Hashed))
