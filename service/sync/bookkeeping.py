"""What the ledger and the journal say about one resource, before and after it was sent."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held, Written
from service.ports.journal import Interaction, JournalRow
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda

# Both sides said the same, as far as the server keeps it.
AGREED = frozenset({LinkState.IN_SYNC, LinkState.NOT_KEPT})

# The outcome of a journal row whose write was answered as made.
DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """One write that is to be journalled: what we mean (symbolic), and the version that it rests on."""

    key: Key
    interaction: Interaction
    ours: JsonObject
    expected_version: str | None = None


def journal_row(agenda: Agenda, intended: Intended, *, row_id: str, now: datetime) -> JournalRow:
    """Return the row that must be durable before the request leaves."""
    return JournalRow(
        id=row_id,
        connection_id=agenda.connection.id,
        patient_id=agenda.plan.patient.id,
        plan_id=agenda.plan.id,
        resource_type=intended.key.type,
        item_id=intended.key.item,
        interaction=intended.interaction,
        expected_version=intended.expected_version,
        body=intended.ours,
        digest=digest(intended.ours),
        fencing=agenda.lease.fencing,
        recorded_at=now,
    )


def agreed_entry(
    entry: LedgerEntry,
    ours: JsonObject,
    held: Held,
    *,
    not_kept: tuple[str, ...] = (),
    ours_digest: str | None = None,
) -> LedgerEntry:
    """Return the entry after both sides said the same, or as much of it as the server keeps.

    `ours_digest` is that of `ours`, where it is known.
    """
    return replace(
        entry,
        state=LinkState.NOT_KEPT if not_kept else LinkState.IN_SYNC,
        remote_id=held.reference.partition("/")[2],
        version=held.version,
        last_updated=held.last_updated,
        agreed_ours=ours,
        agreed_theirs=held.resource,
        ours_digest=ours_digest or digest(ours),
        theirs_digest=digest(held.resource),
        reason=None,
        not_kept=not_kept,
    )


def clinics_own_entry(
    entry: LedgerEntry, held: Held, *, ours: JsonObject, theirs: JsonObject, reason: str
) -> LedgerEntry:
    """Return the entry of the clinic's own that stands for an item, with what is agreed on of it."""
    return replace(
        entry,
        state=LinkState.PULL_ONLY,
        remote_id=held.reference.partition("/")[2],
        version=held.version,
        last_updated=held.last_updated,
        agreed_ours=ours,
        agreed_theirs=theirs,
        ours_digest=digest(ours),
        theirs_digest=digest(held.resource),
        reason=reason,
        not_kept=(),
    )


def linked_entry(entry: LedgerEntry, held: Held, *, state: LinkState, reason: str) -> LedgerEntry:
    """Return the entry of a resource that is found but not agreed upon; a base that was there stays."""
    return replace(entry, state=state, remote_id=held.reference.partition("/")[2], reason=reason)


def tried(entry: LedgerEntry, *, now: datetime, revision: int) -> LedgerEntry:
    """Return the entry with the time of this attempt, and of success when both sides agree."""
    if entry.state in AGREED:
        return replace(entry, last_tried=now, last_succeeded=now, settled_revision=revision)
    return replace(entry, last_tried=now)


def held_of(written: Written, resource: JsonObject) -> Held:
    """Return a write's answer as the resource that is held now."""
    return Held(
        reference=written.reference,
        version=written.version,
        last_updated=written.last_updated,
        resource=resource,
    )
