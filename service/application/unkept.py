"""A storage for rehearsals: a run sees its own effects in it, and nothing of them is ever kept.

Beneath it, every unit of work is opened for reading and never committed. What a rehearsal is not about (who
holds the patient, whether writing is allowed now) is there as if all were well.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

from service.domain.revision import Revision
from service.ports.inbox import InboxItem, ItemState
from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.storage import (
    Connection,
    ConnectionMode,
    KeptCapabilities,
    Lease,
    LedgerEntry,
    Storage,
    Superseded,
    UnitOfWork,
)
from service.ports.writing import Switch

# A connection, a type of resource, and an item.
Place: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a rehearsal has done so far; a later unit of work sees it, nobody else does."""

    revisions: dict[str, Revision] = field(default_factory=dict)
    ledger: dict[tuple[str, Place], LedgerEntry] = field(default_factory=dict)
    settled: dict[str, None] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    capabilities: dict[str, KeptCapabilities] = field(default_factory=dict)
    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    inbox: dict[str, InboxItem] = field(default_factory=dict)

    def copy(self) -> "Effects":
        """Return the same to go on from."""
        return Effects(**{one.name: getattr(self, one.name).copy() for one in fields(self)})


class UnkeptStorage:
    """`service.ports.storage.Storage` over another, of which it only reads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.effects = Effects()

    def begin(self, *, write: bool = True) -> UnitOfWork:
        """Open a unit of work; its commit makes its effects visible to the next one."""
        return cast("UnitOfWork", _UnkeptWork(self, self._storage.begin(write=False), write=write))


class _UnkeptWork:
    """A unit of work that is read from another, and laid over it."""

    def __init__(self, storage: UnkeptStorage, work: UnitOfWork, *, write: bool) -> None:
        self._storage = storage
        self._work = work
        self._write = write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)  # people and whatever else a run only reads

    def __enter__(self) -> Self:
        self._work.__enter__()
        self._effects = effects = self._storage.effects.copy()
        self.plans = _Plans(self._work.plans, effects)
        self.ledger = _Ledger(self._work.ledger, effects)
        self.journal = _Journal(self._work.journal, effects)
        self.connections = _Connections(self._work.connections, effects)
        self.capabilities = _Capabilities(self._work.capabilities, effects)
        self.cursors = _Cursors(self._work.cursors, effects)
        self.inbox = _Inbox(self._work.inbox, effects)
        self.due = _Due(self._work.due, effects)
        self.leases, self.passes, self.jobs, self.writing = _Leases(), _Passes(), _Jobs(), _Writing()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work.__exit__(kind, error, trace)

    def commit(self) -> None:
        if not self._write:
            raise RuntimeError("this unit of work was opened for reading")
        self._storage.effects = self._effects


@dataclass(frozen=True, slots=True)
class _Over:
    """A repository over another: what it does not say itself, the other says."""

    under: Any
    effects: Effects

    def __getattr__(self, name: str) -> Any:
        return getattr(self.under, name)


class _Plans(_Over):
    def head(self, plan_id: str) -> Revision:
        return self.effects.revisions.get(plan_id) or cast("Revision", self.under.head(plan_id))

    def append(self, revision: Revision, *, expected: int) -> None:
        number = self.head(revision.plan.id).number
        if number != expected:
            raise Superseded(number)
        self.effects.revisions[revision.plan.id] = revision


class _Due(_Over):
    def done(self, connection_id: str, plan_id: str, number: int) -> None:
        """Leave the plan due: nothing of the run is kept."""


class _Ledger(_Over):
    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        self.effects.ledger.update(((plan_id, _place(entry)), entry) for entry in entries)

    def lend(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        held = {_place(entry): entry for entry in entries}
        keys = [place[1:] for place in held]
        for connection_id in {place[0] for place in held}:
            for own in self.many(connection_id, keys, plan_id=plan_id):
                held.pop(_place(own), None)
        self.save(held.values(), plan_id=plan_id)

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        return self._laid(self.under.of_plan(connection_id, plan_id), connection_id, plan_id)

    def many(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        wanted = set(keys)
        found = self.under.many(connection_id, wanted, plan_id=plan_id)
        laid = self._laid(found, connection_id, plan_id)
        return tuple(one for one in laid if (one.resource_type, one.item_id) in wanted)

    def _laid(
        self, found: Iterable[LedgerEntry], connection_id: str, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        own = {
            place: one
            for (plan, place), one in self.effects.ledger.items()
            if plan == plan_id and place[0] == connection_id
        }
        held = {_place(one): one for one in found} | own
        return tuple(held[place] for place in sorted(held))


class _Journal(_Over):
    """What a rehearsal would write is settled with it: only rows of earlier runs can be open."""

    def write(self, rows: Iterable[JournalRow]) -> None:
        for row in rows:
            self.effects.settled[row.id] = None

    def settle(self, ids: Iterable[str], _outcome: str, _at: datetime) -> None:
        self.effects.settled.update(dict.fromkeys(ids))

    def open_rows(self, connection_id: str, patient_id: str) -> tuple[JournalRow, ...]:
        rows = self.under.open_rows(connection_id, patient_id)
        return tuple(row for row in rows if row.id not in self.effects.settled)


class _Connections(_Over):
    """A rehearsal is one of writing, whatever the connection's mode."""

    def put(self, connection: Connection) -> Connection:
        self.effects.connections[connection.id] = connection
        return connection

    def get(self, connection_id: str) -> Connection:
        held = self.effects.connections.get(connection_id) or self.under.get(connection_id)
        return replace(held, mode=ConnectionMode.WRITE)


