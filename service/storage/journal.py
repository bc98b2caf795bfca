"""Intended writes, kept before their requests leave."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from service.ports.journal import Interaction, JournalRow
from service.ports.storage import Taken
from service.storage.rows import opened, sealed
from service.storage.sealing import Sealer
from service.storage.tables import journal

_COLUMNS = tuple(one.name for one in fields(JournalRow))


_THESE = journal.c.id.in_(bindparam("ids", expanding=True))
_TAKEN = select(journal.c.id).where(_THESE)
_OPEN = (
    select(journal)
    .where(
        journal.c.connection_id == bindparam("connection_id"),
        journal.c.patient_id == bindparam("patient_id"),
        journal.c.settled_at.is_(None),
    )
    .order_by(journal.c.sequence)
)
_SETTLE = (
    update(journal)
    .where(_THESE, journal.c.settled_at.is_(None))
    .values(outcome=bindparam("became"), settled_at=bindparam("now"))
)


class SqlJournal:
    """`service.ports.storage.Journal` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def write(self, rows: Iterable[JournalRow]) -> None:
        """Keep new rows; raises `Taken`."""
        new = [sealed(self._sealer, journal, {name: getattr(row, name) for name in _COLUMNS}) for row in rows]
        ids = [row["id"] for row in new]
        taken = self._connection.execute(_TAKEN, {"ids": ids}).scalars().first()
        if taken is not None:
            raise Taken("journal row", taken)
        if new:
            self._connection.execute(insert(journal), new)

    def open_rows(self, connection_id: str, patient_id: str) -> tuple[JournalRow, ...]:
        """Return the rows that are not settled, oldest first."""
        whose = {"connection_id": connection_id, "patient_id": patient_id}
        return tuple(self._journal_row(row) for row in self._connection.execute(_OPEN, whose))

    def settle(self, ids: Iterable[str], outcome: str, at: datetime) -> None:
        """Note what became of rows; one that is settled keeps its first outcome."""
        self._connection.execute(_SETTLE, {"ids": list(ids), "became": outcome, "now": at})

    def of_item(self, connection_id: str, item_id: str, *, limit: int) -> tuple[JournalRow, ...]:
        """Return the latest rows of one item, the newest first."""
        mine = (journal.c.connection_id == connection_id) & (journal.c.item_id == item_id)
        wanted = select(journal).where(mine).order_by(journal.c.sequence.desc()).limit(limit)
        return tuple(self._journal_row(row) for row in self._connection.execute(wanted))

    def _journal_row(self, row: Row[Any]) -> JournalRow:
        held = opened(self._sealer, journal, row)
        values = {name: held[name] for name in _COLUMNS}
        return JournalRow(**values | {"interaction": Interaction(row.interaction)})
