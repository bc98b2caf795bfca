"""The part of a unit of work that a team works with beside the plans themselves."""

from typing import Protocol

from service.ports.alerts import Alerts
from service.ports.cards import Cards
from service.ports.sightings import Sightings


class TeamWork(Protocol):
    """Alerts, who has seen what, and the cards that an EHR showed."""

    @property
    def alerts(self) -> Alerts: ...
    @property
    def sightings(self) -> Sightings: ...
    @property
    def cards(self) -> Cards: ...
