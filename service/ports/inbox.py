"""The inbox: what two sides said differently, waiting for a person, and what the person decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.fhir.json import JsonObject


class ItemState(StrEnum):
    """Where an item of the inbox stands."""

    OPEN = "open"
    DECIDED = "decided"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One resource that a person has to look at, and what was decided.

    `cause` and `groups` are codes (docs/sync.md). `content` has the resource as it was agreed (`agreed_ours`,
    `agreed_theirs`), as the plan says it (`ours`) and as the chart does (`theirs`); `digest` is of all that
    was shown, so that a decision about something else is asked again. `choices` is by group.
    """

    id: str
    connection_id: str
    plan_id: str
    patient_id: str
    resource_type: str
    item_id: str
    reference: str
    cause: str
    groups: tuple[str, ...]
    digest: str
    content: JsonObject
    revision: int
    opened_at: datetime
    state: ItemState = ItemState.OPEN
    choices: Mapping[str, str] = field(default_factory=dict)
    decided_by: str | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None


class Inbox(Protocol):
    """Items by connection; what is closed stays as the record of what was decided."""

    def save(self, items: Iterable[InboxItem]) -> None:
        """Keep items, new or changed."""

    def get(self, item_id: str) -> InboxItem:
        """Return an item; raises `Unknown`."""

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[InboxItem, ...]:
        """Return the items of a plan that are not closed, oldest first."""

    def of_item(self, connection_id: str, item_id: str) -> tuple[InboxItem, ...]:
        """Return the items about one item of a plan, closed ones too, oldest first."""

    def listed(self, *, state: ItemState, after: str | None = None, limit: int = 50) -> tuple[InboxItem, ...]:
        """Return items in a state, oldest first, after one with this id; raises `Unknown` for no such id."""
