"""What is agreed with charts and what was tried, in memory, as `tests.fakes.storage` keeps the rest."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.storage import LedgerEntry, Taken
from tests.fakes.copies import own

if TYPE_CHECKING:
    from tests.fakes.storage import Kept


class MemoryLedger:
    def __init__(self, kept: "Kept") -> None:
        self._ledger = kept.ledger

    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        for entry in entries:
            self._ledger[_place(entry, plan_id)] = own(entry)  # who saved it could change its resources

    def lend(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        for entry in entries:
            self._ledger.setdefault(_place(entry, plan_id), own(entry))

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        return self._those(lambda key: (key[0], key[3]) == (connection_id, plan_id))

    def many(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        wanted = {(connection_id, *key, plan_id) for key in keys}
        return self._those(lambda key: key in wanted)

    def elsewhere(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        wanted = {(connection_id, *key) for key in keys}
        others: dict[tuple[str, ...], dict[str, LedgerEntry]] = {}
        for key, entry in self._ledger.items():
            if key[:3] in wanted and key[3] != plan_id:
                others.setdefault(key[:3], {})[key[3]] = entry
        return tuple(own(_in_step_last(others[place])) for place in sorted(others))

    def of_item(self, connection_id: str, item_id: str) -> tuple[tuple[str, LedgerEntry], ...]:
        places = sorted(key for key in self._ledger if (key[0], key[2]) == (connection_id, item_id))
        return tuple((place[3], own(self._ledger[place])) for place in places)

    def items_at(self, connection_id: str, resource_type: str, remote_id: str) -> tuple[str, ...]:
        there = (connection_id, resource_type)
        held = {
            key[2] for key, one in self._ledger.items() if key[:2] == there and one.remote_id == remote_id
        }
        return tuple(sorted(held))

    def _those(self, wanted: Callable[[tuple[str, str, str, str]], bool]) -> tuple[LedgerEntry, ...]:
        return tuple(own(self._ledger[key]) for key in sorted(self._ledger) if wanted(key))


def _in_step_last(held: dict[str, LedgerEntry]) -> LedgerEntry:
    never = datetime(1, 1, 2, tzinfo=UTC)
    return held[min(held, key=lambda plan: (-(held[plan].last_succeeded or never).timestamp(), plan))]


def _place(entry: LedgerEntry, plan_id: str) -> tuple[str, str, str, str]:
    return entry.connection_id, entry.resource_type, entry.item_id, plan_id


class MemoryJournal:
    def __init__(self, kept: "Kept") -> None:
        self._rows = kept.journal

    def write(self, rows: Iterable[JournalRow]) -> None:
        for row in rows:
            if row.id in self._rows:
                raise Taken("journal row", row.id)
            self._rows[row.id] = own(row)

    def open_rows(self, connection_id: str, patient_id: str) -> tuple[JournalRow, ...]:
        return tuple(
            own(row)
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
