"""Importing a chart, and looking at what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.entrance import about
from service.api.refusals import NoEhr
from service.api.responses import answer
from service.api.services import Services
from service.application.access import Permission
from service.application.import_chart import FromBundle, FromEhr, ImportChart, Source
from service.application.import_report import chart_of_plan, import_document, incomplete, read_import
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.imports import ImportOutcome, ImportSource
from service.ports.storage import Storage

_OPTIONS = ("title", "responsible", "zone", "care_plan")
_TEXT: JsonObject = {"type": "string", "minLength": 1}
_REQUEST = {
    "type": "object",
    "description": "Exactly one of patient and bundle; the rest fills in what no chart says, or chooses.",
    "additionalProperties": False,
    "properties": {
        "patient": {**_TEXT, "description": "The patient's id in the EHR."},
        "bundle": {"type": "object", "description": "A FHIR R4 Bundle of one patient."},
        "title": {**_TEXT, "description": "The plan's title."},
        "responsible": {**_TEXT, "description": "Who answers for the plan: an id of the directory."},
        "zone": {**_TEXT, "description": "The IANA time zone of appointments that name none."},
        "care_plan": {**_TEXT, "description": "The id of the CarePlan on which the draft rests."},
    },
}
_PLACE = {
    "type": "object",
    "required": ["reference", "whole"],
    "properties": {
        "reference": {"type": "string", "description": "Where the resource is: Type/id."},
        "path": {"type": "string", "description": "The FHIR path of the element, where it is about one."},
        "whole": {"type": "boolean", "description": "Whether nothing of the resource is in the plan."},
    },
}
_GROUP = {
    "type": "object",
    "required": ["reason", "resources"],
    "properties": {"reason": {"type": "string"}, "resources": {"type": "array", "items": _PLACE}},
}
_LISTS = {
    "allergies": {
        "type": "array",
        "items": {"type": "object"},
        "description": "The patient's allergies, as the chart words them; read only.",
    },
    "medications": {
        "type": "array",
        "items": {"type": "object"},
        "description": "Every order and statement of a medicine, as the chart words it; read only.",
    },
}
_INCOMPLETE = {
    "type": "array",
    "description": "Where the two lists may not tell everything, or not as it is meant; empty when they do.",
    "items": {
        "type": "object",
        "required": ["type", "reason"],
        "properties": {
            "type": {"type": "string", "description": "The resource type."},
            "reference": {
                "type": "string",
                "description": "The resource; missing for a whole type.",
            },
            "path": {"type": "string", "description": "The FHIR path of the element, where it is about one."},
            "reason": {"type": "string"},
        },
    },
}
_RECORD = {
    "type": "object",
    "required": [
        "id",
        "source",
        "outcome",
        "author",
        "imported_at",
        "lacks",
        "placed",
        "unplaced",
        "moved_on",
        "incomplete",
    ],
    "properties": {
        "id": {"type": "string"},
        "source": {"type": "string", "enum": [one.value for one in ImportSource]},
        "outcome": {"type": "string", "enum": [one.value for one in ImportOutcome]},
        "connection_id": {"type": "string"},
        "plan_id": {"type": "string"},
        "author": {"type": "string"},
        "imported_at": {"type": "string", "format": "date-time"},
        "care_plan": {"type": "string", "description": "The CarePlan on which the draft rests."},
        "lacks": {"type": "array", "items": {"type": "string"}, "description": "Why no plan could be made."},
        "placed": {"type": "array", "items": {"type": "object"}},
        "unplaced": {"type": "array", "items": _GROUP, "description": "What found no place, by reason."},
        "moved_on": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What the chart says otherwise since it was imported; the plan was not touched.",
        },
        **_LISTS,
        "incomplete": _INCOMPLETE,
    },
}
_CHART = {
    "type": "object",
    "required": ["import_id", "imported_at", "allergies", "medications", "incomplete"],
    "properties": {
        "import_id": {"type": "string"},
        "imported_at": {"type": "string", "format": "date-time"},
        **_LISTS,
        "incomplete": _INCOMPLETE,
    },
}


def import_doors(services: Services) -> Doors:
    """Return the doors through which charts come in."""
    views = _Imports(services)
    doors = Doors("imports", "Charts on their way in.")
    doors.open(
        "importChart",
        Operation(
            method="POST",
            path="/imports",
            gives=Gives(status=201, shape=_RECORD, headers=("Location",)),
            takes=Takes(shape=_REQUEST, read=_request, apart=frozenset({"bundle"})),
            write=Write.CREATE,
            refuses=(404, 409, 502, 504),
            needs=Permission.WRITE_PLAN,
            once=True,
        ),
        views.make,
    )
    doors.open(
        "readImport",
        Operation(
            method="GET",
            path="/imports/<id:import_id>",
            gives=Gives(shape=_RECORD),
            needs=Permission.LIST_PLANS,
        ),
        views.read,
    )
    doors.open(
        "readChart",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/chart",
            gives=Gives(shape=_CHART),
            needs=Permission.READ_PLAN,
        ),
        views.chart,
    )
    return doors


def _request(document: JsonObject) -> JsonObject:
    problems = tuple(_problems(document))
    if problems:
        raise Invalid(problems)
    return document


def _problems(document: JsonObject) -> Iterator[Problem]:
    for _ in document.keys() - {"patient", "bundle", *_OPTIONS}:  # a key is free text, and is not repeated
        yield Problem("?", "is no field here")
    if ("patient" in document) == ("bundle" in document):
        yield Problem("patient", "is given exactly when there is no bundle")
    for name in ("patient", *_OPTIONS):
        said = document.get(name, "-")
        if not isinstance(said, str) or not said:
            yield Problem(name, "must be a text")
    if not isinstance(document.get("bundle", {}), dict):
        yield Problem("bundle", "must be an object")


@dataclass(frozen=True, slots=True)
class _Imports:
    services: Services

    def make(self, *, body: JsonObject, author: str) -> Response:
        """Read a chart into a draft plan, once: importing it again makes no second plan.

        `made` says that there is a new plan, `known` that the chart belongs to one already, which stays as it
        is, `lacking` that no plan could be made. What found no place is listed by reason, with FHIR paths.
        """
        importing = self.services.import_chart
        if importing is None or ("patient" in body and self.services.push is None):
            raise NoEhr("No EHR is configured.")
        options: dict[str, Any] = {name: body.get(name) for name in _OPTIONS}
        command = ImportChart(source=_source(body), author=author, **options)
        record = importing(command)
        about(record.plan_id, item_id=record.id)
        return answer(import_document(record), status=201, location=f"/imports/{record.id}")

    def read(self, import_id: str) -> Response:
        """Read an import: what was placed, what was not and why, allergies and medicines."""
        record = read_import(import_id, storage=self._storage)
        about(record.plan_id, item_id=record.id)
        return answer(import_document(record))

    def chart(self, plan_id: str) -> Response:
        """Read what the chart says beside a plan that was imported: allergies and every medicine.

        An empty list says that there are none only where `incomplete` names nothing of its type.
        """
        record = chart_of_plan(plan_id, storage=self._storage)
        lists = {name: record.content[name] for name in _LISTS} | {"incomplete": incomplete(record)}
        said = {"import_id": record.id, "imported_at": record.imported_at.isoformat(), **lists}
        return answer(said)

    @property
    def _storage(self) -> Storage:
        return self.services.plans.storage


def _source(body: JsonObject) -> Source:
    return FromEhr(patient=body["patient"]) if "patient" in body else FromBundle(bundle=body["bundle"])
