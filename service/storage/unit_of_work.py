"""Units of work: one transaction each, committed once or not at all."""

from threading import Lock
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
from service.storage.database import LONGEST_WAIT, connect, open_engine, transaction
from service.storage.decisions import SqlDecisions
from service.storage.feed import SqlDue, SqlHooks, SqlLinks, SqlSights
from service.storage.imports import SqlImports
from service.storage.inbox import SqlInbox
from service.storage.jobs import JobQueue, SqlJobs
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
from service.storage.workers import SqlDuties, SqlWorkers
from service.storage.writing import SqlWriting


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
    decisions: SqlDecisions
    alerts: SqlAlerts
    sightings: SqlSightings
    cards: SqlCards
    jobs: SqlJobs
    links: SqlLinks
    sights: SqlSights
    due: SqlDue
    hooks: SqlHooks
    workers: SqlWorkers
    duties: SqlDuties
    writing: SqlWriting
    backlog: SqlBacklog

    def __init__(
        self,
        engine: Engine,
        *,
        write: bool,
        keys: KeyRing | None = None,
        queue: JobQueue | None = None,
        turns: "Lock | None" = None,
    ) -> None:
        """Prepare a transaction; where there are `turns`, one that writes waits for its own."""
        self._engine = engine
        self._write = write
        self._keys = keys
        self._queue = queue
        self._sealer = sealer_of(keys)
        self._turns = turns
        self._connection: Connection
        self._transaction: Transaction

    def __enter__(self) -> Self:
        """Begin the transaction."""
        self._in_turn = self._write and self._turns is not None and self._turns.acquire(timeout=LONGEST_WAIT)
        try:
            self._connection = connection = self._begun()
        except BaseException:
            self._give_turn()
            raise
        self._lay_out_sealed(connection)
        self._lay_out_clear(connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Undo what was not committed, and give the connection back."""
        self._connection.close()
        self._give_turn()

    def commit(self) -> None:
        """Keep what was done, once, as the last step; raises RuntimeError in work opened for reading."""
        if not self._write:
            raise RuntimeError("this unit of work was opened for reading")
        if not self._transaction.is_active:
            raise RuntimeError("this unit of work is over")
        self._transaction.commit()

    def _lay_out_sealed(self, connection: Connection) -> None:
        """Offer what holds words of people or of charts."""
        self.plans = SqlPlans(connection, self._sealer)
        self.people = SqlPeople(connection, self._sealer)
        self.ledger = SqlLedger(connection, self._sealer)
        self.journal = SqlJournal(connection, self._sealer)
        self.inbox = SqlInbox(connection, self._sealer)
        self.answers = SqlAnswers(connection, self._sealer)
        self.imports = SqlImports(connection, self._sealer)
        self.decisions = SqlDecisions(connection, self._sealer)
        self.alerts = SqlAlerts(connection, self._sealer)
        self.cards = SqlCards(connection, self._sealer)
        self.writing = SqlWriting(connection, self._sealer)
        self.sights = SqlSights(connection, self._sealer)

    def _lay_out_clear(self, connection: Connection) -> None:
        """Offer what holds ids, codes and times alone."""
        self.connections = SqlConnections(connection)
        self.capabilities = SqlCapabilityCache(connection)
        self.cursors = SqlCursors(connection)
        self.leases = SqlLeases(connection)
        self.passes = SqlPasses(connection)
        self.tokens = SqlTokens(connection)
        self.audit = SqlAudit(connection)
        self.jobs = SqlJobs(connection, self._queue)
        self.sightings = SqlSightings(connection)
        self.workers = SqlWorkers(connection)
        self.duties = SqlDuties(connection)
        self.links = SqlLinks(connection)
        self.due = SqlDue(connection)
        self.hooks = SqlHooks(connection)
        self.backlog = SqlBacklog(connection)

    def _begun(self) -> Connection:
        connection = connect(self._engine, write=self._write)
        try:
            self._transaction = connection.begin()
            admission.check(connection, self._keys, write=self._write)
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_turn(self) -> None:
        if self._in_turn and self._turns is not None:
            self._in_turn = False
            self._turns.release()


class Storage:
    """`service.ports.storage.Storage` in the database of a URL, such as `sqlite:////var/lib/tandem/plans.db`.

    With keys everything is sealed under the current one; without, it lies in the clear.
    `queue` makes a job durable in the transaction that asks for it; without one nothing is asked for.
    """

    def __init__(self, url: str, keys: KeyRing | None = None, queue: JobQueue | None = None) -> None:
        self._engine = open_engine(url)
        self._keys = keys
        self._queue = queue
        self._registered = keys is None
        # Who waits for SQLite's one writer asks again after 1, 2, 5, 10 and more milliseconds; threads of one
        # process wait for each other here instead. SQLite still decides: this only keeps the queue.
        self._turns = Lock() if self._engine.dialect.name == "sqlite" else None

    def begin(self, *, write: bool = True) -> SqlUnitOfWork:
        """Open a unit of work; where a database has one writer at a time, others wait for it."""
        if write and not self._registered:
            self._register()
        return SqlUnitOfWork(self._engine, write=write, keys=self._keys, queue=self._queue, turns=self._turns)

    def close(self) -> None:
        """Give every connection back to the database."""
        self._engine.dispose()

    def _register(self) -> None:
        """Make the current key known to the database, in a transaction of its own that waits for writers."""
        with transaction(self._engine, write=True) as connection:
            if self._keys is not None:
                admission.register(connection, self._keys)
        self._registered = True
