"""Pushing a plan into the chart."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from marshmallow import fields

from service.api.doors import Doors, Gives, Operation
from service.api.entrance import begun
from service.api.refusals import NoEhr
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.push_plan import PushPlan
from service.sync.report import PushReport


class PushReportSchema(schema_of(PushReport)):  # type: ignore[misc]  # a base that is made at run time
    """The report of a push with its two sums."""

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
        "pushPlan",
        Operation(
            method="POST",
            path="/plans/<id:plan_id>/sync",
            gives=Gives(shape=PushReportSchema),
            refuses=(409, 502, 504),
            needs=Permission.PUSH_PLAN,
        ),
        _Sync(services.push).push,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Sync:
    send: Callable[[PushPlan], PushReport] | None

    def push(self, plan_id: str) -> Response:
        """Push the latest revision into the chart.

        200 says that the push was made, and `standing` how plan and chart stand: in-step, partly, parked
        or shadow. Each item says what was done, and what stands in its way in the server's own words.
        """
        if self.send is None:
            raise NoEhr("No EHR is configured.")
        begun()
        return answer(dumped(PushReportSchema, self.send(PushPlan(plan_id=plan_id))))
