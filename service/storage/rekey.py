"""Sealing and hashing everything anew under the current key, in small transactions, beside a running service.

What is done is seen in the rows themselves, so that a run that was cut off goes on where it ended. Rows that
another transaction holds are passed over and tried again; nothing here waits while it holds a row.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

import psycopg
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    func,
    or_,
    select,
    tuple_,
    update,
)

from service.ports.sealing import Damaged
from service.ports.storage import StorageUnavailable
from service.ports.upkeep import RekeyReport
from service.storage import admission, identifiers
from service.storage.database import open_engine, transaction
from service.storage.failures import reason
from service.storage.keyring import KeyRing
from service.storage.rows import hashed_columns, resealed, sealed_columns, sealed_tables
from service.storage.sealing import CLEAR, SEALED, FirstSealer, KeyedSealer
from service.storage.tables import metadata, plan_identifiers, sealing_keys

BATCH = 100
# A row is passed over only while somebody writes it: the same one again and again means that it is stuck.
_PASSES = 5

# SQLite is not fair: who writes without a pause may keep another waiting beyond its five seconds.
_TRIES = 11
_Result = TypeVar("_Result")
HashAnew: TypeAlias = Callable[..., bool]
Work: TypeAlias = Callable[[list[Row[Any]], Connection], None]
HASHED: Mapping[Column[Any], tuple[Column[Any], HashAnew]] = MappingProxyType(
    {plan_identifiers.c.hash: (plan_identifiers.c.plan_id, identifiers.hash_anew)}
)
"""For each hashed column, the column that names whose hashes they are, and what makes them anew."""


@dataclass(slots=True)
class Rekeying:
    """One run; `moved` is told of each row."""

    engine: Engine
    ring: KeyRing
    moved: Callable[[], None]
    sealer: KeyedSealer = field(init=False)
    resealed: int = 0
    damaged: dict[str, None] = field(default_factory=dict)

    def run(self) -> RekeyReport:
        """Seal everything under the current key; raises as `admission.known_keys`."""
        first = self._patiently(self._begin)
        self.sealer = FirstSealer(self.ring) if first else KeyedSealer(self.ring)
        self._pass()
        self._patiently(lambda connection: admission.close_others(connection, self.ring))
        for _ in range(_PASSES):
            self._pass()
            if not self.remaining():
                break
        if first:
            self._forget_the_clear()
        return self._end()

    def remaining(self) -> dict[str, int]:
        """Count the rows that are not under the current key, by key."""
        with transaction(self.engine, write=False) as connection:
            known = [key_id for key_id in connection.scalars(select(sealing_keys.c.id)) if key_id != CLEAR]
            counted = {key_id: _count(connection, key_id) for key_id in (*known, CLEAR)}
        del counted[self.ring.current.id]
        return {key_id: number for key_id, number in counted.items() if number}

    def _begin(self, connection: Connection) -> bool:
        """Make the current key known, and tell whether rows in the clear are to be sealed."""
        admission.begin_rekey(connection, self.ring)
        return CLEAR in admission.known_keys(connection, self.ring)

    def _patiently(self, step: Callable[[Connection], _Result]) -> _Result:
        """Take a step in a transaction of its own, again while the database is busy with other writers."""
        for _ in range(_TRIES):
            try:
                with transaction(self.engine, write=True) as connection:
                    return step(connection)
            except StorageUnavailable:
                continue
        with transaction(self.engine, write=True) as connection:
            return step(connection)

    def _pass(self) -> None:
        for table in sealed_tables(metadata):
            self._walk(tuple(table.primary_key), self._stale(table), partial(self._seal, table))
        for column, (owner, anew) in HASHED.items():
            stale = column.not_like(f"{self.ring.current.id}:%")
            self._walk((owner,), stale, partial(self._hash, anew))

    def _walk(
        self,
        keys: tuple[Column[Any], ...],
        stale: ColumnElement[bool],
        work: Work,
    ) -> None:
        after: Row[Any] | None = None
        while True:
            wanted = select(*keys).where(stale).distinct().order_by(*keys).limit(BATCH)
            if after is not None:
                wanted = wanted.where(tuple_(*keys) > tuple_(*after, types=[key.type for key in keys]))
            rows = self._patiently(partial(_worked, wanted, work))
            if len(rows) < BATCH:
                return
            after = rows[-1]

    def _stale(self, table: Table) -> ColumnElement[bool]:
        return or_(
            *(table.c[name].not_like(f"{SEALED}{self.ring.current.id}:%") for name in sealed_columns(table))
        )

    def _seal(self, table: Table, keys: list[Row[Any]], connection: Connection) -> None:
        for key in keys:
            one = tuple_(*table.primary_key) == tuple_(
                *key, types=[column.type for column in table.primary_key]
            )
            row = connection.execute(select(table).where(one).with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                continue
            try:
                values = resealed(self.sealer, table, row)
            except Damaged as error:
                self.damaged[str(error)] = None
                continue
            connection.execute(update(table).where(one).values(values))
            self._note()

    def _hash(self, anew: HashAnew, owners: list[Row[Any]], connection: Connection) -> None:
        for (owner,) in owners:
            try:
                done = anew(connection, owner, sealer=self.sealer)
            except Damaged as error:
                self.damaged[str(error)] = None
            else:
                if done:
                    self._note()

    def _note(self) -> None:
        self.resealed += 1
        self.moved()

    def _forget_the_clear(self) -> None:
        """Write the tables anew: what was replaced would stay readable in pages that are free."""
        with closing(self.engine.raw_connection()) as pooled:
            driver: Any = pooled.driver_connection
            try:
                _write_anew(driver, on_sqlite=self.engine.dialect.name == "sqlite")
            except (sqlite3.Error, psycopg.Error) as error:
                raise StorageUnavailable(reason(error)) from None

    def _end(self) -> RekeyReport:
        remaining = self.remaining()
        with transaction(self.engine, write=True) as connection:
            others = admission.known_keys(connection, self.ring).keys() - {self.ring.current.id}
            empty = sorted(others - remaining.keys())
            admission.retire(connection, empty)
        return RekeyReport(
            key_id=self.ring.current.id,
            resealed=self.resealed,
            remaining=remaining,
            retired=tuple(one for one in empty if one != CLEAR),
            damaged=tuple(self.damaged),
        )


def _worked(wanted: Select[Any], work: Work, connection: Connection) -> list[Row[Any]]:
    rows = list(connection.execute(wanted))
    work(rows, connection)
    return rows


def _write_anew(driver: Any, *, on_sqlite: bool) -> None:
    if on_sqlite:
        driver.execute("VACUUM").close()
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        return
    driver.autocommit = True  # PostgreSQL vacuums outside of transactions only
    for table in metadata.sorted_tables:
        driver.execute(f'VACUUM FULL "{table.name}"')
    driver.autocommit = False


def rekey(url: str, ring: KeyRing, moved: Callable[[], None]) -> RekeyReport:
    """Seal everything in the database of a URL under the current key of a ring."""
    engine = open_engine(url)
    try:
        return Rekeying(engine, ring, moved).run()
    finally:
        engine.dispose()


def _count(connection: Connection, key_id: str) -> int:
    """Count what lies under a key, or in the clear."""
    found = 0
    for table in sealed_tables(metadata):
        conditions = [
            table.c[name].not_like(f"{SEALED}%")
            if key_id == CLEAR
            else table.c[name].like(f"{SEALED}{key_id}:%")
            for name in sealed_columns(table)
        ]
        found += connection.scalar(select(func.count()).select_from(table).where(or_(*conditions))) or 0
    for column in hashed_columns(metadata):
        found += connection.scalar(select(func.count()).where(column.like(f"{key_id}:%"))) or 0
    return found
