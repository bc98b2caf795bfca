"""Units of work: one transaction each, committed once or not at all."""

from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, Transaction

from service.storage import admission
from service.storage.alerts import SqlAlerts
from service.storage.answers import SqlAnswers
from service.storage.audit import SqlAudit
from service.storage.backlog import SqlBacklog
from service.storage.cards import SqlCards
from service.storage.connections import SqlCapabilityCache, SqlConnections, SqlCursors
from service.storage.database import connect, open_engine, transaction
from service.storage.imports import SqlImports
from service.storage.inbox import SqlInbox
from service.storage.jobs import Enqueue, SqlJobs
from service.storage.journal import SqlJournal
from service.storage.keyring import KeyRing
from service.storage.leases import SqlLeases
from service.storage.ledger import SqlLedger
from service.storage.passes import SqlPasses
from service.storage.people import SqlPeople
from service.storage.plans import SqlPlans
from service.storage.sealing import sealer_of
from service.storage.sightings import SqlSightings
from service.storage.tokens import SqlTokens


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
    inbox: SqlInbox
    passes: SqlPasses
    tokens: SqlTokens
    audit: SqlAudit
    answers: SqlAnswers
    imports: SqlImports
    alerts: SqlAlerts
    sightings: SqlSightings
    cards: SqlCards
    jobs: SqlJobs
    backlog: SqlBacklog

    def __init__(
        self, engine: Engine, *, write: bool, keys: KeyRing | None = None, enqueue: Enqueue | None = None
    ) -> None:
        self._engine = engine
        self._write = write
        self._keys = keys
        self._enqueue = enqueue
        self._sealer = sealer_of(keys)
        self._connection: Connection
        self._transaction: Transaction

    def __enter__(self) -> Self:
        """Begin the transaction."""
        self._connection = connection = connect(self._engine, write=self._write)
        try:
            self._transaction = connection.begin()
            admission.check(connection, self._keys, write=self._write)
        except BaseException:
            connection.close()
            raise
        self.plans = SqlPlans(connection, self._sealer)
        self.people = SqlPeople(connection, self._sealer)
        self.ledger = SqlLedger(connection, self._sealer)
        self.journal = SqlJournal(connection, self._sealer)
        self.connections = SqlConnections(connection)
        self.capabilities = SqlCapabilityCache(connection)
        self.cursors = SqlCursors(connection)
        self.leases = SqlLeases(connection)
        self.inbox = SqlInbox(connection, self._sealer)
        self.passes = SqlPasses(connection)
        self.tokens = SqlTokens(connection)
        self.audit = SqlAudit(connection)
        self.answers = SqlAnswers(connection, self._sealer)
        self.imports = SqlImports(connection, self._sealer)
        self.alerts = SqlAlerts(connection, self._sealer)
        self.sightings = SqlSightings(connection)
        self.cards = SqlCards(connection, self._sealer)
        self.jobs = SqlJobs(connection, self._enqueue)
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


class Storage:
    """`service.ports.storage.Storage` in the database of a URL, such as `sqlite:////var/lib/tandem/plans.db`.

    With keys everything is sealed under the current one; without, it lies in the clear.
    `enqueue` makes a job durable in the transaction that asks for it.
    """

    def __init__(self, url: str, keys: KeyRing | None = None, enqueue: Enqueue | None = None) -> None:
        self._engine = open_engine(url)
        self._keys = keys
        self._enqueue = enqueue
        self._registered = keys is None

    def begin(self, *, write: bool = True) -> SqlUnitOfWork:
        """Open a unit of work; where a database has one writer at a time, others wait for it."""
        if write and not self._registered:
            self._register()
        return SqlUnitOfWork(self._engine, write=write, keys=self._keys, enqueue=self._enqueue)

    def close(self) -> None:
        """Give every connection back to the database."""
        self._engine.dispose()

    def _register(self) -> None:
        """Make the current key known to the database, in a transaction of its own that waits for writers."""
        with transaction(self._engine, write=True) as connection:
            if self._keys is not None:
                admission.register(connection, self._keys)
        self._registered = True
