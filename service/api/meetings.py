"""Working as a team: the agenda of the next meeting, and who has seen what of a plan."""

from dataclasses import dataclass

from flask import Response

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.plans import items_of
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.meet import WhoSaw, mark_seen, read_agenda, who_saw
from service.application.ports import PlanPorts
from service.domain.agenda import Agenda
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

_MOST = 200
_SEEN = "/plans/<id:plan_id>/seen"
_MARK = {
    "type": "object",
    "required": ["revision"],
    "additionalProperties": False,
    "description": "What the author has seen: the plan up to a revision, and notes of it.",
    "properties": {
        "revision": {"type": "integer", "minimum": 1},
        "notes": {"type": "array", "maxItems": _MOST, "items": {"type": "string"}},
    },
}


def meeting_doors(services: Services) -> Doors:
    """Return the doors to a team's work on a plan."""
    views = _Meetings(services.plans)
    doors = Doors("team", "Treatment meetings, and who has seen what.")
    doors.open(
        "readAgenda",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/agenda",
            gives=Gives(shape=schema_of(Agenda)),
            needs=Permission.READ_ALERTS,
        ),
        views.agenda,
    )
    doors.open(
        "readSeen",
        Operation(
            method="GET",
            path=_SEEN,
            gives=Gives(shape=items_of(schema_of(WhoSaw))),
            needs=Permission.READ_ALERTS,
        ),
        views.seen,
    )
    doors.open(
        "markSeen",
        Operation(
            method="POST",
            path=_SEEN,
            gives=Gives(shape=schema_of(WhoSaw)),
            takes=Takes(shape=_MARK, read=_mark),
            write=Write.CREATE,
            needs=Permission.READ_ALERTS,
        ),
        views.mark,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Meetings:
    ports: PlanPorts

    def agenda(self, plan_id: str) -> Response:
        """Read the agenda of the next meeting: findings, open proposals and tasks, and what changed since."""
        return answer(dumped(schema_of(Agenda), read_agenda(plan_id, ports=self.ports)))

    def seen(self, plan_id: str) -> Response:
        """Read who has seen the plan up to which revision, and which notes they have not."""
        found = who_saw(plan_id, ports=self.ports)
        return answer({"items": [dumped(schema_of(WhoSaw), one) for one in found]})

    def mark(self, plan_id: str, *, body: JsonObject, author: str) -> Response:
        """Say that the author has seen the plan up to a revision, and notes of it."""
        marked = mark_seen(
            plan_id,
            who=author,
            notes=body.get("notes", []),
            revision=body["revision"],
            ports=self.ports,
        )
        return answer(dumped(schema_of(WhoSaw), marked))


def _mark(document: JsonObject) -> JsonObject:
    """Return a mark; `Invalid` names what is wrong with it."""
    problems = [Problem("?", "is no field here") for _ in document.keys() - {"revision", "notes"}]
    revision, notes = document.get("revision"), document.get("notes", [])
    if not isinstance(revision, int) or isinstance(revision, bool):
        problems.append(Problem("revision", "is required: a whole number"))
    if not isinstance(notes, list) or len(notes) > _MOST or not all(isinstance(one, str) for one in notes):
        problems.append(Problem("notes", f"must be a list of at most {_MOST} ids"))
    if problems:
        raise Invalid(problems)
    return document
