"""The truth about a plan and its chart: where each resource stands, since when, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from service.application.ports import PlanPorts
from service.application.writing import WritingState, state_of
from service.mapping.references import Key
from service.ports.inbox import InboxItem, ItemState
from service.ports.journal import JournalRow
from service.ports.storage import LedgerEntry, LinkState, UnitOfWork, Unknown
from service.sync.advice import STOPS, advice
from service.sync.agenda import remote_of
from service.sync.beside import beside
from service.sync.report import Standing

# The last requests of a resource; older ones tell nothing about where it stands.
_LATEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One intended write: what, on which version, when, and what came of it (None while nobody knows)."""

    interaction: str
    recorded_at: datetime
    expected_version: str | None = None
    settled_at: datetime | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatus:
    """Where one resource stands, what stands in its way, and what to do next.

    `beside` is what the chart said when it was read last and no plan holds, in words; it is told of one item
    alone.
    """

    resource_type: str
    item_id: str
    state: LinkState
    next_step: str
    reference: str | None = None
    version: str | None = None
    reason: str | None = None
    not_kept: tuple[str, ...] = ()
    last_tried: datetime | None = None
    last_succeeded: datetime | None = None
    inbox_items: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """Where a plan stands over one connection.

    `writing` tells whether anything is written into charts at all.
    `in_step` holds only when the last pass brought this very revision into the chart and nothing is left, and
    no person is waited for before a resource goes on;
    `in_step_as_of` is when that was seen last. `queued_since` and `running_since` speak of the worker's pass,
    `next_try` of when it tries again after `failures` in a row, of which `failure` is the last one's code.
    """

    plan_id: str
    connection_id: str
    revision: int
    in_step: bool
    last_pass: datetime | None = None
    last_standing: str | None = None
    last_revision: int | None = None
    in_step_as_of: datetime | None = None
    queued_since: datetime | None = None
    running_since: datetime | None = None
    next_try: datetime | None = None
    failures: int = 0
    failure: str | None = None
    writing: WritingState = WritingState.ON
    items: tuple[ItemStatus, ...] = ()


def sync_status(
    plan_id: str, *, ports: PlanPorts, connection_id: str = "default", writing: bool = True
) -> SyncStatus:
    """Return where every resource of a plan stands; raises `Unknown`. A plan never synced has no items.

    `writing` is the environment's word on whether anything is written.
    """
    with ports.storage.begin(write=False) as work:
        head = work.plans.head(plan_id)
        entries = work.ledger.of_plan(connection_id, plan_id)
        waiting = work.inbox.of_plan(connection_id, plan_id)
        last = work.passes.get(connection_id, plan_id)
        job = work.jobs.of_plan(connection_id, plan_id)
        switch = work.writing.get()
    status = SyncStatus(
        plan_id=plan_id,
        connection_id=connection_id,
        revision=head.number,
        in_step=False,
        writing=state_of(switch, enabled=writing),
        items=tuple(_status(entry, waiting) for entry in _frozen(entries)),
    )
    if job is not None:
        status = replace(
            status,
            queued_since=job.asked_at,
            running_since=job.started_at,
            next_try=job.due_at,
            failures=job.failures,
            failure=job.reason,
        )
    if last is None:
        return status
    brought = (last.revision, last.standing) == (head.number, Standing.IN_STEP)
    in_step = brought and not any(STOPS[one.cause] for one in waiting if one.state is ItemState.OPEN)
    return replace(
        status,
        in_step=in_step,
        last_pass=last.ended_at,
        last_standing=last.standing,
        last_revision=last.revision,
        in_step_as_of=last.ended_at if in_step else None,
    )


def why(
    item_id: str, *, ports: PlanPorts, plan_id: str | None = None, connection_id: str = "default"
) -> tuple[ItemStatus, ...]:
    """Return where the resources of one item stand, of any plan or of one; raises `Unknown`."""
    with ports.storage.begin(write=False) as work:
        found = work.ledger.of_item(connection_id, item_id)
        entries = tuple((plan, one) for plan, one in found if plan_id in (None, plan))
        if not entries:
            raise Unknown("item", item_id)
        rows = work.journal.of_item(connection_id, item_id, limit=_LATEST)
        waiting = work.inbox.of_item(connection_id, item_id)
        standing = [(plan, _as_it_stands(plan, entry, work)) for plan, entry in entries]
        urns = {plan: _urns(work.ledger.of_plan(connection_id, plan)) for plan, _ in entries}
    told = [
        replace(
            _status(entry, [item for item in waiting if item.plan_id == plan], rows=rows),
            beside=beside(entry, urns[plan]),
        )
        for plan, entry in standing
    ]
    return tuple({_seen(one): one for one in told}.values())


def _urns(entries: Iterable[LedgerEntry]) -> dict[str, str]:
    """Return the urn of what is of a plan by its address in the chart."""
    linked = ((Key(one.resource_type, one.item_id), remote_of(one)) for one in entries)
    return {address: key.urn for key, address in linked if address is not None}


def _seen(one: ItemStatus) -> tuple[object, ...]:
    """Return what tells the ways apart in which plans may stand to one resource."""
    return one.resource_type, one.reference, one.version, one.state, one.reason, one.inbox_items


def _as_it_stands(plan_id: str, entry: LedgerEntry, work: UnitOfWork) -> LedgerEntry:
    """Return an entry of a plan as it stands with the patient of whom it speaks."""
    if entry.patient_id is None:
        return entry
    key = ("Patient", entry.patient_id)
    return _frozen((entry, *work.ledger.many(entry.connection_id, [key], plan_id=plan_id)))[0]


def _frozen(entries: Iterable[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """Return the entries as they stand: with a patient who must be bound anew, all of that patient's."""
    held = tuple(entries)
    whose = {one.item_id for one in held if one.resource_type == "Patient" and one.state is LinkState.FROZEN}
    return tuple(replace(one, state=LinkState.FROZEN) if one.patient_id in whose else one for one in held)


def _key(entry: LedgerEntry) -> tuple[str, str]:
    return entry.resource_type, entry.item_id


def _status(
    entry: LedgerEntry, waiting: Iterable[InboxItem], *, rows: Iterable[JournalRow] = ()
) -> ItemStatus:
    items = tuple(item for item in waiting if (item.resource_type, item.item_id) == _key(entry))
    advised = advice(entry, items)
    mine = (row for row in rows if row.resource_type == entry.resource_type)
    return ItemStatus(
        resource_type=entry.resource_type,
        item_id=entry.item_id,
        state=advised.state,
        next_step=advised.next_step,
        reference=remote_of(entry),
        version=entry.version,
        reason=advised.reason,
        not_kept=entry.not_kept,
        last_tried=entry.last_tried,
        last_succeeded=entry.last_succeeded,
        inbox_items=tuple(item.id for item in items if item.state is ItemState.OPEN),
        attempts=tuple(_attempt(row) for row in mine),
    )


def _attempt(row: JournalRow) -> Attempt:
    return Attempt(
        interaction=row.interaction.value,
        expected_version=row.expected_version,
        recorded_at=row.recorded_at,
        settled_at=row.settled_at,
        outcome=row.outcome,
    )
