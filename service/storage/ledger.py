"""What is agreed with each chart, item by item, and which plans rest on it."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, select, tuple_

from service.ports.storage import LedgerEntry, LinkState
from service.storage import rows
from service.storage.database import put_all
from service.storage.sealing import Sealer
from service.storage.tables import ledger, ledger_plans

_COLUMNS = tuple(one.name for one in fields(LedgerEntry))
_PLACE = ("connection_id", "resource_type", "item_id")


_MANY = select(ledger).where(
    ledger.c.connection_id == bindparam("connection_id"),
    tuple_(ledger.c.resource_type, ledger.c.item_id).in_(bindparam("keys", expanding=True)),
)


class SqlLedger:
    """`service.ports.storage.Ledger` in tables."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep entries, new or changed, and that a plan uses them."""
        held = [{name: getattr(entry, name) for name in _COLUMNS} for entry in entries]
        put_all(self._connection, ledger, [rows.sealed(self._sealer, ledger, row) for row in held])
        self._use(held, plan_id)

    def use(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep that a plan uses entries that are kept already."""
        self._use([{name: getattr(entry, name) for name in _PLACE} for entry in entries], plan_id)

    def _use(self, places: Iterable[Mapping[str, Any]], plan_id: str) -> None:
        uses = [{name: place[name] for name in _PLACE} | {"plan_id": plan_id} for place in places]
        put_all(self._connection, ledger_plans, uses)

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries that a plan uses, by resource type and item."""
        used = (ledger_plans.c.connection_id == connection_id) & (ledger_plans.c.plan_id == plan_id)
        return self._entries(select(ledger).join(ledger_plans).where(used))

    def many(self, connection_id: str, keys: Iterable[tuple[str, str]]) -> tuple[LedgerEntry, ...]:
        """Return the entries of (resource type, item id) that exist, whichever plan made them."""
        return self._entries(_MANY, {"connection_id": connection_id, "keys": list(keys)})

    def of_item(self, connection_id: str, item_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of one item, by resource type: an item may stand in several resources."""
        return self._where(ledger.c.connection_id == connection_id, ledger.c.item_id == item_id)

    def by_remote(self, connection_id: str, resource_type: str, remote_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of one resource in the chart; several items may rest on one matched resource."""
        return self._where(
            ledger.c.connection_id == connection_id,
            ledger.c.resource_type == resource_type,
            ledger.c.remote_id == remote_id,
        )

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[LedgerEntry, ...]:
        return self._entries(select(ledger).where(*conditions))

    def _entries(
        self, query: Select[Any], given: Mapping[str, Any] = MappingProxyType({})
    ) -> tuple[LedgerEntry, ...]:
        found = [self._entry(row) for row in self._connection.execute(query, dict(given))]
        # Sorted here: the databases' collations differ.
        return tuple(sorted(found, key=lambda entry: (entry.resource_type, entry.item_id)))

    def _entry(self, row: Row[Any]) -> LedgerEntry:
        held = rows.opened(self._sealer, ledger, row)
        return LedgerEntry(**{name: held[name] for name in _COLUMNS} | {"state": LinkState(row.state)})
