"""The audit trail: who did what to which plan, and how many came without an identity."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request
from marshmallow import RAISE, Schema, fields
from marshmallow.validate import Length, Range, Regexp

from service.api.doors import Doors, Gives, Operation
from service.api.plans import items_of, page_of
from service.api.queries import Moment, PageQuery
from service.api.responses import answer, dumped, listing
from service.api.schemas import ID, schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.audit import read_refused, read_trail
from service.application.ports import PlanPorts
from service.ports.access import AuditEntry, AuditFilter, Outcome, RefusedCount

_LONGEST = 128
_MONTH = 31


class AuditQuery(PageQuery):
    """Which entries, and which page of them."""

    after = fields.Integer(  # type: ignore[assignment]  # here a page follows a number
        validate=Range(1, 2**63 - 1), metadata={"description": "The lowest number of the page before."}
    )
    who = fields.String(validate=Length(min=1, max=_LONGEST))
    operation = fields.String(
        validate=Length(min=1, max=_LONGEST), metadata={"description": "An operationId, or a command."}
    )
    plan = fields.String(validate=Regexp(f"^{ID}$"), metadata={"description": "The plan's id."})
    patient = fields.String(validate=Regexp(f"^{ID}$"), metadata={"description": "The patient's id."})
    outcome = fields.Enum(Outcome, by_value=True, metadata={"type": "string"})
    since = Moment(metadata={"format": "date-time", "description": "With its offset."})
    until = Moment(metadata={"format": "date-time", "description": "With its offset; not included."})


class RefusedQuery(Schema):
    """How far back."""

    class Meta:
        """Refuses a parameter that is none."""

        unknown = RAISE

    days = fields.Integer(load_default=1, validate=Range(1, _MONTH))


def audit_doors(services: Services) -> Doors:
    """Return the doors to the audit trail."""
    views = _Audit(services.plans)
    doors = Doors("audit", "Who did what to which plan; ids and codes alone.")
    counts = Gives(shape=items_of(schema_of(RefusedCount)))
    needs = Permission.READ_AUDIT
    doors.open(
        "listAudit",
        Operation(method="GET", path="/audit", gives=page_of(AuditEntry), query=AuditQuery, needs=needs),
        views.list,
    )
    doors.open(
        "countRefused",
        Operation(method="GET", path="/audit/refused", gives=counts, query=RefusedQuery, needs=needs),
        views.refused,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Audit:
    ports: PlanPorts

    def list(self, query: dict[str, Any]) -> Response:
        """List the entries of the audit trail, the latest first."""
        limit: int = query["limit"]
        found = read_trail(
            _filter_of(query), before=query.get("after"), limit=limit + 1, storage=self.ports.storage
        )
        members = [dumped(schema_of(AuditEntry), one) for one in found[:limit]]
        more = str(found[limit - 1].number) if len(found) > limit else None
        return listing(members, more=more, request=request)

    def refused(self, query: dict[str, Any]) -> Response:
        """Count, hour by hour, the requests that were refused since they showed no identity."""
        found = read_refused(days=query["days"], storage=self.ports.storage, clock=self.ports.clock)
        return answer({"items": [dumped(schema_of(RefusedCount), one) for one in found]})


def _filter_of(query: dict[str, Any]) -> AuditFilter:
    return AuditFilter(
        who=query.get("who"),
        operation=query.get("operation"),
        plan_id=query.get("plan"),
        patient_id=query.get("patient"),
        outcome=query.get("outcome"),
        since=query.get("since"),
        until=query.get("until"),
    )
