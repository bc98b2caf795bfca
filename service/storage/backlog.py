"""What waits, counted by the database."""

from sqlalchemy import Connection, and_, func, select

from service.domain.alert import WAITING, AlertState
from service.domain.therapy import RequestStatus
from service.ports.backlog import AT_REST, OpenAlerts, OpenWrites, PlannedPasses, WaitingItems
from service.ports.storage import LinkState
from service.storage.tables import alerts, jobs, journal, ledger, plans


class SqlBacklog:
    """`service.ports.backlog.Backlog` over the ledger and the journal; an index answers each question."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting_items(self) -> tuple[WaitingItems, ...]:
        """Return the items that are not at rest, by connection and state."""
        moving = ledger.c.state.not_in([one.value for one in AT_REST])
        # A resource that several plans rest on waits once.
        place = (ledger.c.connection_id, ledger.c.state, ledger.c.resource_type, ledger.c.item_id)
        each = select(*place).distinct().where(moving).subquery()
        counted = self._connection.execute(
            select(each.c.connection_id, each.c.state, func.count()).group_by(
                each.c.connection_id, each.c.state
            )
        )
        found = [WaitingItems(connection_id=c, state=LinkState(s), number=n) for c, s, n in counted]
        # Sorted here: the databases' collations differ.
        return tuple(sorted(found, key=lambda one: (one.connection_id, one.state)))

    def open_writes(self) -> tuple[OpenWrites, ...]:
        """Return the journal rows that are not settled, by connection."""
        place = journal.c.connection_id
        counted = self._connection.execute(
            select(place, func.count(), func.min(journal.c.recorded_at))
            .where(journal.c.settled_at.is_(None))
            .group_by(place)
        )
        found = (OpenWrites(connection_id=c, number=n, oldest=oldest) for c, n, oldest in counted)
        return tuple(sorted(found, key=lambda one: one.connection_id))

    def open_alerts(self) -> OpenAlerts:
        """Return what stands of the alerts that are not closed."""
        counted = self._connection.execute(
            select(alerts.c.state, func.count(), func.min(alerts.c.raised_at), func.min(alerts.c.due_at))
            .where(alerts.c.state != AlertState.CLOSED)
            .group_by(alerts.c.state)
        )
        found = {AlertState(state): (number, raised, due) for state, number, raised, due in counted}
        waiting = [raised for state, (_, raised, _) in found.items() if state in WAITING]
        return OpenAlerts(
            numbers={state: number for state, (number, _, _) in found.items()},
            waiting_since=min(waiting, default=None),
            due_since=min((due for _, _, due in found.values() if due is not None), default=None),
        )

    def plans_without_contacts(self) -> int:
        """Return how many active plans name nobody whom an alert reaches."""
        bare = (plans.c.status == RequestStatus.ACTIVE) & ~plans.c.reached
        counted = self._connection.scalar(select(func.count()).select_from(plans).where(bare))
        return counted or 0

    def planned_passes(self) -> tuple[PlannedPasses, ...]:
        """Return what the worker is to do, by connection."""
        waits, runs = jobs.c.waiting_id.is_not(None), jobs.c.running_id.is_not(None)
        counted = self._connection.execute(
            select(
                jobs.c.connection_id.label("connection_id"),
                func.count().filter(waits).label("queued"),
                func.count().filter(runs).label("running"),
                func.count().filter(and_(~waits, ~runs)).label("paused"),
                func.min(jobs.c.asked_at).label("oldest"),
            ).group_by(jobs.c.connection_id)
        )
        found = (PlannedPasses(**row._mapping) for row in counted)
        return tuple(sorted(found, key=lambda one: one.connection_id))
