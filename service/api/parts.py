"""The parts of a plan: one set of doors for each of its lists, and the one to a new dose."""

from dataclasses import dataclass
from functools import partial
from typing import Any, get_args, get_type_hints

from flask import Response, request

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.entrance import WITHHELD, about, shown, tag, told_withheld
from service.api.plans import check_id, items_of
from service.api.responses import answer, unless_known
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.change_plan import add_item, change_dose, find_item, replace_item
from service.application.ports import Editor, PlanPorts
from service.application.read_plan import read_plan
from service.document import dose_from_document, item_from_document, item_to_document
from service.domain.dosing import NewDose
from service.domain.medication import MedicationOrder
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.revision import Revision
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

_KINDS: dict[str, type] = {name: get_args(get_type_hints(Plan)[name])[0] for name in LIST_GROUPS}
_JOURNAL = "journal"
_DOSE = schema_of(NewDose, without=frozenset({"order_id"}))


def part_doors(services: Services) -> Doors:
    """Return the doors to the members of every list of a plan."""
    doors = Doors("parts", "The members of a plan's lists; each change is a revision of the plan.")
    for group, kind in _KINDS.items():
        _open(doors, _Part(services.plans, group), kind)
    doors.open(
        "changeDose",
        Operation(
            method="POST",
            path="/plans/<id:plan_id>/medications/<id:item_id>/dose",
            gives=Gives(status=201, shape=schema_of(MedicationOrder), headers=("ETag", "Location")),
            takes=Takes(shape=_DOSE),
            write=Write.EDIT,
            needs=Permission.WRITE_PLAN,
            once=True,
        ),
        _Part(services.plans, "medications").change_dose,
    )
    return doors


def _open(doors: Doors, views: "_Part", kind: type) -> None:
    group, schema = views.group, schema_of(kind)
    all_, words = f"/plans/<id:plan_id>/{group}", group.replace("_", " ")
    one, name = f"{all_}/<id:item_id>", group.title().replace("_", "")
    takes = Takes(shape=schema, read=partial(item_from_document, group))
    held = Gives(shape=schema, headers=("ETag",))
    counted = (WITHHELD,) if group == _JOURNAL else ()
    listed = Gives(shape=items_of(schema), headers=("ETag", *counted))
    added = Gives(status=201, shape=schema, headers=("ETag", "Location"))
    reading = ("IfNoneMatch",)
    writes = Permission.WRITE_JOURNAL if group == _JOURNAL else Permission.WRITE_PLAN
    doors.open(
        f"list{name}",
        Operation(method="GET", path=all_, gives=listed, headers=reading, needs=Permission.READ_PLAN),
        views.list,
        summary=f"List the {words} of a plan.",
    )
    doors.open(
        f"addTo{name}",
        Operation(
            method="POST", path=all_, gives=added, takes=takes, write=Write.EDIT, needs=writes, once=True
        ),
        views.add,
        summary=f"Add one to the {words} of a plan.",
    )
    doors.open(
        f"readOneOf{name}",
        Operation(method="GET", path=one, gives=held, headers=reading, needs=Permission.READ_PLAN),
        views.read,
        summary=f"Read one of the {words} of a plan.",
    )
    doors.open(
        f"replaceOneOf{name}",
        Operation(method="PUT", path=one, gives=held, takes=takes, write=Write.EDIT, needs=writes),
        views.replace,
        summary=f"Replace one of the {words} of a plan.",
    )


@dataclass(frozen=True, slots=True)
class _Part:
    ports: PlanPorts
    group: str

    def list(self, plan_id: str) -> Response:
        head = read_plan(plan_id, ports=self.ports)
        sight = shown(head)
        members = [item_to_document(one) for one in items(sight.plan, self.group)]
        response = answer({"items": members}, etag=tag(head))
        if self.group == _JOURNAL:
            told_withheld(response, sight)
        return unless_known(response, request)

    def add(self, plan_id: str, *, body: Any, editor: Editor) -> Response:
        about(item_id=body.id)
        revision = add_item(plan_id, self.group, body, editor=editor, ports=self.ports)
        return self._added(revision, body.id)

    def read(self, plan_id: str, item_id: str) -> Response:
        return unless_known(
            self._item(shown(read_plan(plan_id, ports=self.ports)).revision, item_id), request
        )

    def replace(self, plan_id: str, item_id: str, *, body: Any, editor: Editor) -> Response:
        check_id(body.id, item_id)
        return self._item(replace_item(plan_id, self.group, body, editor=editor, ports=self.ports), item_id)

    def change_dose(self, plan_id: str, item_id: str, *, body: JsonObject, editor: Editor) -> Response:
        """End an order and make its successor with the new dose, as one revision."""
        find_item(read_plan(plan_id, ports=self.ports).plan, self.group, item_id)
        if "order_id" in body:
            raise Invalid([Problem("order_id", "is no field here: the path names the order")])
        decision = dose_from_document({**body, "order_id": item_id})
        about(item_id=decision.new_order_id)
        revision = change_dose(plan_id, decision, editor=editor, ports=self.ports)
        return self._added(revision, decision.new_order_id)

    def _added(self, revision: Revision, item_id: str) -> Response:
        response = self._item(revision, item_id)
        response.status_code = 201
        response.headers["Location"] = f"/plans/{revision.plan.id}/{self.group}/{item_id}"
        return response

    def _item(self, revision: Revision, item_id: str) -> Response:
        return answer(item_to_document(find_item(revision.plan, self.group, item_id)), etag=tag(revision))
