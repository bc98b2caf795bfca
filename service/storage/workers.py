"""Workers that are alive and the duties that they hold, as rows."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from service.ports.workers import Worker
from service.storage.database import insert_into, insert_new
from service.storage.tables import duties, workers


class SqlWorkers:
    """`service.ports.workers.Workers` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def beat(self, worker_id: str, now: datetime) -> None:
        """Note that a worker lives."""
        new = insert_into(self._connection, workers).values(id=worker_id, started_at=now, seen_at=now)
        self._connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))

    def all(self) -> tuple[Worker, ...]:
        """Return every worker that has not been noted as gone, by id."""
        rows = self._connection.execute(select(workers))
        found = (Worker(id=row.id, started_at=row.started_at, seen_at=row.seen_at) for row in rows)
        return tuple(sorted(found, key=lambda one: one.id))

    def gone(self, worker_id: str) -> None:
        """Note that a worker has ended; what it held is free."""
        self._connection.execute(delete(workers).where(workers.c.id == worker_id))


class SqlDuties:
    """`service.ports.workers.Duties` in a table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, holder: str, *, now: datetime, silent_since: datetime) -> bool:
        """Take a duty that is due, unless another worker that has been heard since holds it."""
        insert_new(self._connection, duties, {"name": name, "holder": None, "due_at": now})
        heard = exists().where(workers.c.id == duties.c.holder, workers.c.seen_at > silent_since)
        # One statement, so that two workers that ask at once cannot both see it free.
        taken = update(duties).where(
            duties.c.name == name,
            duties.c.due_at <= now,
            or_(duties.c.holder.is_(None), duties.c.holder == holder, ~heard),
        )
        return self._connection.execute(taken.values(holder=holder)).rowcount == 1

    def done(self, name: str, holder: str, *, due_at: datetime) -> None:
        """Give a duty back until it is due again, unless another took it over."""
        mine = update(duties).where(duties.c.name == name, duties.c.holder == holder)
        self._connection.execute(mine.values(holder=None, due_at=due_at))
