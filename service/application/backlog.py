"""What waits, for whoever watches over the service."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from service.ports import backlog
from service.ports.backlog import OpenAlerts, OpenWrites, PlannedPasses, WaitingItems
from service.ports.writing import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Everything that waits at one moment, and whether somebody has stopped all writing."""

    items: tuple[WaitingItems, ...]
    writes: tuple[OpenWrites, ...]
    alerts: OpenAlerts
    without_contacts: int
    passes: tuple[PlannedPasses, ...]
    stopped: bool = False


class _Work(Protocol):
    @property
    def backlog(self) -> backlog.Backlog: ...
    @property
    def writing(self) -> Writing: ...


class CountingStorage(Protocol):
    """A storage that can count what waits."""

    def begin(self, *, write: bool = True) -> AbstractContextManager[_Work]:
        """Open a unit of work."""


def read_backlog(storage: CountingStorage) -> Backlog:
    """Return what waits now."""
    with storage.begin(write=False) as work:
        held = work.backlog
        return Backlog(
            items=held.waiting_items(),
            writes=held.open_writes(),
            alerts=held.open_alerts(),
            without_contacts=held.plans_without_contacts(),
            passes=held.planned_passes(),
            stopped=work.writing.get().stopped,
        )
