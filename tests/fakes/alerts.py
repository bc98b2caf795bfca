"""Alerts in memory, as `service.ports.alerts.Alerts`."""

from collections.abc import Iterable
from datetime import datetime

from service.domain.alert import Alert, AlertState
from service.ports.storage import Outdated, Unknown


class MemoryAlerts:
    def __init__(self, alerts: dict[str, Alert]) -> None:
        self._alerts = alerts

    def add(self, alert: Alert) -> None:
        self._alerts.setdefault(alert.id, alert)

    def save(self, alert: Alert, *, expected: int) -> None:
        if alert.id not in self._alerts or self._alerts[alert.id].number != expected:
            raise Outdated("alert", alert.id)
        self._alerts[alert.id] = alert

    def get(self, alert_id: str) -> Alert:
        if alert_id not in self._alerts:
            raise Unknown("alert", alert_id)
        return self._alerts[alert_id]

    def of_plan(self, plan_id: str) -> tuple[Alert, ...]:
        return _ordered(one for one in self._alerts.values() if one.plan_id == plan_id)

    def listed(
        self, *, state: AlertState | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Alert, ...]:
        found = _ordered(
            one
            for one in self._alerts.values()
            if (one.state is state if state else one.state is not AlertState.CLOSED)
        )
        if after is not None:
            last = self.get(after)
            found = tuple(one for one in found if (one.raised_at, one.id) > (last.raised_at, last.id))
        return found[:limit]

    def due(self, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
        found = [(one.due_at, one.id) for one in self._alerts.values() if one.due_at and one.due_at <= now]
        return tuple(alert_id for _, alert_id in sorted(found)[:limit])


def _ordered(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted(alerts, key=lambda one: (one.raised_at, one.id)))
