"""Servers that let an update through although somebody has written since: what is done in place of If-Match.

Where a server does not promise to refuse such an update, what is to be written is read again just before.
Somebody may write even then, and a server may promise and not keep it: then the version that an update got is
not the next after the one that it rests on, and what was said in between is shown to a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.fhir.json import JsonObject
from service.fhir.version import skipped
from service.ports.ehr import Capabilities, Ehr, EhrError, Held, Missing, Stale
from service.ports.inbox import InboxItem
from service.ports.storage import KeptCapabilities, UnitOfWork
from service.sync.agenda import Agenda, Ports
from service.sync.drafts import symbols
from service.sync.fingerprint import same
from service.sync.inbox import content_of, digest_of
from service.sync.outgoing import Outgoing
from service.sync.reconciliation import Cause
from service.sync.sides import Agreed, Sides, symbolic

OVERWRITTEN = "the server let it be written over an edit that somebody had just made there: look in the inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwritten:
    """An edit of somebody else that the server let us write over; `edit` is None where it cannot be read.

    `before` is what our write rested on, and `meant` what the plan meant by it.
    """

    out: Outgoing
    before: Held
    meant: JsonObject
    edit: Held | None


def look_again(group: Iterable[Outgoing], offered: Capabilities, ehr: Ehr) -> bool:
    """Read again what the server would let us write over, and tell whether there was any of it.

    Raises `Stale` for what has moved on, and as reading does, with the place of the guilty one.
    """
    looked = False
    for place, out in enumerate(group):
        if out.held is None or offered.guards(out.key.type):
            continue
        try:
            now = ehr.read_anew(out.held.reference)
        except EhrError as error:
            error.entry = place
            raise
        if now.version != out.held.version:
            raise Stale(f"{now.reference} has moved on since it was read", entry=place)
        looked = True
    return looked


def overwritten(agenda: Agenda, out: Outgoing, now: Held, *, ehr: Ehr) -> Overwritten | None:
    """Return the edit that was lost to an update of ours, if the versions tell of one.

    Versions of which nothing is kept are a server's way to count, and one that says the same as before it, or
    as our update, is nobody's edit.
    """
    before = out.held
    if before is None or not (between := skipped(before.version, now.version)):
        return None
    lost = Overwritten(out=out, before=before, meant=agenda.entry(out.key).agreed_ours or out.ours, edit=None)
    if not agenda.capabilities.can(out.key.type, "vread"):
        return lost
    try:
        edit = ehr.read_version(before.reference, str(between[-1]))
    except Missing:
        return None
    except EhrError:
        return lost
    nobodys = same(edit.resource, before.resource) or same(edit.resource, now.resource)
    return None if nobodys else replace(lost, edit=edit)


def told(agenda: Agenda, ports: Ports, lost: Overwritten) -> InboxItem:
    """Return what a person is shown of an edit that was lost: base, ours, and what was written over."""
    key = lost.out.key
    sides = _sides(agenda, lost)
    return InboxItem(
        id=ports.ids.new(),
        connection_id=agenda.connection.id,
        plan_id=agenda.plan.id,
        patient_id=agenda.plan.patient.id,
        resource_type=key.type,
        item_id=key.item,
        reference=lost.before.reference,
        cause=Cause.OVERWRITTEN.value,
        groups=() if sides is None else tuple(sorted(sides.changed_there)),
        digest=digest_of(sides),
        content=content_of(sides),
        revision=agenda.number,
        opened_at=ports.clock.now(),
    )


def note_unguarded(agenda: Agenda, work: UnitOfWork, kinds: Iterable[str]) -> None:
    """Keep that the server let updates of these types go over edits, for this run and for every later one."""
    agenda.capabilities = agenda.capabilities.seen_to_overwrite(kinds)
    kept = work.capabilities.get(agenda.connection.id)
    if kept is not None:
        work.capabilities.put(agenda.connection.id, _marked(kept, kinds))


def _marked(kept: KeptCapabilities, kinds: Iterable[str]) -> KeptCapabilities:
    seen = Capabilities.from_json(kept.content).seen_to_overwrite(kinds)
    return replace(kept, content={**kept.content, "overwrites": sorted(seen.overwrites)})


def _sides(agenda: Agenda, lost: Overwritten) -> Sides | None:
    if lost.edit is None:
        return None
    urns = symbols(agenda)
    base = Agreed(ours=lost.meant, theirs=symbolic(lost.before.resource, urns))
    return Sides(agreed=base, ours=lost.out.ours, theirs=symbolic(lost.edit.resource, urns))
