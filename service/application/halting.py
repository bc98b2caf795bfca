"""A connection whose server went back is halted: nothing passes over it until a person accepts the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from service.application.ports import PlanPorts
from service.ports.ehr import Capabilities
from service.ports.storage import PlanFilter, Storage, UnitOfWork
from service.sync.restored import ServerReset, doubted

# Kept beside the cursors, since reading stops there; an empty value is none.
_MARK = "halted"
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a person accepted: why the connection was halted, and how many agreements are in doubt now."""

    connection_id: str
    reason: str | None
    doubted: int


def check_halted(connection_id: str, work: UnitOfWork) -> None:
    """Raise `ServerReset` while a connection waits for a person."""
    reason = work.cursors.get(connection_id, _MARK)
    if reason:
        raise ServerReset(reason)


def check_same_server(before: Capabilities, now: Capabilities) -> None:
    """Raise `ServerReset` when another server, or another make of server, answers at the address."""
    if before.implementation and now.implementation and before.implementation != now.implementation:
        raise ServerReset("another server answers at the EHR's address: its implementation.url changed")
    if _make(before) and _make(now) and _make(before) != _make(now):
        raise ServerReset("another make of server answers at the EHR's address: its software changed")


@contextmanager
def halting(connection_id: str, storage: Storage) -> Iterator[None]:
    """Halt the connection when what happens inside finds out that its server went back."""
    try:
        yield
    except ServerReset as error:
        with storage.begin() as work:
            work.cursors.put(connection_id, _MARK, str(error))
            work.commit()
        raise


def accept_server(connection_id: str, *, ports: PlanPorts) -> Accepted:
    """Let passes go on: from now on every agreement over the connection is in doubt, and is compared anew.

    What the chart says otherwise than was agreed then waits in the inbox, and what it lacks counts as gone.
    Raises `Unknown`.
    """
    with ports.storage.begin() as work:
        connection = work.connections.get(connection_id)
        reason = work.cursors.get(connection.id, _MARK) or None
        plans = tuple(_plans(work))
        count = sum(_doubt(connection.id, plan_id, work) for plan_id in plans)
        _ask_anew(connection.id, work)
        work.cursors.put(connection.id, _MARK, "")
        work.jobs.wake(connection.id, plans)
        work.commit()
    return Accepted(connection_id=connection_id, reason=reason, doubted=count)


def _ask_anew(connection_id: str, work: UnitOfWork) -> None:
    """Forget what the server offered, so that whoever answers next is asked, and not compared."""
    kept = work.capabilities.get(connection_id)
    if kept is not None:
        work.capabilities.put(connection_id, replace(kept, content={**kept.content, "asked": ""}))


def _plans(work: UnitOfWork) -> Iterator[str]:
    after: str | None = None
    while True:
        found = work.plans.page(PlanFilter(), after=after, limit=_PAGE)
        yield from (one.id for one in found.items)
        if found.next is None:
            return
        after = found.next


def _doubt(connection_id: str, plan_id: str, work: UnitOfWork) -> int:
    agreed = [one for one in work.ledger.of_plan(connection_id, plan_id) if one.agreed_theirs is not None]
    work.ledger.save(map(doubted, agreed), plan_id=plan_id)
    return len(agreed)


def _make(server: Capabilities) -> str:
    """Return the name of the software without its versions, which change at every update."""
    return " ".join(one for one in (server.software or "").split() if not any(c.isdigit() for c in one))
