"""The door for the monitoring of whoever runs the service."""

from dataclasses import dataclass

from flask import Response

from service.api.doors import Doors, Gives, Operation
from service.api.services import Services
from service.application.access import Permission
from service.telemetry.watch import RequestWatch


def metrics_doors(services: Services) -> Doors:
    """Return the door to the metrics."""
    doors = Doors("metrics", "Numbers about the service at work: ids and counts, no patient's data.")
    gives = Gives(shape={"type": "string"}, media="text/plain")
    # Scraped all day, and most wanted while the database is away: the trail has no use for it.
    door = Operation(
        method="GET", path="/metrics", gives=gives, needs=Permission.READ_METRICS, recorded=False
    )
    doors.open("metrics", door, _Metrics(services.watch).read)
    return doors


@dataclass(frozen=True, slots=True)
class _Metrics:
    watch: RequestWatch

    def read(self) -> Response:
        """Tell the metrics in Prometheus's text format."""
        text, media = self.watch.exposition()
        return Response(text, content_type=media)
