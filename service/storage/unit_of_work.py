"""Units of work: one transaction each, committed once or not at all."""

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, Transaction
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.ports.storage import StorageUnavailable
from service.storage.backlog import SqlBacklog
from service.storage.connections import SqlCapabilityCache, SqlConnections, SqlCursors
from service.storage.database import WRITES, open_engine
from service.storage.journal import SqlJournal
from service.storage.leases import SqlLeases
from service.storage.ledger import SqlLedger
from service.storage.people import SqlPeople
from service.storage.plans import SqlPlans


class SqlUnitOfWork:
    """`service.ports.storage.UnitOfWork` on one connection of the pool."""

    plans: SqlPlans
    people: SqlPeople
    ledger: SqlLedger
    journal: SqlJournal
    connections: SqlConnections
    capabilities: SqlCapabilityCache
    cursors: SqlCursors
    leases: SqlLeases
    backlog: SqlBacklog

    def __init__(self, engine: Engine, *, write: bool) -> None:
        self._engine = engine
        self._write = write
        self._connection: Connection
        self._transaction: Transaction

    def __enter__(self) -> Self:
        """Begin the transaction."""
        self._connection = connection = _connect(self._engine, write=self._write)
        try:
            self._transaction = connection.begin()
        except BaseException:
            connection.close()
            raise
        self.plans = SqlPlans(connection)
        self.people = SqlPeople(connection)
        self.ledger = SqlLedger(connection)
        self.journal = SqlJournal(connection)
        self.connections = SqlConnections(connection)
        self.capabilities = SqlCapabilityCache(connection)
        self.cursors = SqlCursors(connection)
        self.leases = SqlLeases(connection)
        self.backlog = SqlBacklog(connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed, and give the connection back."""
        self._connection.close()

    def commit(self) -> None:
        """Keep what was done, once, as the last step; raises RuntimeError in work opened for reading."""
        if not self._write:
            raise RuntimeError("this unit of work was opened for reading")
        if not self._transaction.is_active:
            raise RuntimeError("this unit of work is over")
        self._transaction.commit()


def _connect(engine: Engine, *, write: bool) -> Connection:
    try:
        connection = engine.connect()
    except PoolTimeoutError:
        raise StorageUnavailable("every connection to the database is in use") from None
    if write or engine.dialect.name == "sqlite":  # a transaction of SQLite is a snapshot anyway
        return connection.execution_options(**{WRITES: write})
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


class Storage:
    """`service.ports.storage.Storage` in the database of a URL, such as `sqlite:////var/lib/tandem/plans.db`."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def begin(self, *, write: bool = True) -> SqlUnitOfWork:
        """Open a unit of work; where a database has one writer at a time, others wait for it."""
        return SqlUnitOfWork(self._engine, write=write)

    def close(self) -> None:
        """Give every connection back to the database."""
        self._engine.dispose()
