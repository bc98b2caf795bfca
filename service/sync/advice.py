"""What to do next about a resource, by the state in which it stands; docs/sync.md says more."""

from collections.abc import Mapping
from types import MappingProxyType

from service.ports.storage import LinkState
from service.sync.reconciliation import Cause

NEXT_STEP: Mapping[LinkState, str] = MappingProxyType({
    LinkState.IN_SYNC: "nothing",
    LinkState.WAITING: "sync again",
    LinkState.IN_FLIGHT: "wait: a request is on its way",
    LinkState.UNKNOWN_OUTCOME: "sync again after the settle time: its effect is looked for first",
    LinkState.CONFLICT: "decide it in the inbox",
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
    Cause.VANISHED: "take note, put it back in the chart, or have it made again (`item=again`)",
    Cause.RESTORED: "choose ours, theirs or a third value: the server went back behind what was agreed",
    Cause.TWO_CLAIMANTS: "confirm the one that is ours and decline the others, which are left as they are",
    Cause.BOOKED_THERE: "confirm the booking that is meant, or decline it",
    Cause.RENEWED_THERE: "confirm the order that goes on with it; declined, ours counts as stopped",
    Cause.EXISTS_THERE: "confirm what the plan takes up, decline what it leaves to the chart",
    Cause.CANNOT_TAKE_UP: "take note: it stands in the chart alone, until that says its drug and dose",
    Cause.PATIENT_MATCH: "confirm that this is the patient, or decline and bind another (`tandem bind`)",
    Cause.PATIENT_CHANGED: "bind the plan anew (`tandem bind`)",
    Cause.DECEASED: "take note: only endings that people sign are written, and nobody is reminded",
    Cause.EVIDENCE_WITHDRAWN: "look at what rests on it, and take note",
})  # fmt: skip
