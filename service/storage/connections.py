"""The EHRs of this installation: their settings, what they offer, and how far they were read."""

from dataclasses import asdict, fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Row, Text, bindparam, select, type_coerce

from service.fhir.json import JsonObject, loads
from service.ports.storage import (
    Connection,
    ConnectionMode,
    KeptCapabilities,
    MedicationMode,
    Pinned,
    Unknown,
)
from service.storage.database import put
from service.storage.tables import capabilities, connections, cursors

_COLUMNS = tuple(one.name for one in fields(Connection))
_ONE = select(connections).where(connections.c.id == bindparam("id"))
_ONE_LOCKED = _ONE.with_for_update()
_OFFERED = select(type_coerce(capabilities.c.content, Text).label("text"), capabilities.c.fetched_at).where(
    capabilities.c.connection_id == bindparam("id")
)


class SqlConnections:
    """`service.ports.storage.Connections` in a table."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    def put(self, connection: Connection) -> Connection:
        """Keep a connection and return it as kept: a pin stays, and `Pinned` refuses what it forbids."""
        held = self._find(connection.id, lock=True)
        if held is not None and held.pinned:
            if held.identifier_system != connection.identifier_system:
                raise Pinned(connection.id, "identifier_system")
            connection = replace(connection, pinned=True)
        put(self._connection, connections, asdict(connection))
        return connection

    def get(self, connection_id: str) -> Connection:
        """Return a connection; raises `Unknown`."""
        held = self._find(connection_id, lock=False)
        if held is None:
            raise Unknown("connection", connection_id)
        return held

    def all(self) -> tuple[Connection, ...]:
        """Return every connection, by id."""
        found = [_settings(row) for row in self._connection.execute(select(connections))]
        return tuple(sorted(found, key=lambda one: one.id))

    def _find(self, connection_id: str, *, lock: bool) -> Connection | None:
        row = self._connection.execute(_ONE_LOCKED if lock else _ONE, {"id": connection_id}).one_or_none()
        return None if row is None else _settings(row)


def _settings(row: Row[Any]) -> Connection:
    values = {name: getattr(row, name) for name in _COLUMNS}
    codes = {"mode": ConnectionMode(row.mode), "medications": MedicationMode(row.medications)}
    return Connection(**values | codes)


class SqlCapabilityCache:
    """`service.ports.storage.CapabilityCache` in a table."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    def put(self, connection_id: str, kept: KeptCapabilities) -> None:
        """Keep what a server offers."""
        row = {"connection_id": connection_id, "content": kept.content, "fetched_at": kept.fetched_at}
        put(self._connection, capabilities, row)

    def get(self, connection_id: str) -> KeptCapabilities | None:
        """Return what a server offered, if it was ever asked."""
        row = self._connection.execute(_OFFERED, {"id": connection_id}).one_or_none()
        return None if row is None else KeptCapabilities(content=_read(row.text), fetched_at=row.fetched_at)


@lru_cache(maxsize=4)
def _read(text: str) -> JsonObject:
    """Read a statement once for as long as it is the same text: HAPI's has 90 KB, and every push asks."""
    return loads(text)


class SqlCursors:
    """`service.ports.storage.Cursors` in a table."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    def put(self, connection_id: str, name: str, value: str) -> None:
        """Move a cursor."""
        put(self._connection, cursors, {"connection_id": connection_id, "name": name, "value": value})

    def get(self, connection_id: str, name: str) -> str | None:
        """Return where a cursor stands, if it was ever moved."""
        wanted = select(cursors.c.value)
        return self._connection.scalar(
            wanted.where(cursors.c.connection_id == connection_id, cursors.c.name == name)
        )
