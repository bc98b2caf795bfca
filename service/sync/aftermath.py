"""What a chart held right after a write of ours, told afterwards: others may have written since."""

from collections.abc import Mapping
from dataclasses import replace

from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held
from service.ports.journal import Interaction, JournalRow
from service.ports.storage import LedgerEntry
from service.sync.agenda import Agenda, Ports
from service.sync.bookkeeping import DONE, agreed_entry
from service.sync.fencing import must_hold
from service.sync.fingerprint import not_kept
from service.sync.groups import groups_of
from service.sync.outgoing import addressed
from service.sync.sides import changed_groups, put_group
from service.sync.tracked import Seen

# An item stands in few resources, so that the latest write of each is among so many.
_LATEST_WRITES = 20


def as_written(entry: LedgerEntry, ours: JsonObject, held: Held, *, addresses: Mapping[str, str]) -> Held:
    """Return `held` as our write must have left it: without the edits that may have come after it.

    A group that the write did not change is as it was agreed before; one that it changed says what we sent.
    So an edit of somebody else that lies on a write without an answer is still seen as theirs.
    """
    sent = addressed(ours, addresses)
    groups = groups_of(sent)
    before = {} if entry.agreed_ours is None or entry.agreed_theirs is None else entry.agreed_theirs
    touched = (
        changed_groups(groups, entry.agreed_ours or {}, ours) if before else {one.name for one in groups}
    )
    resource = dict(held.resource)
    for group in groups:
        source = sent if group.name in touched else before
        if changed_groups((group,), source, held.resource):
            put_group(resource, group, source)
    return replace(held, resource=resource)


def note_unmade(agenda: Agenda, ports: Ports, seen: Seen) -> None:
    """Note what the chart holds as it was before a write that it answered as done: that is nobody's edit.

    A server may say 200 and change nothing, or be restored from a copy; what the plan says is not undone by
    it, and is told as not kept.
    """
    moved = {key: held for key, held in seen.items() if isinstance(held, Held) and _moved(agenda, key, held)}
    if not moved:
        return
    with ports.storage.begin() as work:
        connection = agenda.connection.id
        rows = {key: work.journal.of_item(connection, key.item, limit=_LATEST_WRITES) for key in moved}
        noted = {
            key: entry
            for key, held in moved.items()
            if (entry := _unmade(agenda, key, held, rows=rows[key])) is not None
        }
        if noted:
            must_hold(work, agenda.lease, ports.clock.now())
            work.ledger.save(noted.values(), plan_id=agenda.plan.id)
            work.commit()
    agenda.ledger.update(noted)


def _moved(agenda: Agenda, key: Key, held: Held) -> bool:
    return held.version is not None and held.version != agenda.entry(key).version


def _unmade(agenda: Agenda, key: Key, held: Held, *, rows: tuple[JournalRow, ...]) -> LedgerEntry | None:
    last = next((row for row in rows if row.resource_type == key.type), None)
    entry = agenda.entry(key)
    if last is None or entry.agreed_ours is None:
        return None
    if (last.interaction, last.outcome, last.expected_version) != (Interaction.UPDATE, DONE, held.version):
        return None
    gaps = not_kept(addressed(entry.agreed_ours, agenda.addresses()), held.resource)
    return agreed_entry(entry, entry.agreed_ours, held, not_kept=gaps)
