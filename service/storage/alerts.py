"""Alerts as rows: states and times in the clear, whom they reach and what was said of them sealed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, tuple_, update

from service.document import alert_from_document, alert_to_document
from service.domain.alert import Alert, AlertState
from service.ports.storage import Outdated, Unknown
from service.storage import rows
from service.storage.columns import Moment
from service.storage.database import insert_new
from service.storage.sealing import Sealer
from service.storage.tables import alerts


class SqlAlerts:
    """`service.ports.alerts.Alerts` in a table."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, alert: Alert) -> None:
        """Keep a new alert; one of this id that is there stays as it is."""
        insert_new(self._connection, alerts, self._row(alert))

    def save(self, alert: Alert, *, expected: int) -> None:
        """Keep an alert in place of its change `expected`; raises `Outdated` when it has moved on."""
        mine = update(alerts).where(alerts.c.id == alert.id, alerts.c.number == expected)
        if self._connection.execute(mine.values(self._row(alert))).rowcount == 0:
            raise Outdated("alert", alert.id)

    def get(self, alert_id: str) -> Alert:
        """Return an alert; raises `Unknown`."""
        row = self._connection.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
        if row is None:
            raise Unknown("alert", alert_id)
        return self._alert(row)

    def of_plan(self, plan_id: str) -> tuple[Alert, ...]:
        """Return the alerts of a plan, closed ones too, oldest first."""
        return self._those(select(alerts).where(alerts.c.plan_id == plan_id))

    def listed(
        self, *, state: AlertState | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Alert, ...]:
        """Return alerts in a state, None for all that are not closed, oldest first, after one with this id.

        Raises `Unknown` for no such id.
        """
        wanted = select(alerts).where(
            alerts.c.state != AlertState.CLOSED if state is None else alerts.c.state == state
        )
        if after is not None:
            last = self.get(after)
            place = tuple_(last.raised_at, last.id, types=[Moment, alerts.c.id.type])
            wanted = wanted.where(tuple_(alerts.c.raised_at, alerts.c.id) > place)
        return self._those(wanted.limit(limit))

    def due(self, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of the alerts for which something is to be done now, the longest due first."""
        wanted = select(alerts.c.id).where(alerts.c.due_at <= now)
        return tuple(self._connection.scalars(wanted.order_by(alerts.c.due_at, alerts.c.id).limit(limit)))

    def _those(self, query: Select[Any]) -> tuple[Alert, ...]:
        found = self._connection.execute(query.order_by(alerts.c.raised_at, alerts.c.id))
        return tuple(self._alert(row) for row in found)

    def _alert(self, row: Row[Any]) -> Alert:
        return alert_from_document(rows.opened(self._sealer, alerts, row)["content"])

    def _row(self, alert: Alert) -> dict[str, Any]:
        row = {
            "id": alert.id,
            "plan_id": alert.plan_id,
            "state": alert.state,
            "number": alert.number,
            "raised_at": alert.raised_at,
            "due_at": alert.due_at,
            "content": alert_to_document(alert),
        }
        return rows.sealed(self._sealer, alerts, row)
