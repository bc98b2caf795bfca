"""Bringing a plan and the chart into step."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from marshmallow import fields

from service.api.doors import Doors, Gives, Operation
from service.api.refusals import NoEhr
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.chart_run import Whose
from service.application.sync_plan import SyncPlan
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
        ),
        _Sync(services.push).sync,
    )
    return doors


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
        return answer(dumped(PushReportSchema, self.carry_out(SyncPlan(plan_id=plan_id))))
