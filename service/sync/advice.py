"""What to do next about a resource, by the state in which it stands; docs/sync.md says more."""

from collections.abc import Mapping
from types import MappingProxyType

from service.ports.storage import LinkState

NEXT_STEP: Mapping[LinkState, str] = MappingProxyType({
    LinkState.IN_SYNC: "nothing",
    LinkState.WAITING: "sync again",
    LinkState.IN_FLIGHT: "wait: a request is on its way",
    LinkState.UNKNOWN_OUTCOME: "sync again after the settle time: its effect is looked for first",
    LinkState.CONFLICT: "decide it in the inbox",
    LinkState.NOT_KEPT: "nothing, or enter by hand what the server does not keep",
    LinkState.PARKED: "read the reason, mend it, and sync again",
    LinkState.DETACHED: "take note of it in the inbox, or put it back in the chart",
    LinkState.FROZEN: "see to the patient in the chart, and bind the plan anew",
    LinkState.PULL_ONLY: "nothing: it is the clinic's own",
    LinkState.PLAN_ONLY: "nothing: it goes into the chart when somebody changes it here",
})  # fmt: skip
