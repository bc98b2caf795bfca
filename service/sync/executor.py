"""Sending what was decided: in one transaction, or one by one in the order of references.

One by one, the plan goes first as a draft without activities and is completed when its parts are there; what
refers to a refused item waits, and the plan is completed without it. Orders of one line of which one ends and
another starts go out together or not at all, and so do phases; without transactions the next phase starts
before the one before it ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.mapping.references import Key
from service.ports.ehr import EhrError, Held, UnknownOutcome
from service.ports.storage import LedgerEntry, LinkState
from service.sync.barrier import Barred
from service.sync.drafts import agreed_of, rendered
from service.sync.fingerprint import same
from service.sync.leading import is_told, phases_claimed, unclaimed
from service.sync.ordering import HUB, in_reference_order, stage
from service.sync.outgoing import Outgoing
from service.sync.planner import Dispute, changed, decide
from service.sync.pruning import without
from service.sync.report import SETTLED, Done, ItemReport
from service.sync.sending import BLAMING, STOPPING, Sender
from service.sync.successions import (
    Line,
    Turn,
    atomic_sets,
    in_stages,
    later,
    needs_transaction,
    partners,
    turn,
)

# A larger bundle is sent one by one (Azure Health Data Services takes 500 entries, the lowest limit known).
LARGEST_TRANSACTION = 400

_BY_HAND = "a new dose and the end of the old one need a transaction: enter both by hand"
_BEGUN = "the phase after it has started in the chart, where it has not ended yet"
_UNFINISHED = "the push ended before it was complete"
_HARMLESS = SETTLED | {Done.NOT_KEPT}


@dataclass(slots=True, kw_only=True)
class Executor:
    """Sends a set of resources; `stopped` is what ended the push before its end, if something did.

    `lines` has the orders and the phases that follow one another, by each of them; `meant` is all that the
    plan says.
    """

    sender: Sender
    transactions: bool
    meant: Mapping[Key, JsonObject]
    lines: Mapping[Key, Line]
    largest: int
    stopped: EhrError | Barred | None = None

    def execute(self, outgoing: Mapping[Key, Outgoing]) -> None:
        """Send everything that can go, and leave a result for each key."""
        going = self._unhindered(outgoing)
        if self.transactions and 1 < len(going) <= self.largest:
            self._all_at_once(going)
        else:
            self._one_by_one(going)
        self._tell_stages(going.values())

    def rehearse(self, outgoing: Mapping[Key, Outgoing]) -> None:
        """Leave the result that sending would be expected to have, without sending."""
        going = self._unhindered(outgoing)
        if not self.transactions:
            for unit in filter(needs_transaction, self._sets(going)):
                self._set_by_hand([going.pop(key) for key in unit])
        for key, out in going.items():
            done = Done.WOULD_CREATE if out.held is None else Done.WOULD_UPDATE
            address = out.held.reference if out.held else None
            self.sender.results[key] = ItemReport(key=key, done=done, reference=address)

    def _all_at_once(self, going: Mapping[Key, Outgoing]) -> None:
        group = tuple(going[key] for key in sorted(going))
        try:
            self.sender.send(group, whole=True)
        except STOPPING as error:
            self._stop(group, error)
        except BLAMING:
            self._one_by_one(going)

    def _one_by_one(self, going: Mapping[Key, Outgoing]) -> None:
        pending = {key: out.body for key, out in going.items() if key.type != HUB or out.held is None}
        for unit in in_reference_order(pending, self._sets(going)):
            self._send_unit(tuple(going[key] for key in unit))
        for key, out in going.items():
            if key.type == HUB:
                self._complete(out)

    def _send_unit(self, unit: tuple[Outgoing, ...]) -> None:
        obstacle = next((one for one in map(self._obstacle, unit) if one is not None), None)
        if self.stopped is not None or obstacle is not None:
            reason = (
                f"waits for {obstacle}" if self.stopped is None else self._ended("the push ended before it")
            )
            for out in unit:
                self._wait(out, reason)
        elif len(unit) > 1 and not self.transactions:
            self._without_transaction(unit)
        else:
            self._send(tuple(self._staged(out) for out in unit))

    def _without_transaction(self, unit: tuple[Outgoing, ...]) -> None:
        by_key = {out.key: out for out in unit}
        if needs_transaction(tuple(by_key)):
            self._set_by_hand(unit)
            return
        order = in_stages(tuple(by_key), {out.key: self._turn(out) for out in unit})
        for place, key in enumerate(order):
            missing = next(filter(self._stuck, order[:place]), None)
            if missing is None or self.stopped is not None:
                self._send_unit((by_key[key],))
            else:
                self._wait(by_key[key], f"waits for {missing}")

    def _tell_stages(self, going: Iterable[Outgoing]) -> None:
        """Say of each phase that could not end that the next one runs beside it."""
        for out in going:
            begun = (key for key in later(out.key, self.lines) if self._there(key) is not None)
            if self._turn(out) is Turn.ENDS and self._stuck(out.key) and any(begun):
                result = self.sender.results[out.key]
                told = replace(result, reason=f"{result.reason}; {_BEGUN}")
                self.sender.mark(told, self._entry(out.key).state)

    def _send(self, unit: tuple[Outgoing, ...]) -> None:
        try:
            self.sender.send(unit, whole=len(unit) > 1)
        except STOPPING as error:
            self._stop(unit, error)
        except BLAMING as error:
            self._blame(unit, error)

    def _blame(self, unit: tuple[Outgoing, ...], error: EhrError) -> None:
        """Park the guilty one, as far as it is known; whoever goes with it waits for it."""
        guilty = unit[error.entry] if error.entry is not None and len(unit) > 1 else None
        for out in unit:
            if guilty is None or out is guilty:
                self.sender.blame(out, error)
            else:
                self._wait(out, f"waits for {guilty.key}")

    def _staged(self, out: Outgoing) -> Outgoing:
        if out.key.type != HUB:
            return out
        draft = unclaimed(out, None)
        return self._cut(replace(draft, body=stage(draft.body), ours=stage(draft.ours)))

    def _cut(self, out: Outgoing) -> Outgoing:
        """Return the plan without what could not be written: references to it, and the balance of a phase."""
        lost = frozenset(key.urn for key in self.sender.results if self._failed(key))
        cut = replace(out, body=without(out.body, lost), ours=without(out.ours, lost))
        claimed = (key for key in phases_claimed(self.sender.agenda.plan) if key in self.meant)
        lacking = (self._stuck(key) and not is_told(self.meant[key], self._there(key)) for key in claimed)
        return unclaimed(cut, self._entry(out.key).agreed_ours) if any(lacking) else cut

    def _complete(self, out: Outgoing) -> None:
        """Write the plan with its activities, without those that were not written."""
        staged, address = self.sender.results.get(out.key), self.sender.agenda.address(out.key)
        if address is None:
            return  # it could not be made, and its result says why
        if self.stopped is not None:
            self._wait(out, self._ended(_UNFINISHED))
        elif staged is None:
            self._send_news(self._cut(out))
        else:
            self._finish(out, address, wrote=staged.wrote)

    def _finish(self, out: Outgoing, reference: str, *, wrote: bool) -> None:
        """Lay the whole plan over the draft that was made, or link what was met in its place."""
        try:
            held = self.sender.ports.ehr.read(reference)
        except STOPPING as error:
            self._stop((out,), error)
        except BLAMING as error:
            self.sender.blame(out, error)
        else:
            body = rendered(self.sender.agenda, {out.key: held.resource}, self.sender.absent)[out.key]
            whole = self._cut(replace(out, body=body, held=held))
            if wrote:
                self._over_draft(whole, held)
            elif same(whole.body, held.resource):
                self.sender.agree(whole, held)

    def _over_draft(self, whole: Outgoing, held: Held) -> None:
        """Send the whole plan, unless somebody has said something of the draft since it was made."""
        match decide(agreed_of(self._entry(whole.key)), whole.body, held.resource):
            case Dispute(reason):
                self.sender.dispute(whole.key, held, reason)
            case _:
                self._send((whole,))

    def _send_news(self, out: Outgoing) -> None:
        """Send the plan, unless what is left of it is what the chart holds: a write that says nothing new."""
        if changed(agreed_of(self._entry(out.key)), out.ours):
            self._send((out,))
        else:
            self.sender.leave(out.key)

    def _unhindered(self, outgoing: Mapping[Key, Outgoing]) -> dict[Key, Outgoing]:
        """Leave out, and note, what depends on an item that will not be in the chart."""
        left = dict(outgoing)
        while blocked := {key: by for key, out in left.items() if (by := self._obstacle(out)) is not None}:
            for key, obstacle in blocked.items():
                self._wait(left.pop(key), f"waits for {obstacle}")
        for key, out in tuple(left.items()):
            if key.type == HUB:
                left[key] = self._cut(out)
                if out.held is not None and not changed(agreed_of(self._entry(key)), left[key].ours):
                    self.sender.leave(left.pop(key).key)
        return left

    def _obstacle(self, out: Outgoing) -> Key | None:
        """Return the item without which this one cannot be written; the plan needs nobody but its patient."""
        named = {reference.get("reference") for _, reference in references_in(out.body)}
        needed = (key for key in sorted(self.sender.results) if out.key.type != HUB or key.type == "Patient")
        absent = (key for key in needed if self._failed(key) and key.urn in named)
        return next(absent, None) or self._partner_at_fault(out)

    def _partner_at_fault(self, out: Outgoing) -> Key | None:
        """Return what should end as this one starts, or start as it ends, and does not."""
        line = self.lines.get(out.key)
        if line is None:
            return None
        turning = {key: turn(self.meant[key], self._there(key)) for key in line if key in self.meant}
        return next(filter(self._stuck, partners(out.key, line, turning | {out.key: self._turn(out)})), None)

    def _stuck(self, key: Key) -> bool:
        result = self.sender.results.get(key)
        return result is not None and result.done not in _HARMLESS

    def _there(self, key: Key) -> JsonObject | None:
        """Return what the chart is known to say of an item that is not sent."""
        entry = self._entry(key)
        gone = entry.state is LinkState.DETACHED
        return None if gone else self.sender.seen.get(key, entry.agreed_theirs)

    def _turn(self, out: Outgoing) -> Turn | None:
        return turn(out.body, out.held.resource if out.held else None)

    def _sets(self, going: Mapping[Key, Outgoing]) -> tuple[Line, ...]:
        return atomic_sets({key: self._turn(out) for key, out in going.items()}, self.lines)

    def _entry(self, key: Key) -> LedgerEntry:
        return self.sender.agenda.entry(key)

    def _failed(self, key: Key) -> bool:
        return self.sender.agenda.address(key) is None

    def _set_by_hand(self, unit: Iterable[Outgoing]) -> None:
        for out in unit:
            self._set_aside(out, Done.MANUAL_ENTRY, _BY_HAND)

    def _wait(self, out: Outgoing, reason: str) -> None:
        self._set_aside(out, Done.WAITING, reason)

    def _set_aside(self, out: Outgoing, done: Done, reason: str) -> None:
        address = self.sender.agenda.address(out.key)
        report = ItemReport(key=out.key, done=done, reference=address, reason=reason)
        self.sender.mark(report, LinkState.WAITING if done is Done.WAITING else LinkState.PARKED)

    def _ended(self, words: str) -> str:
        """Return why an item waits for another pass: what bars one bars all, and is told of each."""
        return str(self.stopped) if isinstance(self.stopped, Barred) else words

    def _stop(self, group: Iterable[Outgoing], error: EhrError | Barred) -> None:
        self.stopped = error
        lost = isinstance(error, UnknownOutcome)
        reports = [
            ItemReport(
                key=out.key,
                done=Done.UNKNOWN_OUTCOME if lost else Done.WAITING,
                reference=self.sender.agenda.address(out.key),
                reason=str(error),
                issues=error.issues,
            )
            for out in group
        ]
        self.sender.mark_all(reports, LinkState.UNKNOWN_OUTCOME if lost else LinkState.WAITING)
