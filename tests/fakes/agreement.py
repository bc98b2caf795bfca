"""What is agreed with charts and what was tried, in memory, as `tests.fakes.storage` keeps the rest."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.storage import LedgerEntry, Taken

if TYPE_CHECKING:
    from tests.fakes.storage import Kept


class MemoryLedger:
    def __init__(self, kept: "Kept") -> None:
        self._ledger = kept.ledger
        self._uses = kept.uses

    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        for entry in entries:
            key = (entry.connection_id, entry.resource_type, entry.item_id)
            self._ledger[key] = deepcopy(entry)  # its resources could be changed later by who saved it
            self._uses.add((key, plan_id))

    def use(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        self._uses |= {((one.connection_id, one.resource_type, one.item_id), plan_id) for one in entries}

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        used = {key for key, plan in self._uses if plan == plan_id and key[0] == connection_id}
        return self._those(lambda key, _: key in used)

    def many(self, connection_id: str, keys: Iterable[tuple[str, str]]) -> tuple[LedgerEntry, ...]:
        wanted = {(connection_id, *key) for key in keys}
        return self._those(lambda key, _: key in wanted)

    def of_item(self, connection_id: str, item_id: str) -> tuple[LedgerEntry, ...]:
        return self._those(lambda key, _: (key[0], key[2]) == (connection_id, item_id))

    def by_remote(self, connection_id: str, resource_type: str, remote_id: str) -> tuple[LedgerEntry, ...]:
        place = (connection_id, resource_type)
        return self._those(lambda key, entry: key[:2] == place and entry.remote_id == remote_id)

    def _those(self, wanted: Callable[[tuple[str, str, str], LedgerEntry], bool]) -> tuple[LedgerEntry, ...]:
        return tuple(
            deepcopy(self._ledger[key]) for key in sorted(self._ledger) if wanted(key, self._ledger[key])
        )


class MemoryJournal:
    def __init__(self, kept: "Kept") -> None:
        self._rows = kept.journal

    def write(self, rows: Iterable[JournalRow]) -> None:
        for row in rows:
            if row.id in self._rows:
                raise Taken("journal row", row.id)
            self._rows[row.id] = deepcopy(row)

    def open_rows(self, connection_id: str, patient_id: str) -> tuple[JournalRow, ...]:
        return tuple(
            deepcopy(row)
            for row in self._rows.values()
            if (row.connection_id, row.patient_id, row.settled_at) == (connection_id, patient_id, None)
        )

    def settle(self, ids: Iterable[str], outcome: str, at: datetime) -> None:
        for one in ids:
            row = self._rows.get(one)
            if row is not None and row.settled_at is None:
                self._rows[one] = replace(row, outcome=outcome, settled_at=at)

    def of_item(self, connection_id: str, item_id: str, *, limit: int) -> tuple[JournalRow, ...]:
        rows = [
            row for row in self._rows.values() if (row.connection_id, row.item_id) == (connection_id, item_id)
        ]
        return tuple(reversed(rows))[:limit]


class MemoryPasses:
    def __init__(self, kept: "Kept") -> None:
        self._kept = kept

    def put(self, last: LastPass) -> None:
        self._kept.passes[last.connection_id, last.plan_id] = last

    def get(self, connection_id: str, plan_id: str) -> LastPass | None:
        return self._kept.passes.get((connection_id, plan_id))
