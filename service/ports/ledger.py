"""What is agreed with each chart, resource by resource, and which plans rest on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.fhir.json import JsonObject
from service.ports.links import LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What is agreed between one item and its resource; keyed by connection, resource type and item.

    `agreed_ours` is what we meant, `agreed_theirs` what the server kept, each with its canonical digest.
    `patient_id` is None for what belongs to no patient, such as a Practitioner. `last_updated` is the
    server's instant as it wrote it. `reason` is a code, `not_kept` are FHIR paths: no patient data in either.
    """

    connection_id: str
    resource_type: str
    item_id: str
    state: LinkState
    patient_id: str | None = None
    remote_id: str | None = None
    version: str | None = None
    last_updated: str | None = None
    agreed_ours: JsonObject | None = None
    agreed_theirs: JsonObject | None = None
    ours_digest: str | None = None
    theirs_digest: str | None = None
    reason: str | None = None
    not_kept: tuple[str, ...] = ()
    last_tried: datetime | None = None
    last_succeeded: datetime | None = None
    settled_revision: int | None = None


class Ledger(Protocol):
    """What is agreed with each chart, and which plans rest on it."""

    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep entries, new or changed, and that a plan uses them."""

    def use(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep that a plan uses entries that are kept already, such as those of people whom plans share."""

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries that a plan uses, by resource type and item."""

    def many(self, connection_id: str, keys: Iterable[tuple[str, str]]) -> tuple[LedgerEntry, ...]:
        """Return the entries of (resource type, item id) that exist, whichever plan made them."""

    def of_item(self, connection_id: str, item_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of one item, by resource type: an item may stand in several resources."""

    def by_remote(self, connection_id: str, resource_type: str, remote_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of one resource in the chart; several items may rest on one matched resource."""
