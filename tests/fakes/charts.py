"""Connections, what their servers offer, cursors and leases in memory, as `service.ports.storage` says."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta

from service.ports.storage import Connection, KeptCapabilities, Lease, Pinned, Unknown


class MemoryConnections:
    def __init__(self, connections: dict[str, Connection]) -> None:
        self._connections = connections

    def put(self, connection: Connection) -> Connection:
        held = self._connections.get(connection.id)
        if held is not None and held.pinned:
            if held.identifier_system != connection.identifier_system:
                raise Pinned(connection.id, "identifier_system")
            connection = replace(connection, pinned=True)
        self._connections[connection.id] = connection
        return connection

    def get(self, connection_id: str) -> Connection:
        if connection_id not in self._connections:
            raise Unknown("connection", connection_id)
        return self._connections[connection_id]

    def all(self) -> tuple[Connection, ...]:
        return tuple(self._connections[one] for one in sorted(self._connections))


class MemoryCapabilityCache:
    def __init__(self, kept: dict[str, KeptCapabilities]) -> None:
        self._kept = kept

    def put(self, connection_id: str, kept: KeptCapabilities) -> None:
        self._kept[connection_id] = deepcopy(kept)

    def get(self, connection_id: str) -> KeptCapabilities | None:
        return deepcopy(self._kept.get(connection_id))


class MemoryCursors:
    def __init__(self, cursors: dict[tuple[str, str], str]) -> None:
        self._cursors = cursors

    def put(self, connection_id: str, name: str, value: str) -> None:
        self._cursors[connection_id, name] = value

    def get(self, connection_id: str, name: str) -> str | None:
        return self._cursors.get((connection_id, name))


class MemoryLeases:
    def __init__(self, leases: dict[tuple[str, str], tuple[Lease, bool]]) -> None:
        self._leases = leases

    def acquire(
        self, connection_id: str, patient_id: str, *, holder: str, now: datetime, ttl: timedelta
    ) -> Lease | None:
        last, free = self._leases.get((connection_id, patient_id), (None, True))
        if last is not None and not free and last.expires_at > now:
            return None
        lease = Lease(
            connection_id=connection_id,
            patient_id=patient_id,
            holder=holder,
            fencing=1 if last is None else last.fencing + 1,
            expires_at=now + ttl,
        )
        self._leases[connection_id, patient_id] = (lease, False)
        return lease

    def holds(self, lease: Lease, now: datetime) -> bool:
        held, free = self._leases.get((lease.connection_id, lease.patient_id), (lease, True))
        return not free and _one_of(held) == _one_of(lease) and held.expires_at > now

    def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        if not self.holds(lease, now):
            return False
        place = (lease.connection_id, lease.patient_id)
        self._leases[place] = (replace(lease, expires_at=now + ttl), False)
        return True

    def release(self, lease: Lease) -> None:
        place = (lease.connection_id, lease.patient_id)
        held, free = self._leases.get(place, (lease, True))
        if not free and _one_of(held) == _one_of(lease):
            self._leases[place] = (held, True)


def _one_of(lease: Lease) -> tuple[str, int]:
    return lease.holder, lease.fencing
