"""One run at one patient's chart: one writer, known abilities, and everything read anew under the lease."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.application.halting import check_halted, check_same_server, halting
from service.domain.people import Person
from service.domain.plan import people_named
from service.domain.revision import Revision
from service.mapping.graph import Subject, keys_of
from service.mapping.references import Key
from service.ports.ehr import Capabilities
from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.storage import (
    Connection,
    ConnectionMode,
    KeptCapabilities,
    Lease,
    LedgerEntry,
    StorageError,
    UnitOfWork,
)
from service.sync.agenda import Agenda, Ports
from service.sync.fencing import LeaseLost
from service.sync.lending import is_whole, lent
from service.sync.push import Outcome
from service.sync.report import PushReport, standing_of

# A holder that died gives way after it; one that lives renews it every few seconds, however long it takes.
LEASE_TIME = timedelta(seconds=15)
CAPABILITIES_LAST = timedelta(days=1)


ANY_MODE = frozenset(ConnectionMode)


class ReadOnly(Exception):
    """The connection must not write: an operator opens it."""


class PatientBusy(Exception):
    """Another run writes this patient's chart now: try again when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The plan, and the connection to the chart of its patient."""

    plan_id: str
    connection_id: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one commit read as it took the lease: nobody's write lies between reading and writing.

    `lent` are the entries that another plan made, as `service.sync.lending` lends them.
    """

    lease: Lease
    revision: Revision
    connection: Connection
    people: Mapping[str, Person]
    ledger: dict[Key, LedgerEntry]
    open_rows: tuple[JournalRow, ...]
    offered: KeptCapabilities
    woken: int
    lent: tuple[LedgerEntry, ...]


@contextmanager
def at_the_chart(
    whose: Whose, ports: Ports, *, modes: Set[ConnectionMode] = ANY_MODE, lease: Lease | None = None
) -> Iterator[tuple[Agenda, tuple[JournalRow, ...]]]:
    """Give the agenda of a run and the journal rows that are open, under the lease of the patient's chart.

    `modes` are those in which a connection admits the run; a `lease` that is held already is gone on with.
    Raises `Unknown`, `ReadOnly`, `PatientBusy` (also when another run took over), `EhrError`, and
    `ServerReset` when the server went back: then the connection is halted.
    """
    ended: list[LastPass] = []
    answered: list[int] = []
    with halting(whose.connection_id, ports.storage):
        found = _entered(whose, ports, modes=modes, held=lease)
        try:
            with ports.meanwhile(lambda: _renew(found.lease, ports)):
                yield _agenda(found, ports, ended=ended, answered=answered), found.open_rows
        except LeaseLost:
            raise PatientBusy(f"patient {found.lease.patient_id} was taken over by another run") from None
        finally:
            _leave(found, ended, ports, keeps=lease is not None, answered=answered)


def _agenda(found: _Found, ports: Ports, *, ended: list[LastPass], answered: list[int]) -> Agenda:
    return Agenda(
        plan=found.revision.plan,
        number=found.revision.number,
        people=found.people,
        connection=found.connection,
        capabilities=_understood(found.offered, ports),
        lease=found.lease,
        ledger=found.ledger,
        asking=ports.asking,
        ended=ended,
        woken=found.woken,
        answered=answered,
    )


@contextmanager
def lease_of(whose: Whose, ports: Ports, *, modes: Set[ConnectionMode]) -> Iterator[Lease]:
    """Give the lease of a patient's chart for several runs; raises `Unknown`, `ReadOnly` or `PatientBusy`."""
    lease = _entered(whose, ports, modes=modes).lease
    try:
        with ports.meanwhile(lambda: _renew(lease, ports)):
            yield lease
    finally:
        _give_back(lease, ports)


def check_mode(connection: Connection, modes: Set[ConnectionMode]) -> None:
    """Refuse, with `ReadOnly`, a connection that is in another mode than these."""
    if connection.mode not in modes:
        raise ReadOnly(f"connection {connection.id} is {connection.mode}")


