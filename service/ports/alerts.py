"""Alerts as they are kept, and whoever carries them to people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.alert import Alert, AlertState, Reached
from service.domain.safety import Channel


class Alerts(Protocol):
    """The alerts of every plan; none is ever removed."""

    def add(self, alert: Alert) -> None:
        """Keep a new alert; one of this id that is there stays as it is."""

    def save(self, alert: Alert, *, expected: int) -> None:
        """Keep an alert in place of its change `expected`; raises `Outdated` when it has moved on."""

    def get(self, alert_id: str) -> Alert:
        """Return an alert; raises `Unknown`."""

    def of_plan(self, plan_id: str) -> tuple[Alert, ...]:
        """Return the alerts of a plan, closed ones too, oldest first."""

    def listed(
        self, *, state: AlertState | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Alert, ...]:
        """Return alerts in a state, None for all that are not closed, oldest first, after one with this id.

        Raises `Unknown` for no such id.
        """

    def due(self, now: datetime, *, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of the alerts for which something is to be done now, the longest due first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What leaves for one person: ids and a link, and nothing that a record says.

    `address` is None for the webhook, `person` where the plan names nobody.
    """

    alert_id: str
    plan_id: str
    raised_at: datetime
    escalated: bool
    to: Reached
    channel: Channel
    person: str | None
    address: str | None


class NotDelivered(Exception):
    """A message could not be handed over; `code` says why, and `lasting` that trying again will not help."""

    def __init__(self, code: str, *, lasting: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.lasting = lasting


class Carrier(Protocol):
    """Carries messages out."""

    def carry(self, message: Message) -> None:
        """Hand a message over; raises `NotDelivered`."""
