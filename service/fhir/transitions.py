"""Which status may follow which: HAPI 8.8 takes stopped to active and cancelled to booked, so we check."""

from collections.abc import Mapping
from functools import cache

from service.fhir.json import JsonObject

WITHDRAWN = "entered-in-error"
UNKNOWN = "unknown"

Steps = Mapping[str, tuple[str, ...]]


def _steps(text: str) -> Steps:
    """Reads `draft > active revoked; active > completed` as what may directly follow each status."""
    pairs = (line.split(">") for line in text.split(";"))
    return {before.strip(): tuple(after.split()) for before, after in pairs}


_REQUEST = _steps(
    "draft > active revoked; active > on-hold completed revoked; on-hold > active completed revoked"
)

_NEXT: Mapping[str, Steps] = {
    "Appointment": _steps(
        "proposed > pending waitlist booked cancelled; pending > waitlist booked cancelled;"
        "waitlist > pending booked cancelled; booked > pending arrived checked-in fulfilled cancelled noshow;"
        "arrived > checked-in fulfilled cancelled noshow; checked-in > arrived fulfilled cancelled noshow"
    ),
    "CarePlan": _REQUEST,
    "CareTeam": _steps(
        "proposed > active inactive; active > suspended inactive; suspended > active inactive"
    ),
    "Communication": _steps(
        "preparation > in-progress not-done; in-progress > on-hold completed stopped;"
        "on-hold > in-progress completed stopped"
    ),
    "Encounter": _steps(
        "planned > arrived triaged in-progress cancelled; arrived > triaged in-progress cancelled;"
        "triaged > in-progress cancelled; in-progress > onleave finished cancelled;"
        "onleave > in-progress finished cancelled"
    ),
    "Flag": _steps("active > inactive"),
    "Goal": _steps(
        "proposed > planned accepted rejected cancelled; planned > accepted active rejected cancelled;"
        "accepted > planned active cancelled; active > on-hold completed cancelled;"
        "on-hold > active completed cancelled"
    ),
    "MedicationRequest": _steps(
        "draft > active cancelled; active > on-hold completed stopped cancelled;"
        "on-hold > active completed stopped cancelled"
    ),
    "MedicationStatement": _steps(
        "intended > active not-taken stopped; not-taken > active stopped; active > on-hold completed stopped;"
        "on-hold > active completed stopped"
    ),
    "Observation": _steps(
        "registered > preliminary cancelled; preliminary > final cancelled; final > amended corrected;"
        "amended > corrected; corrected > amended"
    ),
    "QuestionnaireResponse": _steps("in-progress > completed stopped; completed > amended"),
    "ServiceRequest": _REQUEST,
    "Task": _steps(
        "draft > requested cancelled; requested > received accepted rejected cancelled;"
        "received > accepted rejected cancelled; accepted > ready in-progress rejected cancelled;"
        "ready > in-progress cancelled; in-progress > on-hold completed failed cancelled;"
        "on-hold > in-progress completed failed cancelled"
    ),
}


def status_of(resource: JsonObject) -> str | None:
    """Gives the status of a resource (a Goal's is its lifecycle status), None if it has none."""
    status = resource.get("lifecycleStatus" if resource.get("resourceType") == "Goal" else "status")
    return status if isinstance(status, str) else None


def is_withdrawn(resource: JsonObject) -> bool:
    """Tells whether a resource was entered in error, by its status or by its verification."""
    codings = resource.get("verificationStatus", {}).get("coding", [])
    return status_of(resource) == WITHDRAWN or any(one.get("code") == WITHDRAWN for one in codings)


def is_terminal(kind: str, status: str) -> bool:
    """Tells whether a resource of this type ends with this status: nothing but a withdrawal may follow."""
    return status == WITHDRAWN or status in _endings(kind)


def may_follow(kind: str, old: str, new: str) -> bool:
    """Tells whether a status may come after another, at once or by steps that nobody saw.

    Anything may be withdrawn, a withdrawn record stays so. `unknown` says nothing about what was or will be,
    but ends no ending. Of a type without a table only that much is known, so the rest is allowed.
    """
    if old == new:
        return True
    if is_terminal(kind, old):
        return new == WITHDRAWN and old != WITHDRAWN
    if kind not in _NEXT or new == WITHDRAWN or UNKNOWN in {old, new}:
        return True
    return new in _reachable(kind, old)


@cache
def _endings(kind: str) -> frozenset[str]:
    steps = _NEXT.get(kind, {})
    return frozenset(after for following in steps.values() for after in following if after not in steps)


@cache
def _reachable(kind: str, status: str) -> frozenset[str]:
    """Follows the steps as far as they lead."""
    found: set[str] = set()
    open_ends = [status]
    while open_ends:
        following = set(_NEXT[kind].get(open_ends.pop(), ())) - found
        found |= following
        open_ends.extend(following)
    return frozenset(found)
