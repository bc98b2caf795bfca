"""How a document that an older version of this service wrote stays readable: one step per version."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

SCHEMA_VERSION = 1
"""The version of the documents that this service writes."""

Upcast: TypeAlias = Callable[[JsonObject], JsonObject]
Upcasts: TypeAlias = Mapping[int, Upcast]

# Keyed by the version that a step reads; its result is a document of the next version.
PLAN_UPCASTS: Upcasts = MappingProxyType({})
PERSON_UPCASTS: Upcasts = MappingProxyType({})


def upcast(document: JsonObject, version: int, steps: Upcasts) -> JsonObject:
    """Return the document as `SCHEMA_VERSION` has it; `Invalid` when no step leads there."""
    if version > SCHEMA_VERSION:
        reason = f"is {version}, newer than the {SCHEMA_VERSION} that this version reads"
        raise Invalid([Problem("schema_version", reason)])
    for step in range(version, SCHEMA_VERSION):
        if step not in steps:
            raise Invalid([Problem("schema_version", f"is {version}, older than this version reads")])
        document = steps[step](document)
    return document
