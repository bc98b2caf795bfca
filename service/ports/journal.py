"""Intended writes, durable before their requests leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.fhir.json import JsonObject


class Interaction(StrEnum):
    """How a write reaches the chart: a new resource, a new version, or a resource under an id of ours."""

    CREATE = "create"
    UPDATE = "update"
    PUT = "put"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One intended write, durable before its request leaves; open until `settled_at`."""

    id: str
    connection_id: str
    patient_id: str
    plan_id: str
    resource_type: str
    item_id: str
    interaction: Interaction
    expected_version: str | None = None
    body: JsonObject
    digest: str
    fencing: int
    recorded_at: datetime
    settled_at: datetime | None = None
    outcome: str | None = None


class Journal(Protocol):
    """Intended writes; an open row is a write whose outcome is not known."""

    def write(self, rows: Iterable[JournalRow]) -> None:
        """Keep new rows; raises `Taken`."""

    def open_rows(self, connection_id: str, patient_id: str) -> tuple[JournalRow, ...]:
        """Return the rows that are not settled, oldest first."""

    def settle(self, ids: Iterable[str], outcome: str, at: datetime) -> None:
        """Note what became of rows; one that is settled keeps its first outcome."""

    def of_item(self, connection_id: str, item_id: str, *, limit: int) -> tuple[JournalRow, ...]:
        """Return the latest rows of one item, the newest first."""
