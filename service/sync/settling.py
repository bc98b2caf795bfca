"""After a lost answer: look for the effect of every open journal row before anything is sent again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.mapping.references import Key
from service.ports.ehr import Ehr, Held
from service.ports.journal import Interaction, JournalRow
from service.ports.storage import LinkState
from service.sync.aftermath import as_written
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.bookkeeping import agreed_entry, linked_entry, tried
from service.sync.fencing import must_hold
from service.sync.fingerprint import not_kept
from service.sync.identity import Ambiguous, by_client_id, found_by_identifier, read_again
from service.sync.lending import SHARED
from service.sync.outgoing import addressed
from service.sync.planner import UNKNOWN_CONTENT, Vanished
from service.sync.report import Done, ItemReport


def settle_open_rows(agenda: Agenda, ports: Ports, rows: Sequence[JournalRow]) -> tuple[ItemReport, ...]:
    """Settle what can be settled; return what is still unknown and so is not sent again."""
    found = {row.id: _look(agenda, ports.ehr, row) for row in rows}
    for row in rows:
        _note_address(agenda, row, found[row.id])
    now = ports.clock.now()
    settle = ports.settle_time
    unknown = [
        row
        for row in rows
        if not _settled(agenda, row, found[row.id], now=now, overdue=now - row.recorded_at >= settle)
    ]
    left = {row.id for row in unknown} | {row.id for row in rows if not _is_ours(agenda, row)}
    with ports.storage.begin() as work:
        must_hold(work, agenda.lease, now)
        work.ledger.save(
            (agenda.ledger[key] for key in map(_key, rows) if key in agenda.ledger), plan_id=agenda.plan.id
        )
        work.journal.settle([row.id for row in rows if row.id not in left], "settled by look-up", now)
        work.commit()
    return tuple(_still_unknown(agenda, row, until=row.recorded_at + settle) for row in unknown)


def _look(agenda: Agenda, ehr: Ehr, row: JournalRow) -> Held | None:
    """Return what the chart holds now; None for nothing."""
    if row.interaction is Interaction.CREATE:
        try:
            return found_by_identifier(_key(row), agenda.connection.identifier_system, ehr)
        except Ambiguous:
            return None  # the create that follows meets the same doubt and reports it
    address = remote_of(agenda.ledger.get(_key(row))) or by_client_id(_key(row)).reference
    held = read_again(address, ehr)
    return None if isinstance(held, Vanished) else held


def _note_address(agenda: Agenda, row: JournalRow, held: Held | None) -> None:
    key = _key(row)
    if held is not None and remote_of(agenda.ledger.get(key)) is None:
        agenda.ledger[key] = replace(agenda.entry(key), remote_id=held.reference.partition("/")[2])


def _settled(agenda: Agenda, row: JournalRow, held: Held | None, *, now: datetime, overdue: bool) -> bool:
    """Note what became of a row; a negative look-up counts only after the settle time (`overdue`)."""
    if held is None:
        return overdue
    if row.interaction is Interaction.UPDATE and held.version == row.expected_version:
        return overdue
    key = _key(row)
    if not _is_ours(agenda, row):
        return True  # it is there; what the other plan meant by it is not what this one means
    entry = agenda.entry(key)
    addresses = agenda.addresses()
    if not not_kept(addressed(row.body, addresses), held.resource):
        agreed = agreed_entry(entry, row.body, as_written(entry, row.body, held, addresses=addresses))
        agenda.ledger[key] = tried(agreed, now=now, revision=agenda.number)
    elif row.interaction is not Interaction.UPDATE:
        agenda.ledger[key] = linked_entry(entry, held, state=LinkState.CONFLICT, reason=UNKNOWN_CONTENT)
    return True


def _is_ours(agenda: Agenda, row: JournalRow) -> bool:
    """Tell whether a row says what this plan means too; another plan settles its own."""
    return row.plan_id == agenda.plan.id or row.resource_type in SHARED


def _still_unknown(agenda: Agenda, row: JournalRow, *, until: datetime) -> ItemReport:
    return ItemReport(
        key=_key(row),
        done=Done.UNKNOWN_OUTCOME,
        reference=agenda.address(_key(row)),
        reason=f"an earlier request got no answer; it is not sent again before {until.isoformat()}",
    )


def _key(row: JournalRow) -> Key:
    return Key(row.resource_type, row.item_id)
