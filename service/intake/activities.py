"""What a CarePlan describes in place: therapies in `activity.detail`, goals and a team inside it.

R4 lets a CarePlan describe its activities itself; Synthea's records and most of HL7's examples do. A
psychotherapy that is described is read as the ServiceRequest that it stands for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from service.fhir.json import JsonObject
from service.intake.adoption import is_psychotherapy
from service.intake.chart import Chart, Finding, Member

# FHIR R4 care-plan-activity-status as request-status. What has not started is asked for all the same.
_STATUS = MappingProxyType({
    "not-started": "active",
    "scheduled": "active",
    "in-progress": "active",
    "on-hold": "on-hold",
    "completed": "completed",
    "cancelled": "revoked",
    "stopped": "revoked",
    "entered-in-error": "entered-in-error",
})  # fmt: skip
_LIFTED = frozenset({"CareTeam", "Goal"})
_PLACE = re.compile(r"#activity\[(\d+)\]$")

FORBIDDEN = "forbids what the plan would take for asked"
NO_THERAPY = "describes something that is no psychotherapy: a plan cannot hold it"
NO_STATUS = "has a status without a meaning in the plan"
NOWHERE = "points to nothing that was read"
INSIDE = "is held inside the care plan: a plan refers to the chart's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a CarePlan holds in itself: members as if they stood alone, and what was left."""

    members: tuple[Member, ...]
    findings: tuple[Finding, ...]


def described(chart: Chart, plan: Member) -> Described:
    """Return what is described inside a CarePlan."""
    members: list[Member] = []
    findings: list[Finding] = []
    for found in (*_activities(chart, plan), *_contained(plan)):
        if isinstance(found, Member):
            members.append(found)
        else:
            findings.append(found)
    return Described(members=tuple(members), findings=tuple(findings))


def held_inside(care_plan: JsonObject, element: str, index: int) -> JsonObject | None:
    """Return the resource that an entry describes or contains, None where an import reads none."""
    entry = care_plan[element][index]
    if "detail" in entry:
        detail = entry["detail"]
        return _request(care_plan, detail) if _obstacle(detail) is None else None
    name = entry.get("reference")
    return next((one for one in care_plan.get("contained", []) if f"#{one.get('id')}" == name), None)


def place_of(address: str, path: str) -> tuple[str, str]:
    """Return the address and the path in the chart of what was found about a member, described or not."""
    found = _PLACE.search(address)
    if found is None:
        return address, path
    return address[: found.start()], f"CarePlan.activity[{found[1]}].detail"


def _activities(chart: Chart, plan: Member) -> Iterator[Member | Finding]:
    for index, activity in enumerate(plan.resource.get("activity", [])):
        at = f"CarePlan.activity[{index}]"
        reference = activity.get("reference", {})
        if reference and chart.resolve(reference.get("reference")) is None:
            yield _left(plan, f"{at}.reference", NOWHERE)
        detail = activity.get("detail")
        if detail is None:
            continue
        reason = _obstacle(detail)
        if reason is None:
            request = _request(plan.resource, detail)
            yield Member(address=f"{plan.address}#activity[{index}]", resource=request)
        else:
            yield _left(plan, f"{at}.detail", reason)


def _obstacle(detail: JsonObject) -> str | None:
    if detail.get("doNotPerform"):
        return FORBIDDEN
    if detail.get("kind", "ServiceRequest") != "ServiceRequest" or not is_psychotherapy(detail.get("code")):
        return NO_THERAPY
    return None if detail.get("status") in _STATUS else NO_STATUS


def _request(plan: JsonObject, detail: JsonObject) -> JsonObject:
    """Return a detail as a ServiceRequest; it was asked for when the plan was made or began."""
    asked = plan.get("created") or plan.get("period", {}).get("start")
    period = detail.get("scheduledPeriod")
    timing = detail.get("scheduledTiming") or (period and {"repeat": {"boundsPeriod": period}})
    said = {
        "resourceType": "ServiceRequest",
        "status": _STATUS[detail["status"]],
        "intent": "plan",
        "code": detail["code"],
        "subject": plan["subject"],
        "authoredOn": asked,
        "occurrenceTiming": timing,
        "performer": detail.get("performer"),
        "reasonReference": detail.get("reasonReference"),
    }
    return {name: value for name, value in said.items() if value is not None}


def _contained(plan: Member) -> Iterator[Member | Finding]:
    for index, resource in enumerate(plan.resource.get("contained", [])):
        if resource["resourceType"] in _LIFTED:
            yield Member(address=f"{plan.address}#{resource.get('id')}", resource=resource)
        else:
            yield _left(plan, f"CarePlan.contained[{index}]", INSIDE)


def _left(plan: Member, path: str, reason: str) -> Finding:
    return Finding(address=plan.address, path=path, reason=reason, whole=False)
