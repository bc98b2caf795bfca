"""What is agreed with each chart, item by item and plan by plan."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, tuple_

from service.ports.storage import LedgerEntry, LinkState
from service.storage import rows
from service.storage.database import add_all, put_all
from service.storage.sealing import Sealer
from service.storage.tables import ledger

_COLUMNS = tuple(one.name for one in fields(LedgerEntry))
# SQLite finds no list of pairs by an index: the items alone lead it to the few rows that it compares.
_THESE = (
    (ledger.c.connection_id == bindparam("connection_id"))
    & ledger.c.item_id.in_(bindparam("items", expanding=True))
    & tuple_(ledger.c.resource_type, ledger.c.item_id).in_(bindparam("keys", expanding=True))
)
_OF_THIS_PLAN = ledger.c.plan_id == bindparam("plan_id")

# Which other plan was in step last, by item: looked for among keys alone, since a clinician is of many plans.
_RANKED = (
    select(
        ledger.c.resource_type,
        ledger.c.item_id,
        ledger.c.plan_id,
        func.row_number()
        .over(
            partition_by=(ledger.c.resource_type, ledger.c.item_id),
            order_by=(ledger.c.last_succeeded.desc().nulls_last(), ledger.c.plan_id),
        )
        .label("place"),
    )
    .where(_THESE, ledger.c.plan_id != bindparam("plan_id"))
    .subquery()
)
_IN_STEP_LAST = (
    (_RANKED.c.place == 1)
    & (_RANKED.c.resource_type == ledger.c.resource_type)
    & (_RANKED.c.item_id == ledger.c.item_id)
    & (_RANKED.c.plan_id == ledger.c.plan_id)
    & (ledger.c.connection_id == bindparam("connection_id"))
)

_MANY = select(ledger).where(_THESE, _OF_THIS_PLAN)
_ELSEWHERE = select(ledger).join(_RANKED, _IN_STEP_LAST)


class SqlLedger:
    """`service.ports.storage.Ledger` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep the entries of a plan, new or changed."""
        put_all(self._connection, ledger, self._rows(entries, plan_id))

    def lend(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep entries of other plans as the plan's own, but where it has its own already."""
        add_all(self._connection, ledger, self._rows(entries, plan_id))

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of a plan, by resource type and item."""
        held = (ledger.c.connection_id == connection_id) & (ledger.c.plan_id == plan_id)
        return self._entries(select(ledger).where(held))

    def many(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        """Return a plan's entries of (resource type, item id) that exist, by resource type and item."""
        return self._entries(_MANY, _these(connection_id, keys, plan_id))

    def elsewhere(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        """Return what other plans have of these: of each the entry that was in step last."""
        return self._entries(_ELSEWHERE, _these(connection_id, keys, plan_id))

    def of_item(self, connection_id: str, item_id: str) -> tuple[tuple[str, LedgerEntry], ...]:
        """Return the entries of one item with their plans, by resource type and plan."""
        held = (ledger.c.connection_id == connection_id) & (ledger.c.item_id == item_id)
        found = [
            (row.plan_id, self._entry(row)) for row in self._connection.execute(select(ledger).where(held))
        ]
        # Sorted here: the databases' collations differ.
        return tuple(sorted(found, key=lambda one: (one[1].resource_type, one[0])))

    def items_at(self, connection_id: str, resource_type: str, remote_id: str) -> tuple[str, ...]:
        """Return the ids of the items that rest on one resource of the chart, in any plan."""
        there = (
            (ledger.c.connection_id == connection_id)
            & (ledger.c.resource_type == resource_type)
            & (ledger.c.remote_id == remote_id)
        )
        return tuple(sorted(self._connection.scalars(select(ledger.c.item_id).distinct().where(there))))

    def _rows(self, entries: Iterable[LedgerEntry], plan_id: str) -> list[dict[str, Any]]:
        held = ({name: getattr(entry, name) for name in _COLUMNS} | {"plan_id": plan_id} for entry in entries)
        return [rows.sealed(self._sealer, ledger, row) for row in held]

    def _entries(
        self, query: Select[Any], given: Mapping[str, Any] = MappingProxyType({})
    ) -> tuple[LedgerEntry, ...]:
        found = [self._entry(row) for row in self._connection.execute(query, dict(given))]
        # Sorted here: the databases' collations differ.
        return tuple(sorted(found, key=lambda entry: (entry.resource_type, entry.item_id)))

    def _entry(self, row: Row[Any]) -> LedgerEntry:
        held = rows.opened(self._sealer, ledger, row)
        return LedgerEntry(**{name: held[name] for name in _COLUMNS} | {"state": LinkState(row.state)})


def _these(connection_id: str, keys: Iterable[tuple[str, str]], plan_id: str) -> dict[str, Any]:
    """Return the parameters of a query of these items of a plan."""
    wanted = list(keys)
    items = sorted({item for _, item in wanted})
    return {"connection_id": connection_id, "keys": wanted, "items": items, "plan_id": plan_id}
