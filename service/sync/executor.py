"""Sending what was decided: in one transaction, or one by one in the order of references.

One by one, the plan goes first as a draft without activities and is completed when its parts are there; what
refers to a refused item waits, and the plan is completed without it. An order that ends and its successor go
out together or not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.mapping.references import Key
from service.ports.ehr import EhrError, UnknownOutcome
from service.ports.storage import LinkState
from service.sync.drafts import rendered
from service.sync.ordering import HUB, in_reference_order, stage
from service.sync.outgoing import Outgoing
from service.sync.pruning import without
from service.sync.report import Done, ItemReport
from service.sync.sending import BLAMING, STOPPING, Sender

# A larger bundle is sent one by one (Azure Health Data Services takes 500 entries, the lowest limit known).
LARGEST_TRANSACTION = 400


@dataclass(slots=True, kw_only=True)
class Executor:
    """Sends a set of resources; `stopped` is the error that ended the push before its end, if one did.

    `successors` has the order that follows an ending one: the two are one item.
    """

    sender: Sender
    transactions: bool
    successors: Mapping[Key, Key] = field(default_factory=dict)
    stopped: EhrError | None = None

    def execute(self, outgoing: Mapping[Key, Outgoing]) -> None:
        """Send everything that can go, and leave a result for each key."""
        outgoing = self._unhindered(outgoing)
        if not outgoing:
            return
        if self.transactions and 1 < len(outgoing) <= LARGEST_TRANSACTION:
            group = tuple(outgoing[key] for key in sorted(outgoing))
            try:
                self.sender.send(group, whole=True)
            except STOPPING as error:
                self._stop(group, error)
            except BLAMING:
                self._one_by_one(outgoing)
        else:
            self._one_by_one(outgoing)

    def _unhindered(self, outgoing: Mapping[Key, Outgoing]) -> dict[Key, Outgoing]:
        """Leave out, and note, what refers to an item that will not be in the chart."""
        left = dict(outgoing)
        while True:
            blocked = {key: obstacle for key, out in left.items() if (obstacle := self._obstacle(out))}
            for key, obstacle in blocked.items():
                self._wait(left.pop(key), f"waits for {obstacle}")
            if not blocked:
                break
        lost = self._lost()
        for key, out in left.items():
            if key.type == HUB:
                left[key] = replace(out, body=without(out.body, lost), ours=without(out.ours, lost))
        return left

    def _one_by_one(self, outgoing: Mapping[Key, Outgoing]) -> None:
        for key in self._order(outgoing):
            if key not in self.sender.results:
                self._unit(key, outgoing)
        for key in sorted(outgoing):
            if key.type == HUB and self.stopped is None:
                self._complete(outgoing[key])

    def _order(self, outgoing: Mapping[Key, Outgoing]) -> Iterable[Key]:
        order = in_reference_order({key: out.body for key, out in outgoing.items()})
        return [key for key in order if key.type != HUB or outgoing[key].held is None]

    def _unit(self, key: Key, outgoing: Mapping[Key, Outgoing]) -> None:
        out = outgoing[key]
        if self.stopped is not None:
            self._wait(out, "the push ended before it")
            return
        obstacle = self._obstacle(out)
        if obstacle is not None:
            self._wait(out, f"waits for {obstacle}")
            return
        partner = self._partner(key, outgoing)
        if partner is not None:
            self._send_set((out, partner))
        elif key.type == HUB:
            lost = self._lost()
            draft = replace(out, body=without(stage(out.body), lost), ours=without(stage(out.ours), lost))
            self._send_one(draft)
        else:
            self._send_one(out)

    def _partner(self, key: Key, outgoing: Mapping[Key, Outgoing]) -> Outgoing | None:
        pairs = {**self.successors, **{after: before for before, after in self.successors.items()}}
        return outgoing.get(pairs[key]) if key in pairs else None

    def _send_set(self, pair: tuple[Outgoing, Outgoing]) -> None:
        if not self.transactions:
            for out in pair:
                reason = "a new dose and the end of the old one need a transaction: enter both by hand"
                self._set_aside(out, Done.MANUAL_ENTRY, reason)
            return
        try:
            self.sender.send(pair, whole=True)
        except STOPPING as error:
            self._stop(pair, error)
        except BLAMING as error:
            for out in pair:
                self.sender.blame(out, error)

    def _send_one(self, out: Outgoing) -> None:
        try:
            self.sender.send((out,), whole=False)
        except STOPPING as error:
            self._stop((out,), error)
        except BLAMING as error:
            self.sender.blame(out, error)

    def _complete(self, out: Outgoing) -> None:
        """Write the plan with its activities, without those that were not written."""
        result = self.sender.results.get(out.key)
        if out.held is None and (result is None or not result.wrote):
            return
        lost = self._lost()
        if out.held is not None:
            self._send_one(replace(out, body=without(out.body, lost), ours=without(out.ours, lost)))
            return
        held = self.sender.ports.ehr.read(result.reference) if result and result.reference else None
        if held is None:
            return
        absent = self.sender.absent | lost
        body: JsonObject = rendered(self.sender.agenda, {out.key: held.resource}, absent)[out.key]
        self._send_one(replace(out, body=body, ours=without(out.ours, lost), held=held))

    def _failed(self, key: Key) -> bool:
        return self.sender.agenda.address(key) is None

    def _obstacle(self, out: Outgoing) -> Key | None:
        """Return the item that this one refers to and that could not be written."""
        if out.key.type == HUB:
            return None
        named = {reference.get("reference") for _, reference in references_in(out.body)}
        failed = (key for key in sorted(self.sender.results) if self._failed(key))
        return next((key for key in failed if key.urn in named), None)

    def _lost(self) -> frozenset[str]:
        return frozenset(key.urn for key in self.sender.results if self._failed(key))

    def _wait(self, out: Outgoing, reason: str) -> None:
        self._set_aside(out, Done.WAITING, reason)

    def _set_aside(self, out: Outgoing, done: Done, reason: str) -> None:
        address = self.sender.agenda.address(out.key)
        report = ItemReport(key=out.key, done=done, reference=address, reason=reason)
        self.sender.mark(report, LinkState.WAITING if done is Done.WAITING else LinkState.PARKED)

    def _stop(self, group: Iterable[Outgoing], error: EhrError) -> None:
        self.stopped = error
        lost = isinstance(error, UnknownOutcome)
        for out in group:
            report = ItemReport(
                key=out.key,
                done=Done.UNKNOWN_OUTCOME if lost else Done.WAITING,
                reference=self.sender.agenda.address(out.key),
                reason=str(error),
                issues=error.issues,
            )
            self.sender.mark(report, LinkState.UNKNOWN_OUTCOME if lost else LinkState.WAITING)
