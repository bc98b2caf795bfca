"""Which use case carries out which command at a chart."""

from service.application.chart_run import Whose
from service.application.preview_sync import ApplySync, apply_sync
from service.application.push_plan import PushPlan, push_plan
from service.application.sync_plan import SyncPlan, sync_plan
from service.sync.agenda import Ports
from service.sync.report import PushReport


def carried_out(command: Whose, ports: Ports) -> PushReport:
    """Carry out a command, and return what became of every item; raises as its use case does."""
    match command:
        case ApplySync():
            return apply_sync(command, ports)
        case SyncPlan():
            return sync_plan(command, ports)
        case _:
            return push_plan(PushPlan(plan_id=command.plan_id, connection_id=command.connection_id), ports)
