"""What follows one another: orders of one medication, of which never two run and never none; and phases.

A phase ends as the next one starts, so that the chart never says that nothing leads the treatment.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import takewhile
from typing import TypeAlias

from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.references import Key

Line: TypeAlias = tuple[Key, ...]

_RUNNING = frozenset({"active", "on-hold"})
_PHASE = "Observation"


def lines(plan: Plan) -> dict[Key, Line]:
    """Return, for each order that replaces another or is replaced, all orders of its line; so for phases."""
    before = {order.id: order.replaces for order in plan.medications}
    found: dict[str, list[Key]] = {}
    for one in before:
        found.setdefault(_first(one, before), []).append(Key("MedicationRequest", one))
    phases = [Key(_PHASE, phase.id) for phase in plan.phases]
    return {key: tuple(line) for line in (*found.values(), phases) if len(line) > 1 for key in line}


class Turn(StrEnum):
    """What writing an order does to the medication in the chart, or a phase to the balance."""

    STARTS = "starts"
    ENDS = "ends"


def turn(ours: JsonObject, theirs: JsonObject | None) -> Turn | None:
    """Tell whether writing ours would start an order or a phase in the chart, or end one."""
    if ours.get("resourceType") == _PHASE:
        return _turn_of_phase(ours, theirs)
    if _runs(ours) is _runs(theirs):
        return None
    return Turn.STARTS if _runs(ours) else Turn.ENDS


def atomic_sets(turning: Mapping[Key, Turn | None], of: Mapping[Key, Line]) -> tuple[Line, ...]:
    """Return the orders of one line of which some start and some end, and the phases that start as one ends.

    They go out together or not at all.
    """
    going = dict.fromkeys(of[key] for key in sorted(turning) if key in of)
    sets = (one for line in going for one in _together(line, turning))
    return tuple(one for one in sets if len({turning[key] for key in one}) > 1)


def partners(key: Key, line: Line, turning: Mapping[Key, Turn | None]) -> Line:
    """Return what of a line should end as this one starts, or start as it ends."""
    whole = next((one for one in _together(line, turning) if key in one), ())
    return tuple(one for one in whole if turning[one] is not turning[key])


def needs_transaction(unit: Line) -> bool:
    """Tell whether a set must not be written one by one: of a medication, every step between is unsafe."""
    return unit[0].type != _PHASE


def in_stages(unit: Line, turning: Mapping[Key, Turn | None]) -> Line:
    """Return phases in the order in which they go out one by one: what starts, and then what ends."""
    return tuple(sorted(unit, key=lambda key: turning[key] is Turn.ENDS))


def later(key: Key, of: Mapping[Key, Line]) -> Line:
    """Return the phases that come after a phase; none for anything else."""
    line = of.get(key, ())
    return line[line.index(key) + 1 :] if key in line and key.type == _PHASE else ()


def _together(line: Line, turning: Mapping[Key, Turn | None]) -> Iterator[Line]:
    """Yield what turns together: all orders of a line; a phase that ends, and those that start after it."""
    going = [key for key in line if turning.get(key) is not None]
    if line[0].type != _PHASE:
        yield tuple(sorted(going))
        return
    for place, key in enumerate(going, start=1):
        if turning[key] is Turn.ENDS:
            yield (key, *takewhile(lambda one: turning[one] is Turn.STARTS, going[place:]))


def _first(order_id: str, before: Mapping[str, str | None]) -> str:
    while (earlier := before[order_id]) is not None:
        order_id = earlier
    return order_id


def _runs(resource: JsonObject | None) -> bool:
    return resource is not None and resource.get("status") in _RUNNING


def _turn_of_phase(ours: JsonObject, theirs: JsonObject | None) -> Turn | None:
    """A phase that is new to the chart starts there, also one that has ended since."""
    if theirs is None:
        return Turn.STARTS
    return Turn.ENDS if _is_open(theirs) and not _is_open(ours) else None


def _is_open(phase: JsonObject) -> bool:
    return "end" not in phase.get("effectivePeriod", {})
