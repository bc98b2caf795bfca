"""What to do next about a resource, by how it stands and what waits of it; docs/sync.md says more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import LedgerEntry, LinkState
from service.sync.first_link import has_more_to_say
from service.sync.imported import BY_HAND
from service.sync.reconciliation import Cause

NEXT_STEP: Mapping[LinkState, str] = MappingProxyType({
    LinkState.IN_SYNC: "nothing",
    LinkState.WAITING: "sync again",
    LinkState.IN_FLIGHT: "wait: a request is on its way",
    LinkState.UNKNOWN_OUTCOME: "sync again after the settle time: its effect is looked for first",
    LinkState.CONFLICT: "read the reason, and sync: what a person decides of it then waits in the inbox",
    LinkState.NOT_KEPT: "nothing, or enter by hand what the server does not keep",
    LinkState.PARKED: "read the reason, mend it, and sync again",
    LinkState.DETACHED: "put it back in the chart, or have it made again: `item=again` for its `vanished`",
    LinkState.FROZEN: "see to the patient in the chart, and bind the plan anew",
    LinkState.PULL_ONLY: "nothing: it is the clinic's own",
    LinkState.PLAN_ONLY: "nothing: it goes into the chart when somebody changes it here",
})  # fmt: skip

NEXT_STEP_OF_CAUSE: Mapping[str, str] = MappingProxyType({
    Cause.SAME_GROUP: "choose ours, theirs or a third value for each group",
    Cause.HALTED_THERE: "choose for each group; what has ended stays so",
    Cause.ENDED_HERE: "choose for each group; what has ended stays so",
    Cause.FORBIDDEN_STEP: "choose ours: what has ended is not reopened, make a new one",
    Cause.UNREADABLE: "choose ours, or a third value that the plan can hold",
    Cause.WORDS_DISAGREE: "choose ours, or a third value; theirs is never taken for a dose",
    Cause.BESIDE_WORDS: "choose for each group; with ours, have the narrative in the chart rewritten",
    Cause.WORDS_LEFT: "have the narrative in the chart rewritten, and take note",
    Cause.NOT_UNDERSTOOD: "have the chart mended: it closes by itself",
    Cause.OTHER_PATIENT: "have the chart mended: it belongs to somebody else, or was left there by a merge",
    Cause.NOT_APPLIED: "take note",
    Cause.OVERWRITTEN: "say again in the plan or in the chart what of it stands, and take note",
    Cause.VANISHED: "take note, put it back in the chart, or have it made again (`item=again`)",
    Cause.RESTORED: "choose ours, theirs or a third value: the server went back behind what was agreed",
    Cause.TWO_CLAIMANTS: "confirm the one that is ours and decline the others, which are left as they are",
    Cause.BOOKED_THERE: "confirm the booking that is meant, or decline it",
    Cause.RENEWED_THERE: "confirm the order that goes on with it; declined, ours counts as stopped",
    Cause.EXISTS_THERE: "confirm what the plan takes up, decline what it leaves to the chart",
    Cause.CANNOT_TAKE_UP: "take note: it stands in the chart alone, until that says what plans can hold",
    Cause.PATIENT_MATCH: "confirm that this is the patient, or decline and bind another (`tandem bind`)",
    Cause.PATIENT_CHANGED: "bind the plan anew (`tandem bind`)",
    Cause.DECEASED: "take note: only endings that people sign are written, and nobody is reminded",
    Cause.EVIDENCE_WITHDRAWN: "look at what rests on it, and take note",
})  # fmt: skip

STOPS: Mapping[str, bool] = MappingProxyType({
    Cause.SAME_GROUP: True,
    Cause.HALTED_THERE: True,
    Cause.ENDED_HERE: True,
    Cause.FORBIDDEN_STEP: True,
    Cause.UNREADABLE: True,
    Cause.WORDS_DISAGREE: True,
    Cause.NOT_UNDERSTOOD: True,
    Cause.OTHER_PATIENT: True,
    Cause.NOT_APPLIED: False,
    Cause.VANISHED: False,
    Cause.RESTORED: True,
    Cause.TWO_CLAIMANTS: True,
    Cause.BOOKED_THERE: False,
    Cause.RENEWED_THERE: True,
    Cause.EXISTS_THERE: False,
    Cause.BESIDE_WORDS: True,
    Cause.WORDS_LEFT: False,
    Cause.OVERWRITTEN: False,
    Cause.CANNOT_TAKE_UP: False,
    Cause.PATIENT_MATCH: False,
    Cause.PATIENT_CHANGED: False,
    Cause.DECEASED: False,
    Cause.EVIDENCE_WITHDRAWN: False,
})  # fmt: skip
"""Whether nothing of a resource moves while an item of this cause is open; beside others it goes on."""

_BY_HAND = "enter in the chart by hand what was changed here: it is the clinic's own"
_NOT_TAKEN_IN = "sync: what the chart says of it comes in, or waits in the inbox"
_DECIDED = "sync: what was decided in the inbox is carried out"
# Of itself nothing is left to do in these states: what waits in the inbox is the next step.
_RESTING = frozenset({
    LinkState.IN_SYNC, LinkState.NOT_KEPT, LinkState.DETACHED, LinkState.PULL_ONLY, LinkState.PLAN_ONLY,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """How a resource stands, why, and what to do next."""

    state: LinkState
    reason: str | None
    next_step: str


def advice(entry: LedgerEntry, items: Iterable[InboxItem]) -> Advice:
    """Return the advice on a resource of which these items of the inbox speak.

    What waits for a person comes before all else, but for a patient who must be bound anew.
    """
    found = tuple(items)
    waiting = [one.cause for one in found if one.state is ItemState.OPEN]
    decided = any(one.state is ItemState.DECIDED for one in found)
    stopped = next((one for one in waiting if STOPS[one]), None)
    step, rests = NEXT_STEP[entry.state], entry.state in _RESTING
    if entry.state is LinkState.FROZEN:
        return Advice(state=entry.state, reason=entry.reason, next_step=step)
    if entry.reason == BY_HAND:
        step, rests = _BY_HAND, False
    elif has_more_to_say(entry):
        step, rests = _NOT_TAKEN_IN, False
    if stopped is not None:
        return Advice(state=LinkState.CONFLICT, reason=stopped, next_step=NEXT_STEP_OF_CAUSE[stopped])
    if waiting:
        first = () if rests else (step,)
        step = "; ".join(dict.fromkeys((*first, *(NEXT_STEP_OF_CAUSE[one] for one in waiting))))
    elif decided:
        step = _DECIDED
    return Advice(state=entry.state, reason=entry.reason, next_step=step)
