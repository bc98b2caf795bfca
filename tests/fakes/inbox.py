"""The inbox in memory, as `service.ports.inbox.Inbox`."""

from collections.abc import Callable, Iterable

from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Unknown


class MemoryInbox:
    def __init__(self, items: dict[str, InboxItem]) -> None:
        self._items = items

    def save(self, items: Iterable[InboxItem]) -> None:
        self._items.update({item.id: item for item in items})

    def get(self, item_id: str) -> InboxItem:
        if item_id not in self._items:
            raise Unknown("inbox item", item_id)
        return self._items[item_id]

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[InboxItem, ...]:
        return self._those(
            lambda one: (
                (one.connection_id, one.plan_id) == (connection_id, plan_id)
                and one.state is not ItemState.CLOSED
            )
        )

    def of_item(self, connection_id: str, item_id: str) -> tuple[InboxItem, ...]:
        return self._those(lambda one: (one.connection_id, one.item_id) == (connection_id, item_id))

    def listed(self, *, state: ItemState, after: str | None = None, limit: int = 50) -> tuple[InboxItem, ...]:
        found = self._those(lambda one: one.state is state)
        if after is not None:
            last = self.get(after)
            found = tuple(one for one in found if (one.opened_at, one.id) > (last.opened_at, last.id))
        return found[:limit]

    def _those(self, wanted: Callable[[InboxItem], bool]) -> tuple[InboxItem, ...]:
        found = [one for one in self._items.values() if wanted(one)]
        return tuple(sorted(found, key=lambda one: (one.opened_at, one.id)))
