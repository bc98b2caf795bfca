"""One request to the chart, from the journal row before it to the ledger entry after it.

The row is durable before the request leaves, and stays open while nobody knows what became of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import (
    Denied,
    EhrError,
    Gone,
    Held,
    Missing,
    NotFhir,
    Rejected,
    SeveralMatch,
    Stale,
    Unavailable,
    UnknownOutcome,
    Written,
)
from service.ports.inbox import InboxItem
from service.ports.journal import JournalRow
from service.ports.storage import LedgerEntry, LinkState
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.barrier import Barred, check_open
from service.sync.bookkeeping import DONE, agreed_entry, held_of, journal_row, linked_entry, tried
from service.sync.drafts import rendered
from service.sync.fencing import must_hold
from service.sync.fingerprint import not_kept, same
from service.sync.outgoing import Outgoing, addressed
from service.sync.planner import CHANGED_THERE, UNKNOWN_CONTENT, WITHDRAWN_THERE
from service.sync.report import Done, ItemReport
from service.sync.unguarded import OVERWRITTEN, Overwritten, look_again, note_unguarded, overwritten, told

# These end the push: the server is not there, does not let us in or is not what it was, or we may not write.
STOPPING = (Unavailable, Denied, NotFhir, Barred)
# These are the fault of one resource among several: without it, the others may pass.
BLAMING = (Rejected, Stale, SeveralMatch, Missing, Gone)

_NOT_ALL_KEPT = "the server did not keep all of it"
_BLAME: dict[type[EhrError], tuple[Done, LinkState, str]] = {
    Rejected: (Done.REJECTED, LinkState.PARKED, "the server refused it"),
    Stale: (Done.CONFLICT, LinkState.CONFLICT, CHANGED_THERE),
    SeveralMatch: (Done.CONFLICT, LinkState.CONFLICT, "several resources of the chart claim the identity"),
    Missing: (Done.DETACHED, LinkState.DETACHED, "the chart holds it no longer"),
    Gone: (Done.DETACHED, LinkState.DETACHED, "it was deleted in the chart"),
}


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends for one push, and keeps what became of each item in `results`.

    `seen` is what the chart says of the items that are in dispute.
    """

    agenda: Agenda
    ports: Ports
    absent: frozenset[str]
    results: dict[Key, ItemReport] = field(default_factory=dict)
    seen: dict[Key, JsonObject] = field(default_factory=dict)

    def send(self, group: Sequence[Outgoing], *, whole: bool) -> None:
        """Send a group as one transaction (`whole`), or its only member alone; raises `EhrError`, `Barred`.

        What the server did is kept before this returns; what it refused is left to the caller.
        """
        rows = self._journalled(group)
        chosen = {out.key.urn: out.chosen for out in group if out.chosen is not None}
        addresses = self.agenda.addresses() | chosen
        changes = [out.change(self.agenda.connection.identifier_system, addresses) for out in group]
        ehr = self.ports.ehr
        try:
            if look_again(group, self.agenda.capabilities, ehr):
                self._still_may()
            answers = ehr.transact(changes) if whole else (ehr.write(changes[0]),)
        except UnknownOutcome:
            raise  # the rows stay open: the next push looks for the effect before it sends again
        except (EhrError, Barred):
            self._keep((), settled=rows, outcome="no effect")
            raise
        lost = self._note(group, answers, rows)
        self._keep([out.key for out in group], settled=rows, outcome=DONE, lost=lost)

    def blame(self, out: Outgoing, error: EhrError) -> None:
        """Park an item that the server refused, with the server's words."""
        done, state, reason = _BLAME[type(error)]
        report = ItemReport(
            key=out.key,
            done=done,
            reference=self.agenda.address(out.key),
            reason=reason,
            issues=error.issues,
        )
        self.mark(report, state)

    def mark(self, report: ItemReport, state: LinkState) -> None:
        """Note an item that was not written, and why."""
        self.mark_all([report], state)

    def mark_all(self, reports: Sequence[ItemReport], state: LinkState) -> None:
        """Note items that were not written, and why, in one commit."""
        for report in reports:
            entry = replace(self.agenda.entry(report.key), state=state, reason=report.reason)
            self._enter(report, entry)
        self._keep([report.key for report in reports])

    def detach(self, key: Key, address: str, reason: str) -> None:
        """Note that the chart lost an item: it is not made again, and nothing of ours refers to it."""
        self.mark(
            ItemReport(key=key, done=Done.DETACHED, reference=address, reason=reason), LinkState.DETACHED
        )
        self.absent |= {key.urn}

    def leave(self, key: Key) -> None:
        """Note an item of which nothing new is to be said."""
        entry = self.agenda.entry(key)
        lost = entry.state is LinkState.NOT_KEPT
        self.results[key] = ItemReport(
            key=key,
            done=Done.NOT_KEPT if lost else Done.UNCHANGED,
            reference=remote_of(entry),
            version=entry.version,
            reason=_NOT_ALL_KEPT if lost else None,
            not_kept=entry.not_kept,
        )

    def agree(self, out: Outgoing, held: Held) -> None:
        """Link what the chart says already."""
        entry = agreed_entry(self.agenda.entry(out.key), out.ours, held)
        report = ItemReport(key=out.key, done=Done.LINKED, reference=held.reference, version=held.version)
        self._enter(report, entry)
        self._keep([out.key])

    def spare(self, key: Key, held: Held) -> None:
        """Leave what the chart entered in error as it is: no decision could have it written over."""
        self.dispute(key, held, WITHDRAWN_THERE, state=LinkState.PARKED)

    def dispute(self, key: Key, held: Held, reason: str, *, state: LinkState = LinkState.CONFLICT) -> None:
        """Leave what the chart holds as it is, linked and waiting for a person."""
        self.seen[key] = held.resource
        entry = linked_entry(self.agenda.entry(key), held, state=state, reason=reason)
        report = ItemReport(
            key=key, done=Done.CONFLICT, reference=held.reference, version=held.version, reason=reason
        )
        self._enter(report, entry)
        self._keep([key])

    def _journalled(self, group: Sequence[Outgoing]) -> list[JournalRow]:
        now = self.ports.clock.now()
        rows = [journal_row(self.agenda, out.intended, row_id=self.ports.ids.new(), now=now) for out in group]
        with self.ports.storage.begin() as work:
            must_hold(work, self.agenda.lease, self.ports.clock.now())
            check_open(self.agenda.connection, self.ports, work)
            work.journal.write(rows)
            work.commit()
        return rows

    def _still_may(self) -> None:
        """Ask again for the lease and the switch: reading again has taken time."""
        with self.ports.storage.begin(write=False) as work:
            must_hold(work, self.agenda.lease, self.ports.clock.now())
            check_open(self.agenda.connection, self.ports, work)

    def _note(
        self, group: Sequence[Outgoing], answers: Sequence[Written], rows: Sequence[JournalRow]
    ) -> tuple[Overwritten, ...]:
        """Note what was kept, and return the edits that the server let us write over."""
        pairs = tuple(zip(group, answers, strict=True))
        for out, answer in pairs:  # every address first: what was kept is compared with references resolved
            entry = self.agenda.entry(out.key)
            remote_id = answer.reference.partition("/")[2]
            self.agenda.ledger[out.key] = replace(entry, remote_id=remote_id)
        found: list[Overwritten] = []
        for (out, answer), row in zip(pairs, rows, strict=True):
            held = held_of(answer, answer.resource or self._read_back(answer.reference))
            lost = overwritten(self.agenda, out, held, ehr=self.ports.ehr)
            self._verify(out, row, held, created=answer.created)
            if lost is not None:
                found.append(lost)
        return tuple(found)

    def _read_back(self, reference: str) -> JsonObject:
        """Return what the server kept; a read that fails after a write undoes nothing of it."""
        try:
            return self.ports.ehr.read(reference).resource
        except EhrError as error:
            reason = "written, but what was kept could not be read"
            raise UnknownOutcome(reason, status=error.status, request_id=error.request_id) from None

    def _verify(self, out: Outgoing, row: JournalRow, held: Held, *, created: bool) -> None:
        """Believe what the server kept, not what we sent."""
        if out.held is None and out.chosen is None and not created:
            self._met(out, held)
            return
        gaps = not_kept(addressed(out.body, self.agenda.addresses()), held.resource)
        written = Done.CREATED if out.held is None else Done.UPDATED
        report = ItemReport(
            key=out.key,
            done=Done.NOT_KEPT if gaps else written,
            reference=held.reference,
            version=held.version,
            reason=_NOT_ALL_KEPT if gaps else None,
            not_kept=gaps,
            wrote=True,
        )
        before = self.agenda.entry(out.key)
        entry = agreed_entry(before, out.ours, held, not_kept=gaps, ours_digest=row.digest)
        self._enter(report, entry)

    def _met(self, out: Outgoing, held: Held) -> None:
        """A conditional create found what is there already, and changed nothing of it."""
        over: JsonObject = rendered(self.agenda, {out.key: held.resource}, self.absent)[out.key]
        if same(over, held.resource):
            self.agree(out, held)
        else:
            self.dispute(out.key, held, UNKNOWN_CONTENT)

    def _enter(self, report: ItemReport, entry: LedgerEntry) -> None:
        now = self.ports.clock.now()
        self.agenda.ledger[report.key] = tried(entry, now=now, revision=self.agenda.number)
        before = self.results.get(report.key)
        self.results[report.key] = _joined(before, report) if before is not None else report

    def _told(self, lost: Overwritten) -> InboxItem:
        """Note what was written over an edit as a conflict, and return what is shown of it."""
        report = self.results[lost.out.key]
        item = told(self.agenda, self.ports, lost)
        entry = replace(self.agenda.entry(report.key), state=LinkState.CONFLICT, reason=OVERWRITTEN)
        self._enter(replace(report, done=Done.CONFLICT, reason=OVERWRITTEN), entry)
        return item

    def _keep(
        self,
        keys: Iterable[Key],
        *,
        settled: Sequence[JournalRow] = (),
        outcome: str = "",
        lost: Sequence[Overwritten] = (),
    ) -> None:
        now = self.ports.clock.now()
        items = [self._told(one) for one in lost]
        with self.ports.storage.begin() as work:
            must_hold(work, self.agenda.lease, now)  # what was written and not kept is looked for again
            work.ledger.save((self.agenda.ledger[key] for key in keys), plan_id=self.agenda.plan.id)
            if settled:
                work.journal.settle([row.id for row in settled], outcome, now)
            if items:
                work.inbox.save(items)
                note_unguarded(self.agenda, work, (one.resource_type for one in items))
            work.commit()


def _joined(before: ItemReport, after: ItemReport) -> ItemReport:
    """Join two steps of one push: what was made in the first and finished in the second is made."""
    made = before.done is Done.CREATED and after.done is Done.UPDATED
    return replace(after, done=Done.CREATED if made else after.done, wrote=before.wrote or after.wrote)
