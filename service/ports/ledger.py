"""What is agreed with each chart, resource by resource and plan by plan.

Two plans of one patient may rest on one resource. Each has agreements of its own, so that what one of them
writes is for the other an edit of the chart like any other, and nobody takes it for their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.fhir.json import JsonObject
from service.ports.links import LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What a plan agreed on between one item and its resource; keyed by connection, resource type and item.

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
    """What each plan has agreed on with each chart."""

    def save(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep the entries of a plan, new or changed."""

    def lend(self, entries: Iterable[LedgerEntry], *, plan_id: str) -> None:
        """Keep entries of other plans as the plan's own, but where it has its own already."""

    def of_plan(self, connection_id: str, plan_id: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of a plan, by resource type and item."""

    def many(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        """Return a plan's entries of (resource type, item id) that exist, by resource type and item."""

    def elsewhere(
        self, connection_id: str, keys: Iterable[tuple[str, str]], *, plan_id: str
    ) -> tuple[LedgerEntry, ...]:
        """Return what other plans have of these: of each the entry that was in step last."""

    def of_item(self, connection_id: str, item_id: str) -> tuple[tuple[str, LedgerEntry], ...]:
        """Return the entries of one item with their plans, by resource type and plan.

        An item may stand in several resources, and in several plans.
        """

    def items_at(self, connection_id: str, resource_type: str, remote_id: str) -> tuple[str, ...]:
        """Return the ids of the items that rest on one resource of the chart, in any plan."""
