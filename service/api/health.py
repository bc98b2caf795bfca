"""Whether the service lives, and whether it can work."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from service.api.doors import Doors, Gives, Operation
from service.api.refusals import NotReady
from service.api.responses import answer
from service.api.services import Services
from service.domain.values import Problem

_SAID = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}


def health_doors(services: Services) -> Doors:
    """Return the doors for whoever runs the service."""
    views = _Health(services.ready)
    doors = Doors("health", "Whether the service lives, and whether it can work.")
    gives = Gives(shape=_SAID)
    doors.open("live", Operation(method="GET", path="/health/live", gives=gives), views.live)
    doors.open("ready", Operation(method="GET", path="/health/ready", gives=gives), views.ready)
    return doors


@dataclass(frozen=True, slots=True)
class _Health:
    lacks: Callable[[], tuple[Problem, ...]]

    def live(self) -> Response:
        """Tell that the service lives."""
        return answer({"status": "alive"})

    def ready(self) -> Response:
        """Tell that the database is there and its schema current, or what is lacking."""
        if lacks := self.lacks():
            raise NotReady(lacks)
        return answer({"status": "ready"})