def reported(agenda: Agenda, outcome: Outcome, ports: Ports, *, took_in: bool = False) -> PushReport:
    """Return what became of every item, and note how it ended; raises what ended it before any effect.

    A run that `took_in` what the chart says answers whatever had woken the plan before it began.
    """
    report = PushReport(
        plan_id=agenda.plan.id,
        revision=agenda.number,
        connection_id=agenda.connection.id,
        standing=standing_of(outcome.items),
        items=outcome.items,
    )
    if outcome.stopped is not None and not report.touched:
        raise outcome.stopped
    agenda.ended.append(
        LastPass(
            connection_id=report.connection_id,
            plan_id=report.plan_id,
            revision=report.revision,
            standing=report.standing.value,
            ended_at=ports.clock.now(),
        )
    )
    if took_in and outcome.stopped is None:
        agenda.answered.append(agenda.woken)
    return report


def _entered(whose: Whose, ports: Ports, *, modes: Set[ConnectionMode], held: Lease | None = None) -> _Found:
    """Take the lease; before it, ask the server what it can do where that is not known of today."""
    turns = 1
    while True:
        try:
            found = _enter(whose, ports, modes=modes, held=held)
        except PatientBusy:
            if turns >= ports.tries:
                raise
            turns += 1
            ports.pause()
            continue
        if isinstance(found, _Found):
            return found
        known_capabilities(found, ports)  # asked before the lease, and kept


def _enter(
    whose: Whose, ports: Ports, *, modes: Set[ConnectionMode], held: Lease | None
) -> _Found | Connection:
    """Take the lease, unless it is `held` already, and read everything under it, in one commit.

    Takes none where the server has to be asked first what it can do, and returns the connection.
    """
    holder, now = ports.ids.new(), ports.clock.now()
    with ports.storage.begin() as work:
        connection = work.connections.get(whose.connection_id)
        check_mode(connection, modes)
        check_halted(connection.id, work)
        offered = work.capabilities.get(connection.id)
        if offered is None or not _fresh(offered, connection, now):
            return connection
        patient = work.plans.patient_of(whose.plan_id)
        lease = held or work.leases.acquire(connection.id, patient, holder=holder, now=now, ttl=LEASE_TIME)
        if lease is None:
            raise PatientBusy(f"patient {patient} is being written by another run")
        revision = work.plans.head(whose.plan_id)  # after the lease, so that no run before it is missed
        people = work.people.many(one for _, one in people_named(revision.plan))
        keys = set(keys_of(Subject(plan=revision.plan, people=people)))
        open_rows = _own_rows(revision, keys, work, connection=connection)
        keys |= {_key(row) for row in open_rows}
        ledger, lent = ledger_of(revision.plan.id, keys, work, connection_id=connection.id)
        found = _Found(
            lease=lease,
            revision=revision,
            connection=_pinned(connection, work),
            people=people,
            ledger=ledger | lent,
            open_rows=open_rows,
            offered=offered,
            woken=work.due.number(connection.id, revision.plan.id),
            lent=tuple(one for one in lent.values() if is_whole(one)),
        )
        work.commit()
    return found


def _leave(
    found: _Found, ended: Iterable[LastPass], ports: Ports, *, keeps: bool, answered: Sequence[int]
) -> None:
    """Keep how the run ended, if it did, and give the lease back, unless its giver `keeps` it; one commit."""
    with ports.storage.begin() as work:
        stands = bool(ended) and work.leases.holds(found.lease, ports.clock.now())
        for last in ended if stands else ():  # a later run has told how it ended, and does what was asked
            work.passes.put(last)
            work.ledger.lend(found.lent, plan_id=last.plan_id)
            for number in answered:
                work.due.done(last.connection_id, last.plan_id, number)
        if not keeps:
            work.leases.release(found.lease)
        work.commit()


