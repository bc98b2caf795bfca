"""Leaving out references to what is not in the chart, so that the rest can be there without it."""

from collections.abc import Set
from typing import Any

from service.fhir.json import JsonObject
from service.mapping.overlay import pruned


def without(resource: JsonObject, urns: Set[str]) -> JsonObject:
    """Return the resource without its references to these urns, and without what held nothing else."""
    left: JsonObject = pruned(_cut(resource, urns))
    return left


def _cut(value: Any, urns: Set[str]) -> Any:
    match value:
        case dict() if value.get("reference") in urns:
            return None
        case dict():
            return {name: _cut(one, urns) for name, one in value.items()}
        case list():
            return [_cut(one, urns) for one in value]
        case _:
            return value
