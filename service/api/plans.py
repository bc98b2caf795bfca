"""Plans: listed, made, read, replaced and patched."""

from dataclasses import dataclass, fields
from typing import Any

from flask import Response, request

from service.api.doors import Doors, Gives, Operation, Shape, Takes, Write
from service.api.entrance import WITHHELD, about, shown, tag, told_withheld
from service.api.queries import PlanQuery, filter_of
from service.api.requests import MERGE_PATCH
from service.api.responses import answer, dumped, listing, unless_known
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.keep_plan import create_plan, replace_plan
from service.application.ports import Editor, PlanPorts
from service.application.read_plan import list_plans, read_plan
from service.document import merge_patch, plan_from_document, plan_to_document
from service.domain.plan import Plan
from service.domain.revision import Revision
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.storage import PlanSummary, Superseded

_ONE = "/plans/<id:plan_id>"
_PLAN = Gives(shape=schema_of(Plan), headers=("ETag", WITHHELD))
_PATCH = {
    "type": "object",
    "description": "A JSON Merge Patch (RFC 7396) of a Plan: null removes, a list replaces the whole list.",
}


def plan_doors(services: Services) -> Doors:
    """Return the doors to plans as a whole."""
    views = _Plans(services.plans)
    whole = Takes(shape=schema_of(Plan), read=plan_from_document)
    patch = Takes(shape=_PATCH, media=MERGE_PATCH, apart=frozenset(one.name for one in fields(Plan)))
    reads, writes = Permission.READ_PLAN, Permission.WRITE_PLAN
    made = Gives(status=201, shape=schema_of(Plan), headers=("ETag", "Location", WITHHELD))
    creates = Operation(
        method="POST",
        path="/plans",
        gives=made,
        takes=whole,
        write=Write.CREATE,
        refuses=(409,),
        needs=writes,
        once=True,
    )
    lists = page_of(PlanSummary)
    doors = Doors("plans", "Treatment plans, whole.")
    doors.open(
        "listPlans",
        Operation(method="GET", path="/plans", gives=lists, query=PlanQuery, needs=Permission.LIST_PLANS),
        views.list,
    )
    doors.open("createPlan", creates, views.create)
    doors.open(
        "readPlan",
        Operation(method="GET", path=_ONE, gives=_PLAN, headers=("IfNoneMatch",), needs=reads),
        views.read,
    )
    doors.open(
        "replacePlan",
        Operation(method="PUT", path=_ONE, gives=_PLAN, takes=whole, write=Write.EDIT, needs=writes),
        views.replace,
    )
    doors.open(
        "patchPlan",
        Operation(method="PATCH", path=_ONE, gives=_PLAN, takes=patch, write=Write.EDIT, needs=writes),
        views.patch,
    )
    return doors


def page_of(kind: type) -> Gives:
    """Return the answer that is a page of values of a dataclass."""
    return Gives(shape=items_of(schema_of(kind)), headers=("Link",))


def items_of(shape: Shape) -> JsonObject:
    """Return the shape of a list."""
    items = {"type": "array", "items": shape}
    return {"type": "object", "required": ["items"], "properties": {"items": items}}


@dataclass(frozen=True, slots=True)
class _Plans:
    ports: PlanPorts

    def list(self, query: dict[str, Any]) -> Response:
        """List plans, those first added first."""
        page = list_plans(filter_of(query), after=query.get("after"), limit=query["limit"], ports=self.ports)
        members = [dumped(schema_of(PlanSummary), one) for one in page.items]
        return listing(members, more=page.next, request=request)

    def create(self, *, body: Plan, author: str) -> Response:
        """Make a plan; its author and every id in it are the client's."""
        about(body.id)
        revision = create_plan(body, author=author, ports=self.ports)
        return _answered(revision, status=201, location=f"/plans/{body.id}")

    def read(self, plan_id: str) -> Response:
        """Read the latest revision of a plan."""
        return unless_known(_answered(read_plan(plan_id, ports=self.ports)), request)

    def replace(self, plan_id: str, *, body: Plan, editor: Editor) -> Response:
        """Put the next revision on top of the one that was read; leaving an item out is refused."""
        check_id(body.id, plan_id)
        return _answered(replace_plan(body, editor=editor, ports=self.ports))

    def patch(self, plan_id: str, *, body: JsonObject, editor: Editor) -> Response:
        """Change a part of a plan by a JSON Merge Patch of its document."""
        head = read_plan(plan_id, ports=self.ports)
        if head.number != editor.expected:
            raise Superseded(head.number)
        patched = plan_from_document(merge_patch(plan_to_document(shown(head).plan), body))
        return self.replace(plan_id, body=patched, editor=editor)


def check_id(given: str, in_path: str) -> None:
    """Refuse, with `Invalid`, a body that has another id than its path."""
    if given != in_path:
        raise Invalid([Problem("id", "must be the id in the path")])


def _answered(revision: Revision, *, status: int = 200, location: str = "") -> Response:
    sight = shown(revision)
    response = answer(plan_to_document(sight.plan), status=status, etag=tag(revision), location=location)
    return told_withheld(response, sight)
