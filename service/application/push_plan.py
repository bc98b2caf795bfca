"""Pushing a plan into the chart: one patient, one writer, and a report that is true."""

from dataclasses import dataclass

from service.application.chart_run import PatientBusy, ReadOnly, Whose, at_the_chart, reported
from service.ports.storage import ConnectionMode
from service.sync.agenda import Ports
from service.sync.push import push
from service.sync.report import PushReport

__all__ = ["PatientBusy", "PushPlan", "ReadOnly", "push_plan"]


# Whoever says push wants it sent, or at least rehearsed: over a connection that only reads it is refused.
_SENDING = frozenset({ConnectionMode.SHADOW, ConnectionMode.WRITE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan(Whose):
    """Push the latest revision of a plan over a connection."""


def push_plan(command: PushPlan, ports: Ports) -> PushReport:
    """Push and report item by item.

    Raises `Unknown`, `ReadOnly`, `PatientBusy` (also when another run took over), and an `EhrError` when the
    server failed before anything was written: then the chart is as it was.
    """
    with at_the_chart(command, ports, modes=_SENDING) as (agenda, open_rows):
        return reported(agenda, push(agenda, ports, open_rows), ports)
