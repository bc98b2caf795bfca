"""Orders that follow one another: never two versions of one medication active, and never none."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.references import Key

Line: TypeAlias = tuple[Key, ...]

_RUNNING = frozenset({"active", "on-hold"})


def lines(plan: Plan) -> dict[Key, Line]:
    """Return, for each order that replaces another or is replaced, all orders of its line."""
    before = {order.id: order.replaces for order in plan.medications}
    found: dict[str, list[Key]] = {}
    for one in before:
        found.setdefault(_first(one, before), []).append(Key("MedicationRequest", one))
    return {key: tuple(line) for line in found.values() if len(line) > 1 for key in line}


class Turn(StrEnum):
    """What writing an order does to the medication in the chart."""

    STARTS = "starts"
    ENDS = "ends"


def turn(ours: JsonObject, theirs: JsonObject | None) -> Turn | None:
    """Tell whether writing ours would start an order in the chart, or end one."""
    if _runs(ours) is _runs(theirs):
        return None
    return Turn.STARTS if _runs(ours) else Turn.ENDS


def atomic_sets(turning: Mapping[Key, Turn | None], of: Mapping[Key, Line]) -> tuple[Line, ...]:
    """Return the orders of one line of which some start and some end: they go out together or not at all."""
    sets: dict[Line, list[Key]] = {}
    for key in sorted(turning):
        if key in of and turning[key] is not None:
            sets.setdefault(of[key], []).append(key)
    return tuple(tuple(one) for one in sets.values() if len({turning[key] for key in one}) > 1)


def _first(order_id: str, before: Mapping[str, str | None]) -> str:
    while (earlier := before[order_id]) is not None:
        order_id = earlier
    return order_id


def _runs(resource: JsonObject | None) -> bool:
    return resource is not None and resource.get("status") in _RUNNING
