"""Bringing a plan and the chart into step."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from marshmallow import fields

from service.api.doors import Doors, Gives, Operation
from service.api.entrance import begun
from service.api.plans import items_of
from service.api.refusals import NoEhr
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.chart_run import Whose
from service.application.ports import PlanPorts
from service.application.sync_plan import SyncPlan
from service.application.sync_status import ItemStatus, SyncStatus, sync_status, why
from service.sync.report import PushReport


class PushReportSchema(schema_of(PushReport)):  # type: ignore[misc]  # a base that is made at run time
    """The report of a sync with its two sums."""

    writes = fields.Integer(required=True, metadata={"description": "How many resources were written."})
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "How many items came out how."},
    )


def sync_doors(services: Services) -> Doors:
    """Return the door to the chart."""
    doors = Doors("sync", "Plans on their way into the EHR.")
    doors.open(
        "syncPlan",
        Operation(
            method="POST",
            path="/plans/<id:plan_id>/sync",
            gives=Gives(shape=PushReportSchema),
            refuses=(409, 412, 502, 504),
            needs=Permission.PUSH_PLAN,
        ),
        _Sync(services.push).sync,
    )
    status = _Status(services.plans, services.writing)
    doors.open(
        "readSync",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/sync",
            gives=Gives(shape=schema_of(SyncStatus)),
            needs=Permission.READ_PLAN,
        ),
        status.of_plan,
    )
    doors.open(
        "readItemSync",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/sync/<id:item_id>",
            gives=Gives(shape=items_of(schema_of(ItemStatus))),
            needs=Permission.READ_PLAN,
        ),
        status.of_item,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Status:
    ports: PlanPorts
    writing: bool

    def of_plan(self, plan_id: str) -> Response:
        """Tell where every resource of a plan stands, what waits and why, and what to do next."""
        return answer(
            dumped(schema_of(SyncStatus), sync_status(plan_id, ports=self.ports, writing=self.writing))
        )

    def of_item(self, plan_id: str, item_id: str) -> Response:
        """Tell where the resources of one item stand, with the last attempts, the newest first."""
        found = why(item_id, plan_id=plan_id, ports=self.ports)
        return answer({"items": [dumped(schema_of(ItemStatus), one) for one in found]})


@dataclass(frozen=True, slots=True)
class _Sync:
    carry_out: Callable[[Whose], PushReport] | None

    def sync(self, plan_id: str) -> Response:
        """Take in what the chart says, and write what the plan says.

        200 says that the pass was made, and `standing` how plan and chart stand: in-step, partly, parked
        or shadow. Each item says what was done, and what stands in its way in the server's own words; what
        both sides changed waits in the inbox.
        """
        if self.carry_out is None:
            raise NoEhr("No EHR is configured.")
        begun()
        return answer(dumped(PushReportSchema, self.carry_out(SyncPlan(plan_id=plan_id))))
