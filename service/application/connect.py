"""Keeping a connection as its operator configures it, where the chart does not already rest on it."""

from dataclasses import replace

from service.ports.clock import Clock
from service.ports.storage import Connection, ConnectionMode, Pinned, Storage, UnitOfWork, Unknown
from service.sync.report import Done, Standing

# Why a plan waits whose changes may not leave.
_CLOSED = (Done.WAITING.value, Standing.SHADOW.value)


def keep_connection(wanted: Connection, *, storage: Storage, clock: Clock) -> Connection:
    """Keep a connection, and return it as kept; what waits is due as soon as one is opened for writing.

    Raises `Pinned` when resources are in the chart already and the address or the identifier system would
    change: the ledger speaks of that server and of those identifiers.
    """
    with storage.begin(write=False) as work:
        held = _held(wanted.id, work)
    if held is not None and held == replace(wanted, pinned=held.pinned):
        return held  # as before every push but the first: nothing to wait for a writer or a disk for
    with storage.begin() as work:
        held = _held(wanted.id, work)
        if held is not None and held.pinned and held.base_url != wanted.base_url:
            raise Pinned(wanted.id, "base_url")
        kept = work.connections.put(wanted)
        if kept.mode is ConnectionMode.WRITE and held is not None and held.mode is not kept.mode:
            for reason in _CLOSED:
                work.jobs.hasten(reason, clock.now())
        work.commit()
    return kept


def connection_as_wanted(wanted: Connection, *, storage: Storage) -> Connection:
    """Return a connection as `keep_connection` would, and keep nothing; raises `Pinned` as it does."""
    with storage.begin(write=False) as work:
        held = _held(wanted.id, work)
    if held is None or not held.pinned:
        return wanted
    for setting in ("base_url", "identifier_system"):
        if getattr(held, setting) != getattr(wanted, setting):
            raise Pinned(wanted.id, setting)
    return replace(wanted, pinned=True)


def _held(connection_id: str, work: UnitOfWork) -> Connection | None:
    try:
        return work.connections.get(connection_id)
    except Unknown:
        return None
