"""Bringing a plan and the chart into step."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Response
from marshmallow import fields

from service.api.doors import Doors, Gives, Operation, Takes
from service.api.entrance import begun, caller_at_hand
from service.api.plans import items_of
from service.api.refusals import NoEhr
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission, sees_what_charts_say_beside
from service.application.chart_run import Whose
from service.application.ports import PlanPorts
from service.application.preview_sync import ApplySync, Preview
from service.application.sync_plan import SyncPlan
from service.application.sync_status import ItemStatus, SyncStatus, sync_status, why
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
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


_APPLY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "apply": {"type": "string", "description": "The digest of the preview that is to be carried out."},
    },
}


def sync_doors(services: Services) -> Doors:
    """Return the door to the chart."""
    doors = Doors("sync", "Plans on their way into the EHR.")
    doors.open(
        "syncPlan",
        Operation(
            method="POST",
            path="/plans/<id:plan_id>/sync",
            gives=Gives(shape=PushReportSchema),
            takes=Takes(shape=_APPLY, read=_digest, optional=True),
            refuses=(409, 412, 502, 504),
            needs=Permission.PUSH_PLAN,
        ),
        _Sync(services.push).sync,
    )
    doors.open(
        "previewSync",
        Operation(
            method="POST",
            path="/plans/<id:plan_id>/preview",
            gives=Gives(shape=schema_of(Preview)),
            refuses=(409, 412, 502),
            needs=Permission.PUSH_PLAN,
        ),
        _Preview(services.preview).preview,
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
        """Tell where the resources of one item stand, with the last attempts, the newest first.

        What the chart says beside the plan is for those who treat: a patient's token does not see it.
        """
        found = why(item_id, plan_id=plan_id, ports=self.ports)
        if not sees_what_charts_say_beside(caller_at_hand()):
            found = tuple(replace(one, beside=()) for one in found)
        return answer({"items": [dumped(schema_of(ItemStatus), one) for one in found]})


@dataclass(frozen=True, slots=True)
class _Sync:
    carry_out: Callable[[Whose], PushReport] | None

    def sync(self, plan_id: str, *, body: str | None) -> Response:
        """Take in what the chart says, and write what the plan says.

        With `apply`, exactly the requests of the preview with that digest are sent, or 412 says what moved.

        200 says that the pass was made, and `standing` how plan and chart stand: in-step, partly, parked
        or shadow. Each item says what was done, and what stands in its way in the server's own words; what
        both sides changed waits in the inbox.
        """
        if self.carry_out is None:
            raise NoEhr("No EHR is configured.")
        begun()
        command = SyncPlan(plan_id=plan_id) if body is None else ApplySync(plan_id=plan_id, digest=body)
        return answer(dumped(PushReportSchema, self.carry_out(command)))


@dataclass(frozen=True, slots=True)
class _Preview:
    look: Callable[[SyncPlan], Preview] | None

    def preview(self, plan_id: str) -> Response:
        """Tell what a sync would do, and do nothing: the difference in words, and every request.

        It holds for a connection of any mode, as if it wrote. The digest is for `apply` of the sync itself.
        """
        if self.look is None:
            raise NoEhr("No EHR is configured.")
        return answer(dumped(schema_of(Preview), self.look(SyncPlan(plan_id=plan_id))))


def _digest(document: JsonObject) -> str | None:
    """Return the digest of the preview that is to be applied, None for a sync without one."""
    problems = [Problem("?", "is no field here") for name in document if name != "apply"]
    digest = document.get("apply", "")
    # Whoever names a preview, even null by a mistake of theirs, does not ask for a sync without one.
    if not isinstance(digest, str):
        problems.append(Problem("apply", "must be the digest of a preview"))
    if problems:
        raise Invalid(problems)
    return digest if "apply" in document else None
