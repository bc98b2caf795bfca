"""What people do with alerts: look at them, say that they look after one, and close it with a reason."""

from collections.abc import Callable
from dataclasses import replace

from service.application.ports import PlanPorts
from service.domain.alert import Alert, AlertState, acknowledged, closed


def list_alerts(
    *, state: AlertState | None = None, after: str | None = None, limit: int = 50, ports: PlanPorts
) -> tuple[Alert, ...]:
    """Return alerts, those that are not closed unless a state is named, oldest first; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.alerts.listed(state=state, after=after, limit=limit)


def alerts_of_plan(plan_id: str, *, ports: PlanPorts) -> tuple[Alert, ...]:
    """Return every alert that a plan ever raised, oldest first; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        work.plans.head(plan_id)
        return work.alerts.of_plan(plan_id)


def read_alert(alert_id: str, *, ports: PlanPorts) -> Alert:
    """Return an alert; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        return work.alerts.get(alert_id)


def acknowledge_alert(alert_id: str, *, who: str, ports: PlanPorts) -> Alert:
    """Keep that somebody looks after an alert; raises `Unknown`, `Outdated`, and `Invalid` once closed."""
    return _changed(alert_id, lambda alert: acknowledged(alert, who=who, now=ports.clock.now()), ports)


def close_alert(alert_id: str, *, who: str, reason: str, ports: PlanPorts) -> Alert:
    """Keep that the person was assessed; raises as `acknowledge_alert`, and `Invalid` without a reason."""
    return _changed(
        alert_id, lambda alert: closed(alert, who=who, reason=reason, now=ports.clock.now()), ports
    )


def _changed(alert_id: str, change: Callable[[Alert], Alert], ports: PlanPorts) -> Alert:
    with ports.storage.begin() as work:
        alert = work.alerts.get(alert_id)
        after = replace(change(alert), number=alert.number + 1)
        work.alerts.save(after, expected=alert.number)
        work.commit()
    return after
