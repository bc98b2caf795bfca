"""Alerts: what needs a clinician's assessment, who looks after it, and how it was closed."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request
from marshmallow import fields
from marshmallow.validate import Regexp

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.entrance import about
from service.api.plans import items_of
from service.api.queries import PageQuery
from service.api.responses import answer, dumped, listing
from service.api.schemas import ID, schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.alert_view import AlertShown, EntryNotice, entry_notice, shown
from service.application.answer_alerts import (
    acknowledge_alert,
    alerts_of_plan,
    close_alert,
    list_alerts,
    read_alert,
)
from service.application.ports import PlanPorts
from service.application.read_plan import read_plan
from service.domain.alert import Alert, AlertState
from service.domain.values import TEXT_LIMIT, Invalid, Problem
from service.fhir.json import JsonObject

_ONE = "/alerts/<id:item_id>"
_CLOSURE = {
    "type": "object",
    "required": ["reason"],
    "additionalProperties": False,
    "description": "Why nothing more is needed; the author's name is kept with it.",
    "properties": {"reason": {"type": "string", "minLength": 1, "maxLength": TEXT_LIMIT}},
}


class AlertQuery(PageQuery):
    """Which alerts, and which page of them."""

    state = fields.Enum(
        AlertState,
        by_value=True,
        metadata={"type": "string", "description": "All that are not closed, unless a state is named."},
    )
    after = fields.String(
        validate=Regexp(f"^{ID}$"), metadata={"description": "An alert's id, as Link has it."}
    )


def alert_doors(services: Services) -> Doors:
    """Return the doors to alerts."""
    views = _Alerts(services.plans, services.crisis_contacts)
    shape = schema_of(AlertShown)
    doors = Doors("alerts", "What needs a clinician's assessment, and who answers.")
    _open_readings(doors, views)
    doors.open(
        "acknowledgeAlert",
        Operation(
            method="POST",
            path=f"{_ONE}/acknowledgement",
            gives=Gives(shape=shape),
            write=Write.CREATE,
            refuses=(412,),
            needs=Permission.ANSWER_ALERTS,
        ),
        views.acknowledge,
    )
    doors.open(
        "closeAlert",
        Operation(
            method="POST",
            path=f"{_ONE}/closure",
            gives=Gives(shape=shape),
            takes=Takes(shape=_CLOSURE, read=_closure),
            write=Write.CREATE,
            refuses=(412,),
            needs=Permission.ANSWER_ALERTS,
        ),
        views.close,
    )
    return doors


def _open_readings(doors: Doors, views: "_Alerts") -> None:
    shape, needs = schema_of(AlertShown), Permission.READ_ALERTS
    doors.open(
        "listAlerts",
        Operation(
            method="GET",
            path="/alerts",
            gives=Gives(shape=items_of(shape), headers=("Link",)),
            query=AlertQuery,
            refuses=(404,),
            needs=needs,
        ),
        views.list,
    )
    doors.open(
        "readAlert",
        Operation(method="GET", path=_ONE, gives=Gives(shape=shape), needs=needs),
        views.read,
    )
    doors.open(
        "listAlertsOfPlan",
        Operation(
            method="GET", path="/plans/<id:plan_id>/alerts", gives=Gives(shape=items_of(shape)), needs=needs
        ),
        views.of_plan,
    )
    doors.open(
        "readEntryNotice",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/entry-notice",
            gives=Gives(shape=schema_of(EntryNotice)),
            needs=Permission.READ_PLAN,
        ),
        views.notice,
    )


@dataclass(frozen=True, slots=True)
class _Alerts:
    ports: PlanPorts
    crisis_contacts: str | None

    def list(self, query: dict[str, Any]) -> Response:
        """List alerts that are not closed, or those in one state, the oldest first."""
        found = list_alerts(
            state=query.get("state"), after=query.get("after"), limit=query["limit"] + 1, ports=self.ports
        )
        told = found[: query["limit"]]
        more = told[-1].id if len(found) > len(told) else None
        return listing([_document(one) for one in told], more=more, request=request)

    def read(self, item_id: str) -> Response:
        """Read an alert: whom it reached, and everything that happened to it."""
        alert = read_alert(item_id, ports=self.ports)
        about(alert.plan_id)
        return answer(_document(alert))

    def of_plan(self, plan_id: str) -> Response:
        """List every alert that a plan ever raised, the oldest first."""
        found = alerts_of_plan(plan_id, ports=self.ports)
        return answer({"items": [_document(one) for one in found]})

    def notice(self, plan_id: str) -> Response:
        """Read what a form says where scores or journal entries are entered: nobody watches live."""
        read_plan(plan_id, ports=self.ports)  # a form of a plan that is not there has nothing to say
        return answer(dumped(schema_of(EntryNotice), entry_notice(self.crisis_contacts)))

    def acknowledge(self, item_id: str, *, author: str) -> Response:
        """Say that the author looks after an alert; its timers end."""
        about(read_alert(item_id, ports=self.ports).plan_id)
        alert = acknowledge_alert(item_id, who=author, ports=self.ports)
        return answer(_document(alert))

    def close(self, item_id: str, *, body: JsonObject, author: str) -> Response:
        """Close an alert with the author's name and a reason."""
        about(read_alert(item_id, ports=self.ports).plan_id)
        alert = close_alert(item_id, who=author, reason=body["reason"], ports=self.ports)
        return answer(_document(alert))


def _document(alert: Alert) -> JsonObject:
    return dumped(schema_of(AlertShown), shown(alert))


def _closure(document: JsonObject) -> JsonObject:
    """Return a closure; `Invalid` names what is wrong with it."""
    problems = [Problem("?", "is no field here") for _ in document.keys() - {"reason"}]
    reason = document.get("reason")
    if not isinstance(reason, str):
        problems.append(Problem("reason", "is required: what was assessed, and what was done"))
    elif len(reason) > TEXT_LIMIT:
        problems.append(Problem("reason", f"is longer than {TEXT_LIMIT} characters"))
    if problems:
        raise Invalid(problems)
    return document
