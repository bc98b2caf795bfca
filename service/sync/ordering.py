"""In which order resources go out one by one: what is referred to before what refers to it."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.mapping.references import Key

# The plan refers to its parts and they refer back to it: it goes first as a draft without activities, and is
# completed when its parts are there. Every other cycle would be a mistake of the mapping.
HUB = "CarePlan"


def in_reference_order(pending: Mapping[Key, JsonObject]) -> tuple[Key, ...]:
    """Return the keys so that references point backwards, the plan's activities aside; stable."""
    by_urn = {key.urn: key for key in pending}
    sorter: TopologicalSorter[Key] = TopologicalSorter()
    for key in sorted(pending):
        body = stage(pending[key]) if key.type == HUB else pending[key]
        sorter.add(key, *sorted(_targets(body, by_urn) - {key}))
    return tuple(sorter.static_order())


def stage(care_plan: JsonObject) -> JsonObject:
    """Return the plan as a draft without activities: complete enough to be referred to, claiming nothing."""
    return {name: one for name, one in care_plan.items() if name != "activity"} | {"status": "draft"}


def atomic_sets(ending: Iterable[Key], replaced_by: Mapping[Key, Key]) -> tuple[tuple[Key, Key], ...]:
    """Return {an order that ends, its successor} pairs: these go out together or not at all."""
    return tuple((key, replaced_by[key]) for key in sorted(ending) if key in replaced_by)


def _targets(body: JsonObject, by_urn: Mapping[str, Key]) -> set[Key]:
    named = (reference.get("reference", "") for _, reference in references_in(body))
    return {by_urn[name] for name in named if name in by_urn}
