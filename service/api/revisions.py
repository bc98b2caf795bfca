"""Revisions of a plan: who changed which groups, and each as it stood."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request

from service.api.doors import Doors, Gives, Operation
from service.api.entrance import WITHHELD, shown, tag, told_withheld
from service.api.plans import page_of
from service.api.queries import RevisionQuery
from service.api.responses import answer, dumped, listing, unless_known
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.ports import PlanPorts
from service.application.read_plan import list_revisions, read_plan
from service.document import plan_to_document
from service.domain.revision import Revision
from service.ports.storage import RevisionSummary

_ALL = "/plans/<id:plan_id>/revisions"
_ONE = f"{_ALL}/<int(min=1, max=2147483647):number>"
_WITHOUT_PLAN = schema_of(Revision, name="RevisionHeading", without=frozenset({"plan"}))


def revision_doors(services: Services) -> Doors:
    """Return the doors to what plans were before."""
    views = _Revisions(services.plans)
    one = Gives(shape=schema_of(Revision), headers=("ETag", WITHHELD))
    doors = Doors("revisions", "What a plan was before.")
    doors.open(
        "listRevisions",
        Operation(
            method="GET",
            path=_ALL,
            gives=page_of(RevisionSummary),
            query=RevisionQuery,
            needs=Permission.READ_PLAN,
        ),
        views.list,
    )
    doors.open(
        "readRevision",
        Operation(method="GET", path=_ONE, gives=one, headers=("IfNoneMatch",), needs=Permission.READ_PLAN),
        views.read,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Revisions:
    ports: PlanPorts

    def list(self, query: dict[str, Any], plan_id: str) -> Response:
        """List the revisions of a plan, oldest first."""
        limit: int = query["limit"]
        found = list_revisions(plan_id, after=query["after"], limit=limit + 1, ports=self.ports)
        members = [dumped(schema_of(RevisionSummary), one) for one in found[:limit]]
        more = str(found[limit - 1].number) if len(found) > limit else None
        return listing(members, more=more, request=request)

    def read(self, plan_id: str, number: int) -> Response:
        """Read a plan as it stood at a revision."""
        revision = read_plan(plan_id, ports=self.ports, number=number)
        sight = shown(revision)
        body = {**dumped(_WITHOUT_PLAN, revision), "plan": plan_to_document(sight.plan)}
        return unless_known(told_withheld(answer(body, etag=tag(revision)), sight), request)
