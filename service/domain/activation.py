"""When a plan may become active: somebody must be reached when it raises an alert."""

from service.domain.plan import Plan
from service.domain.therapy import RequestStatus
from service.domain.values import Invalid, Problem

_NEEDED = "is needed before a plan becomes active: a recipient, a backup, hours and a channel for alerts"
_KEPT = "is needed while the plan is active: name others instead"


def check_contacts(before: Plan | None, after: Plan) -> None:
    """Refuse, with `Invalid`, that a person makes a plan active without contacts, or takes them from one.

    A plan that is active without them (from a chart, or from before they were asked for) stays as it is and
    is reported: refusing its next edit would keep a dose out of the plan.
    """
    if after.status is not RequestStatus.ACTIVE or after.safety is not None:
        return
    if before is None or before.status is not RequestStatus.ACTIVE:
        raise Invalid([Problem("safety", _NEEDED)])
    if before.safety is not None:
        raise Invalid([Problem("safety", _KEPT)])
