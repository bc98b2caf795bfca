"""What waits for a person, and what was decided, as rows."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Select, select, tuple_

from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Unknown
from service.storage import rows
from service.storage.columns import Moment
from service.storage.database import put
from service.storage.sealing import Sealer
from service.storage.tables import inbox

_COLUMNS = tuple(one.name for one in fields(InboxItem) if one.name != "choices")


class SqlInbox:
    """`service.ports.inbox.Inbox` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def save(self, items: Iterable[InboxItem]) -> None:
        """Keep items, new or changed."""
        for item in items:
            row = {name: getattr(item, name) for name in _COLUMNS}
            sealed = rows.sealed(self._sealer, inbox, {**row, "choices": _pairs(item)})
            put(self._connection, inbox, sealed)

    def get(self, item_id: str) -> InboxItem:
        """Return an item; raises `Unknown`."""
        row = self._connection.execute(select(inbox).where(inbox.c.id == item_id)).one_or_none()
        if row is None:
            raise Unknown("inbox item", item_id)
        return self._item(row)

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[InboxItem, ...]:
        """Return the items of a plan that are not closed, oldest first."""
        mine = (inbox.c.connection_id == connection_id) & (inbox.c.plan_id == plan_id)
        return self._items(select(inbox).where(mine, inbox.c.state != ItemState.CLOSED))

    def of_item(self, connection_id: str, item_id: str) -> tuple[InboxItem, ...]:
        """Return the items about one item of a plan, closed ones too, oldest first."""
        mine = (inbox.c.connection_id == connection_id) & (inbox.c.item_id == item_id)
        return self._items(select(inbox).where(mine))

    def listed(self, *, state: ItemState, after: str | None = None, limit: int = 50) -> tuple[InboxItem, ...]:
        """Return items in a state, oldest first, after one with this id; raises `Unknown` for no such id."""
        wanted = select(inbox).where(inbox.c.state == state)
        if after is not None:
            last = self.get(after)
            place = tuple_(last.opened_at, last.id, types=[Moment, inbox.c.id.type])
            wanted = wanted.where(tuple_(inbox.c.opened_at, inbox.c.id) > place)
        return self._items(wanted.limit(limit))

    def _items(self, query: Select[Any]) -> tuple[InboxItem, ...]:
        found = self._connection.execute(query.order_by(inbox.c.opened_at, inbox.c.id))
        return tuple(self._item(row) for row in found)

    def _item(self, row: Row[Any]) -> InboxItem:
        held = rows.opened(self._sealer, inbox, row)
        values = {name: held[name] for name in _COLUMNS}
        choices = dict(pair.split("=", 1) for pair in row.choices)
        return InboxItem(**values | {"state": ItemState(row.state), "choices": choices})


def _pairs(item: InboxItem) -> tuple[str, ...]:
    return tuple(f"{group}={choice}" for group, choice in sorted(item.choices.items()))
