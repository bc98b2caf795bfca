"""Commands at a chart: which use case carries each out, and what is written down of it."""

from service.application.bind_patient import (
    Binding,
    BindPatient,
    LookAtPatient,
    bind_patient,
    look_at_binding,
)
from service.application.chart_run import Whose
from service.application.import_chart import ImportChart, ImportPorts, import_chart
from service.application.preview_sync import ApplySync, Preview, apply_sync, preview_sync
from service.application.push_plan import PushPlan, push_plan
from service.application.sync_plan import SyncPlan, sync_plan
from service.ports.ehr import EhrError
from service.ports.imports import ImportRecord
from service.ports.storage import Connection
from service.sync.agenda import Ports
from service.sync.report import PushReport
from service.telemetry.events import IMPORT_FINISHED, PUSH_FAILED, PUSH_FINISHED, SYNC_PREVIEWED, Log, emit
from service.telemetry.watch import Watch


def watched(command: Whose, ports: Ports, *, log: Log, watch: Watch) -> PushReport:
    """Carry out a command, and write down what came of it; raises as its use case does."""
    whose = {"plan_id": command.plan_id, "connection_id": command.connection_id}
    with watch.push(command.plan_id, command.connection_id) as seen:
        try:
            report = carried_out(command, ports)
        except EhrError as error:
            seen.outcome = "failed"
            emit(log, PUSH_FAILED, error=type(error).__name__, status=error.status, **whose)
            raise
        standing = seen.outcome = report.standing.value
        seen.revision, seen.writes, seen.counts = report.revision, report.writes, report.counts
    emit(
        log,
        PUSH_FINISHED,
        revision=report.revision,
        standing=standing,
        writes=report.writes,
        counts=report.counts,
        **whose,
    )
    return report


def previewed(command: SyncPlan, ports: Ports, *, over: Connection, log: Log) -> Preview:
    """Say what a pass would do, and write down that it was asked; raises as the use case does."""
    seen = preview_sync(command, ports, over=over)
    emit(
        log,
        SYNC_PREVIEWED,
        plan_id=seen.plan_id,
        revision=seen.revision,
        connection_id=seen.connection_id,
        standing=seen.standing.value,
        requests=len(seen.requests),
    )
    return seen


def carried_out(command: Whose, ports: Ports) -> PushReport:
    """Carry out a command, and return what became of every item; raises as its use case does."""
    match command:
        case ApplySync():
            return apply_sync(command, ports)
        case SyncPlan():
            return sync_plan(command, ports)
        case _:
            return push_plan(PushPlan(plan_id=command.plan_id, connection_id=command.connection_id), ports)


def bound(command: LookAtPatient, ports: Ports) -> Binding:
    """Compare a plan with a patient of the chart, or bind it; raises as the use case does."""
    if isinstance(command, BindPatient):
        return bind_patient(command, ports)
    return look_at_binding(command, ports)


def imported(command: ImportChart, ports: ImportPorts, *, log: Log) -> ImportRecord:
    """Import a chart, and write down what came of it; raises as the use case does."""
    record = import_chart(command, ports)
    emit(
        log,
        IMPORT_FINISHED,
        import_id=record.id,
        plan_id=record.plan_id,
        outcome=record.outcome.value,
        source=record.source.value,
    )
    return record
