"""The switch of all writing, as the one row of its table."""

from dataclasses import asdict, fields

from sqlalchemy import Connection, select

from service.ports.writing import Switch
from service.storage import rows
from service.storage.database import put
from service.storage.sealing import Sealer
from service.storage.tables import writing

_ONE = "all"


class SqlWriting:
    """`service.ports.writing.Writing` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def get(self) -> Switch:
        """Return the switch as it stands."""
        row = self._connection.execute(select(writing).where(writing.c.id == _ONE)).one_or_none()
        if row is None:
            return Switch()
        held = rows.opened(self._sealer, writing, row)
        return Switch(**{one.name: held[one.name] for one in fields(Switch)})

    def put(self, switch: Switch) -> None:
        """Turn the switch."""
        row = {"id": _ONE, **asdict(switch)}
        put(self._connection, writing, rows.sealed(self._sealer, writing, row))
