"""Whether the service lives, and whether it can work."""

from dataclasses import dataclass

from flask import Response

from service.api.doors import Doors, Gives, Operation
from service.api.refusals import NotReady
from service.api.responses import answer
from service.api.services import Services
from service.application.writing import WritingState, read_switch, state_of

_SAID = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
_READY = {
    "type": "object",
    "required": ["status", "writing"],
    "properties": {
        "status": {"type": "string"},
        "writing": {"type": "string", "enum": [one.value for one in WritingState]},
    },
}


def health_doors(services: Services) -> Doors:
    """Return the doors for whoever runs the service."""
    views = _Health(services)
    doors = Doors("health", "Whether the service lives, and whether it can work.")
    gives = Gives(shape=_SAID)
    doors.open("live", Operation(method="GET", path="/health/live", gives=gives), views.live)
    ready = Gives(shape=_READY)
    doors.open("ready", Operation(method="GET", path="/health/ready", gives=ready), views.ready)
    return doors


@dataclass(frozen=True, slots=True)
class _Health:
    services: Services

    def live(self) -> Response:
        """Tell that the service lives."""
        return answer({"status": "alive"})

    def ready(self) -> Response:
        """Tell that the database is there and current, or what is lacking, and whether charts are written."""
        if lacks := self.services.ready():
            raise NotReady(lacks)
        switch = read_switch(self.services.plans.storage)
        state = state_of(switch, enabled=self.services.writing)
        return answer({"status": "ready", "writing": state.value})
