"""What waits, counted in memory."""

from collections import Counter
from collections.abc import Iterable

from service.ports.backlog import AT_REST, OpenWrites, WaitingItems
from service.ports.journal import JournalRow
from service.ports.storage import LedgerEntry


class MemoryBacklog:
    """`service.ports.backlog.Backlog` over what is kept in memory."""

    def __init__(self, entries: Iterable[LedgerEntry], rows: Iterable[JournalRow]) -> None:
        self._entries = entries
        self._rows = rows

    def waiting_items(self) -> tuple[WaitingItems, ...]:
        held = Counter((one.connection_id, one.state) for one in self._entries if one.state not in AT_REST)
        return tuple(
            WaitingItems(connection_id=where, state=state, number=held[where, state])
            for where, state in sorted(held)
        )

    def open_writes(self) -> tuple[OpenWrites, ...]:
        since: dict[str, list[JournalRow]] = {}
        for row in self._rows:
            if row.settled_at is None:
                since.setdefault(row.connection_id, []).append(row)
        return tuple(
            OpenWrites(connection_id=where, number=len(rows), oldest=min(one.recorded_at for one in rows))
            for where, rows in sorted(since.items())
        )
