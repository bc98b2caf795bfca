"""The story of a plan: its events in their order, and its scores as a drawing."""

from dataclasses import dataclass

from flask import Response, g

from service.api.doors import Doors, Gives, Operation
from service.api.plans import items_of
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission, sees_unshared
from service.application.ports import PlanPorts
from service.application.read_timeline import Story, read_timeline
from service.application.score_chart import STYLE_POLICY, score_chart
from service.domain.timeline import Event

SVG = "image/svg+xml"


def timeline_doors(services: Services) -> Doors:
    """Return the doors to the story of a plan."""
    views = _Timeline(services.plans)
    doors = Doors("timeline", "What happened in a treatment, in its order.")
    doors.open(
        "readTimeline",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/timeline",
            gives=Gives(shape=items_of(schema_of(Event))),
            needs=Permission.READ_PLAN,
        ),
        views.read,
    )
    doors.open(
        "drawTimeline",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/timeline.svg",
            gives=Gives(shape={"type": "string"}, media=SVG),
            needs=Permission.READ_PLAN,
        ),
        views.draw,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Timeline:
    ports: PlanPorts

    def read(self, plan_id: str) -> Response:
        """Read everything that happened in a treatment, as far as the reader may see it, oldest first."""
        events = self._story(plan_id).events
        return answer({"items": [dumped(schema_of(Event), one) for one in events]})

    def draw(self, plan_id: str) -> Response:
        """Draw the scores over time, with changes of dose and balance, as SVG."""
        response = Response(score_chart(self._story(plan_id)), content_type=f"{SVG}; charset=utf-8")
        response.headers["Content-Security-Policy"] = STYLE_POLICY
        return response

    def _story(self, plan_id: str) -> Story:
        return read_timeline(plan_id, whole=sees_unshared(g.caller), ports=self.ports)
