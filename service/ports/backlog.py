"""What waits: items that are not in step with their charts, and writes of which nobody knows the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.alert import AlertState
from service.ports.storage import LinkState

# The chart says what we agreed on, or it is the clinic's own and never ours to write.
AT_REST = frozenset({LinkState.IN_SYNC, LinkState.PULL_ONLY, LinkState.PLAN_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingItems:
    """How many items of one connection are in one state."""

    connection_id: str
    state: LinkState
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWrites:
    """How many writes of one connection are open, and since when the oldest is."""

    connection_id: str
    number: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlerts:
    """Alerts that are not closed: how many in each state, since when one waits for somebody, and when one
    that is to be carried was due.
    """

    numbers: Mapping[AlertState, int]
    waiting_since: datetime | None
    due_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPasses:
    """How many plans of one connection wait for a pass, since when the oldest does, run, and pause."""

    connection_id: str
    queued: int
    running: int
    paused: int
    oldest: datetime | None = None


class Backlog(Protocol):
    """Counts over everything that is kept; cheap enough to be asked every few seconds."""

    def waiting_items(self) -> tuple[WaitingItems, ...]:
        """Return the items that are not at rest, by connection and state."""

    def open_writes(self) -> tuple[OpenWrites, ...]:
        """Return the journal rows that are not settled, by connection."""

    def open_alerts(self) -> OpenAlerts:
        """Return what stands of the alerts that are not closed."""

    def plans_without_contacts(self) -> int:
        """Return how many active plans name nobody whom an alert reaches."""

    def planned_passes(self) -> tuple[PlannedPasses, ...]:
        """Return what the worker is to do, by connection."""
