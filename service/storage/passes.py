"""How the last pass over each plan ended, as rows."""

from dataclasses import asdict, fields

from sqlalchemy import Connection, select

from service.ports.passes import LastPass
from service.storage.database import put
from service.storage.tables import passes


class SqlPasses:
    """`service.ports.passes.Passes` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, last: LastPass) -> None:
        """Keep how a pass ended."""
        put(self._connection, passes, asdict(last))

    def get(self, connection_id: str, plan_id: str) -> LastPass | None:
        """Return how the last pass ended, if there ever was one."""
        mine = (passes.c.connection_id == connection_id) & (passes.c.plan_id == plan_id)
        row = self._connection.execute(select(passes).where(mine)).one_or_none()
        values = {one.name: getattr(row, one.name) for one in fields(LastPass)} if row is not None else None
        return None if values is None else LastPass(**values)
