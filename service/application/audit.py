"""The audit trail: one entry for each operation, kept together with the change that it tells of."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, cast

from service.ports.access import AuditEntry, AuditFilter, Doubt, Outcome, RefusedCount
from service.ports.clock import Clock
from service.ports.storage import Storage, UnitOfWork


class Trail:
    """A storage whose first commit also keeps the entry of the operation that it is used for.

    An operation that commits nothing gets its entry from `close`, and so does one whose outcome is another
    than its first commit promised. It is used for one operation, by one thread.
    One about several plans leaves an entry for each, so that each plan's trail has it.
    """

    def __init__(self, storage: Storage, clock: Clock, entry: AuditEntry) -> None:
        self._storage = storage
        self._clock = clock
        self._entry = entry
        self._further: dict[str, None] = {}
        self._kept: Outcome | None = None

    def begin(self, *, write: bool = True) -> UnitOfWork:
        """Open a unit of work; one that writes is witnessed."""
        work = self._storage.begin(write=write)
        return cast("UnitOfWork", _Witnessed(work, self)) if write else work

    def about(
        self, *, plan_id: str | None = None, item_id: str | None = None, acting_for: str | None = None
    ) -> None:
        """Say what the operation turned out to be about; a plan comes to those that were named before."""
        held = self._entry
        if plan_id is not None and held.plan_id not in {None, plan_id}:
            self._further[plan_id] = None
        self._entry = replace(
            held,
            plan_id=held.plan_id or plan_id,
            item_id=item_id or held.item_id,
            acting_for=acting_for or held.acting_for,
        )

    def begun(self) -> None:
        """Keep now that the operation begins: what it writes elsewhere cannot be undone with the entry."""
        with self._storage.begin() as work:
            self._tell(work, Outcome.BEGUN, self._entry.status)
            work.commit()

    def close(self, outcome: Outcome, status: int) -> None:
        """Keep the entry, unless it is kept with this outcome already."""
        if self._kept is outcome:
            return
        with self._storage.begin() as work:
            self._tell(work, outcome, status)
            work.commit()
        self._kept = outcome

    def note(self, work: UnitOfWork) -> None:
        """Add the entry to a unit of work that is about to be committed, once."""
        if self._kept is None:
            self._tell(work, Outcome.DONE, self._entry.status)

    def noted(self) -> None:
        """Remember that the unit of work was committed."""
        self._kept = self._kept or Outcome.DONE

    def _tell(self, work: UnitOfWork, outcome: Outcome, status: int) -> None:
        for one in self._told(outcome, status):
            work.audit.add(one)

    def _told(self, outcome: Outcome, status: int) -> Iterator[AuditEntry]:
        entry = replace(self._entry, at=self._clock.now(), outcome=outcome, status=status)
        if outcome is not Outcome.DONE:
            # Before it is done nobody knows whether there is such an item: the id is what somebody typed.
            entry = replace(entry, item_id=None)
        yield entry
        for plan_id in self._further:
            yield replace(entry, plan_id=plan_id)


class _Witnessed:
    """A unit of work that keeps the trail's entry when it commits; all else is the unit of work's."""

    def __init__(self, work: UnitOfWork, trail: Trail) -> None:
        self._work = work
        self._trail = trail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def __enter__(self) -> Self:
        self._work.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work.__exit__(kind, error, trace)

    def commit(self) -> None:
        self._trail.note(self._work)
        self._work.commit()
        self._trail.noted()


def outcome_of(status: int) -> Outcome:
    """Return what an HTTP status says of an operation."""
    if status < 400:  # noqa: PLR2004  the first status of a refusal
        return Outcome.DONE
    return Outcome.REFUSED if status < 500 else Outcome.FAILED  # noqa: PLR2004  the first of a failure


def count_refused(operation: str, doubt: Doubt, *, storage: Storage, now: datetime) -> None:
    """Count a request that showed no identity; nothing of the request is kept."""
    with storage.begin() as work:
        work.audit.count_refused(now.replace(minute=0, second=0, microsecond=0), operation, doubt)
        work.commit()


def read_trail(
    wanted: AuditFilter, *, before: int | None, limit: int, storage: Storage
) -> tuple[AuditEntry, ...]:
    """Return entries of the trail, the latest first, from below a number."""
    with storage.begin(write=False) as work:
        return work.audit.page(wanted, before=before, limit=limit)


def read_refused(*, days: int, storage: Storage, clock: Clock) -> tuple[RefusedCount, ...]:
    """Return how many requests without an identity were refused in each hour of the last days."""
    with storage.begin(write=False) as work:
        return work.audit.refused(since=clock.now() - timedelta(days=days))