class _Capabilities(_Over):
    def put(self, connection_id: str, kept: KeptCapabilities) -> None:
        self.effects.capabilities[connection_id] = kept

    def get(self, connection_id: str) -> KeptCapabilities | None:
        return self.effects.capabilities.get(connection_id) or self.under.get(connection_id)


class _Cursors(_Over):
    def put(self, connection_id: str, name: str, value: str) -> None:
        self.effects.cursors[connection_id, name] = value

    def get(self, connection_id: str, name: str) -> str | None:
        return self.effects.cursors.get((connection_id, name)) or self.under.get(connection_id, name)


class _Inbox(_Over):
    def save(self, items: Iterable[InboxItem]) -> None:
        self.effects.inbox.update((item.id, item) for item in items)

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[InboxItem, ...]:
        held = {item.id: item for item in self.under.of_plan(connection_id, plan_id)}
        own = {
            name: item
            for name, item in self.effects.inbox.items()
            if (item.connection_id, item.plan_id) == (connection_id, plan_id)
        }
        return tuple(item for item in (held | own).values() if item.state is not ItemState.CLOSED)


class _Leases:
    """Nobody is in a rehearsal's way, and it is in nobody's."""

    def acquire(
        self, connection_id: str, patient_id: str, *, holder: str, now: datetime, ttl: timedelta
    ) -> Lease:
        until = now + ttl
        return Lease(
            connection_id=connection_id, patient_id=patient_id, holder=holder, fencing=0, expires_at=until
        )

    def holds(self, _lease: Lease, _now: datetime) -> bool:
        return True

    def renew(self, _lease: Lease, **_until: object) -> bool:
        return True

    def release(self, _lease: Lease) -> None:
        """There is nothing to give back."""


class _Passes:
    def put(self, _last: LastPass) -> None:
        """A rehearsal is no pass."""


class _Jobs:
    def wake(self, _connection_id: str, _plan_ids: Iterable[str]) -> None:
        """A rehearsal makes no work."""


class _Writing:
    def get(self) -> Switch:
        return Switch()


def _place(entry: LedgerEntry) -> Place:
    return entry.connection_id, entry.resource_type, entry.item_id
