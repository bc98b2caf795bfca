"""What waits, counted in memory."""

from collections import Counter
from collections.abc import Collection, Iterable

from service.domain.alert import WAITING, Alert, AlertState
from service.domain.revision import Revision
from service.domain.therapy import RequestStatus
from service.ports.backlog import AT_REST, OpenAlerts, OpenWrites, PlannedPasses, WaitingItems
from service.ports.journal import JournalRow
from service.ports.storage import LedgerEntry
from tests.fakes.jobs import HeldJob


class MemoryBacklog:
    """`service.ports.backlog.Backlog` over what is kept in memory."""

    def __init__(
        self,
        entries: Iterable[LedgerEntry],
        rows: Iterable[JournalRow],
        *,
        jobs: Collection[HeldJob],
        alerts: Iterable[Alert],
        plans: Iterable[tuple[Revision, ...]],
    ) -> None:
        self._entries = entries
        self._rows = rows
        self._jobs = jobs
        self._alerts = alerts
        self._plans = plans

    def open_alerts(self) -> OpenAlerts:
        held = [one for one in self._alerts if one.state is not AlertState.CLOSED]
        due = [one.due_at for one in held if one.due_at is not None]
        return OpenAlerts(
            numbers=Counter(one.state for one in held),
            waiting_since=min((one.raised_at for one in held if one.state in WAITING), default=None),
            due_since=min(due, default=None),
        )

    def plans_without_contacts(self) -> int:
        heads = [held[-1].plan for held in self._plans]
        return sum(one.status is RequestStatus.ACTIVE and one.safety is None for one in heads)

    def waiting_items(self) -> tuple[WaitingItems, ...]:
        moving = (one for one in self._entries if one.state not in AT_REST)
        places = {(one.connection_id, one.state, one.resource_type, one.item_id) for one in moving}
        held = Counter(place[:2] for place in places)
        return tuple(
            WaitingItems(connection_id=where, state=state, number=held[where, state])
            for where, state in sorted(held)
        )

    def open_writes(self) -> tuple[OpenWrites, ...]:
        since: dict[str, list[JournalRow]] = {}
        for row in self._rows:
            if row.settled_at is None:
                since.setdefault(row.connection_id, []).append(row)
        return tuple(
            OpenWrites(connection_id=where, number=len(rows), oldest=min(one.recorded_at for one in rows))
            for where, rows in sorted(since.items())
        )

    def planned_passes(self) -> tuple[PlannedPasses, ...]:
        return tuple(
            _planned(where, [one for one in self._jobs if one.connection_id == where])
            for where in sorted({one.connection_id for one in self._jobs})
        )


def _planned(where: str, jobs: list[HeldJob]) -> PlannedPasses:
    waiting = [one for one in jobs if one.waiting_id is not None]
    running = [one for one in jobs if one.running_id is not None]
    asked = [one.asked_at for one in waiting if one.asked_at is not None]
    return PlannedPasses(
        connection_id=where,
        queued=len(waiting),
        running=len(running),
        paused=sum(one.waiting_id is None and one.running_id is None for one in jobs),
        oldest=min(asked, default=None),
    )