def _give_back(lease: Lease, ports: Ports) -> None:
    with ports.storage.begin() as work:
        work.leases.release(lease)
        work.commit()


def known_capabilities(connection: Connection, ports: Ports) -> Capabilities:
    """Return what a server can do; it is asked once a day, and the operator's word wins over its own.

    Raises `ServerReset` when another server answers: then the connection is halted.
    """
    with ports.storage.begin(write=False) as work:
        kept = work.capabilities.get(connection.id)
    if kept is None or not _fresh(kept, connection, ports.clock.now()):
        with halting(connection.id, ports.storage):
            kept = _ask(connection, ports)
    return _understood(kept, ports)


def _understood(kept: KeptCapabilities, ports: Ports) -> Capabilities:
    return Capabilities.from_json(kept.content).overridden(ports.override)


def _ask(connection: Connection, ports: Ports) -> KeptCapabilities:
    """Ask the server what it can do, and keep it for a day; raises `ServerReset` when another one answers."""
    asked_at = ports.clock.now()
    offered = ports.ehr.capabilities()
    with ports.storage.begin() as work:
        before = work.capabilities.get(connection.id)
        if before is not None and before.content.get("asked") == connection.base_url:
            known = Capabilities.from_json(before.content)
            check_same_server(known, offered)
            offered = offered.seen_to_overwrite(known.overwrites)
        content = {**offered.to_json(), "asked": connection.base_url}
        kept = KeptCapabilities(content=content, fetched_at=asked_at)
        work.capabilities.put(connection.id, kept)
        work.commit()
    return kept


def _fresh(kept: KeptCapabilities, connection: Connection, now: datetime) -> bool:
    same_server = kept.content.get("asked") == connection.base_url
    return same_server and now - kept.fetched_at < CAPABILITIES_LAST


def _renew(lease: Lease, ports: Ports) -> None:
    """Hold on to a lease; one that was taken over stays so, and the next write finds out."""
    with suppress(StorageError), ports.storage.begin() as work:  # a database that is busy is asked again
        work.leases.renew(lease, now=ports.clock.now(), ttl=LEASE_TIME)
        work.commit()


def _pinned(connection: Connection, work: UnitOfWork) -> Connection:
    """From the first run that links on, the links speak of that server and of our identifiers there."""
    if connection.pinned or connection.mode is ConnectionMode.SHADOW:
        return connection
    return work.connections.put(replace(connection, pinned=True))


def _own_rows(
    revision: Revision, keys: Set[Key], work: UnitOfWork, *, connection: Connection
) -> tuple[JournalRow, ...]:
    """Return the open rows that this plan has to look at: its own, and those of what plans share."""
    rows = work.journal.open_rows(connection.id, revision.plan.patient.id)
    return tuple(row for row in rows if row.plan_id == revision.plan.id or _key(row) in keys)


def ledger_of(
    plan_id: str, keys: Set[Key], work: UnitOfWork, *, connection_id: str
) -> tuple[dict[Key, LedgerEntry], dict[Key, LedgerEntry]]:
    """Return the entries of a plan for these resources, and what other plans lend it of the rest."""
    own = _by_key(work.ledger.many(connection_id, _names(keys), plan_id=plan_id))
    rest = keys - own.keys()
    others = work.ledger.elsewhere(connection_id, _names(rest), plan_id=plan_id) if rest else ()
    return own, _by_key(filter(None, map(lent, others)))


def _names(keys: Iterable[Key]) -> list[tuple[str, str]]:
    return sorted((key.type, key.item) for key in keys)


def _by_key(entries: Iterable[LedgerEntry]) -> dict[Key, LedgerEntry]:
    return {Key(entry.resource_type, entry.item_id): entry for entry in entries}


def _key(row: JournalRow) -> Key:
    return Key(row.resource_type, row.item_id)
