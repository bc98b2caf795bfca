"""In which order resources go out one by one: what is referred to before what refers to it."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.mapping.references import Key

# The plan refers to its parts and they refer back to it: it goes first as a draft without activities, and is
# completed when its parts are there. Every other cycle would be a mistake of the mapping.
HUB = "CarePlan"


def in_reference_order(
    pending: Mapping[Key, JsonObject], together: Iterable[tuple[Key, ...]] = ()
) -> tuple[tuple[Key, ...], ...]:
    """Return the keys, as units that go out at once, so that references point backwards; stable.

    `together` are the sets that are one unit; the plan's activities do not count as references.
    """
    units = {key: unit for unit in together for key in unit}
    by_urn = {key.urn: units.get(key, (key,)) for key in pending}
    sorter: TopologicalSorter[tuple[Key, ...]] = TopologicalSorter()
    for key in sorted(pending):
        body = stage(pending[key]) if key.type == HUB else pending[key]
        unit = units.get(key, (key,))
        sorter.add(unit, *sorted(_targets(body, by_urn) - {unit}))
    return tuple(sorter.static_order())


def stage(care_plan: JsonObject) -> JsonObject:
    """Return the plan as a draft without activities: complete enough to be referred to, claiming nothing."""
    return {name: one for name, one in care_plan.items() if name != "activity"} | {"status": "draft"}


def _targets(body: JsonObject, by_urn: Mapping[str, tuple[Key, ...]]) -> set[tuple[Key, ...]]:
    named = (reference.get("reference", "") for _, reference in references_in(body))
    return {by_urn[name] for name in named if name in by_urn}
