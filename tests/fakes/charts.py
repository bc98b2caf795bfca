"""Connections, what their servers offer, and cursors in memory, as `service.ports.storage` says."""

from copy import deepcopy
from dataclasses import replace

from service.ports.storage import Connection, KeptCapabilities, Pinned, Unknown


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
