"""One run at one patient's chart: one writer, known abilities, and everything read anew under the lease."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.application.halting import check_halted, check_same_server, halting
from service.domain.plan import people_named
from service.domain.revision import Revision
from service.mapping.graph import Subject, keys_of
from service.mapping.references import Key
from service.ports.ehr import Capabilities
from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.storage import Connection, ConnectionMode, KeptCapabilities, Lease, LedgerEntry, UnitOfWork
from service.sync.agenda import Agenda, Ports
from service.sync.push import Outcome
from service.sync.report import PushReport, standing_of
from service.sync.sending import LeaseLost

# Longer than a push takes with every time-out and retry; a holder that died gives way after it.
LEASE_TIME = timedelta(minutes=5)
CAPABILITIES_LAST = timedelta(days=1)


class ReadOnly(Exception):
    """The connection must not write: an operator opens it."""


class PatientBusy(Exception):
    """Another run writes this patient's chart now: try again when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The plan, and the connection to the chart of its patient."""

    plan_id: str
    connection_id: str = "default"


@contextmanager
def at_the_chart(whose: Whose, ports: Ports) -> Iterator[tuple[Agenda, tuple[JournalRow, ...]]]:
    """Give the agenda of a run and the journal rows that are open, under the lease of the patient's chart.

    Raises `Unknown`, `ReadOnly`, `PatientBusy` (also when another run took over), `EhrError`, and
    `ServerReset` when the server went back: then the connection is halted.
    """
    connection, revision = _subject(whose, ports)
    with halting(connection.id, ports.storage):
        capabilities = _capabilities(connection, ports)
        with _leased(revision, connection, ports) as lease:
            try:
                yield _agenda(revision, ports, lease=lease, capabilities=capabilities)
            except LeaseLost:
                raise PatientBusy(f"patient {lease.patient_id} was taken over by another run") from None


def reported(agenda: Agenda, outcome: Outcome, ports: Ports) -> PushReport:
    """Return what became of every item, and keep how it ended; raises what ended it before any effect."""
    report = PushReport(
        plan_id=agenda.plan.id,
        revision=agenda.number,
        connection_id=agenda.connection.id,
        standing=standing_of(outcome.items),
        items=outcome.items,
    )
    if outcome.stopped is not None and not report.touched:
        raise outcome.stopped
    last = LastPass(
        connection_id=report.connection_id,
        plan_id=report.plan_id,
        revision=report.revision,
        standing=report.standing.value,
        ended_at=ports.clock.now(),
    )
    with ports.storage.begin() as work:
        work.passes.put(last)
        work.commit()
    return report


def _subject(whose: Whose, ports: Ports) -> tuple[Connection, Revision]:
    with ports.storage.begin(write=False) as work:
        connection = work.connections.get(whose.connection_id)
        revision = work.plans.head(whose.plan_id)
        check_halted(connection.id, work)
    return _open(connection), revision


def _open(connection: Connection) -> Connection:
    if connection.mode is ConnectionMode.READ_ONLY:
        raise ReadOnly(f"connection {connection.id} is read-only")
    return connection


def _capabilities(connection: Connection, ports: Ports) -> Capabilities:
    """Ask the server what it can do, once a day; the operator's word wins over the server's."""
    now = ports.clock.now()
    with ports.storage.begin(write=False) as work:
        kept = work.capabilities.get(connection.id)
    if kept is not None and _fresh(kept, connection, now):
        return Capabilities.from_json(kept.content).overridden(ports.override)
    offered = ports.ehr.capabilities()
    if kept is not None and kept.content.get("asked") == connection.base_url:
        check_same_server(Capabilities.from_json(kept.content), offered)
    content = {**offered.to_json(), "asked": connection.base_url}
    with ports.storage.begin() as work:
        work.capabilities.put(connection.id, KeptCapabilities(content=content, fetched_at=now))
        work.commit()
    return offered.overridden(ports.override)


def _fresh(kept: KeptCapabilities, connection: Connection, now: datetime) -> bool:
    same_server = kept.content.get("asked") == connection.base_url
    return same_server and now - kept.fetched_at < CAPABILITIES_LAST


@contextmanager
def _leased(revision: Revision, connection: Connection, ports: Ports) -> Iterator[Lease]:
    patient = revision.plan.patient.id
    with ports.storage.begin() as work:
        lease = work.leases.acquire(
            connection.id, patient, holder=ports.ids.new(), now=ports.clock.now(), ttl=LEASE_TIME
        )
        work.commit()
    if lease is None:
        raise PatientBusy(f"patient {patient} is being written by another run")
    try:
        yield lease
    finally:
        with ports.storage.begin() as work:
            work.leases.release(lease)
            work.commit()


def _agenda(
    seen: Revision, ports: Ports, *, lease: Lease, capabilities: Capabilities
) -> tuple[Agenda, tuple[JournalRow, ...]]:
    """Read everything anew under the lease, so that nobody's write lies between reading and writing."""
    with ports.storage.begin() as work:
        revision = work.plans.head(seen.plan.id)
        check_halted(lease.connection_id, work)
        connection = _pinned(_open(work.connections.get(lease.connection_id)), work)
        people = work.people.many(one for _, one in people_named(revision.plan))
        keys = set(keys_of(Subject(plan=revision.plan, people=people)))
        open_rows = _own_rows(revision, keys, work, connection=connection)
        agenda = Agenda(
            plan=revision.plan,
            number=revision.number,
            people=people,
            connection=connection,
            capabilities=capabilities,
            lease=lease,
            ledger=_ledger(keys | {_key(row) for row in open_rows}, work, connection=connection),
            asking=ports.asking,
        )
        work.commit()
    return agenda, open_rows


def _pinned(connection: Connection, work: UnitOfWork) -> Connection:
    """From the first push on, resources in the chart carry the identifier system: it stays."""
    if connection.pinned or connection.mode is ConnectionMode.SHADOW:
        return connection
    return work.connections.put(replace(connection, pinned=True))


def _own_rows(
    revision: Revision, keys: Set[Key], work: UnitOfWork, *, connection: Connection
) -> tuple[JournalRow, ...]:
    """Return the open rows that this plan can settle: its own, and those of people that plans share."""
    rows = work.journal.open_rows(connection.id, revision.plan.patient.id)
    return tuple(row for row in rows if row.plan_id == revision.plan.id or _key(row) in keys)


def _ledger(keys: Set[Key], work: UnitOfWork, *, connection: Connection) -> dict[Key, LedgerEntry]:
    entries = work.ledger.many(connection.id, ((key.type, key.item) for key in keys))
    return {Key(entry.resource_type, entry.item_id): entry for entry in entries}


def _key(row: JournalRow) -> Key:
    return Key(row.resource_type, row.item_id)
