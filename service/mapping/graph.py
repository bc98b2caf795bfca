"""All resources of one plan, and one plan out of resources: the only module that knows every mapper."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.people import Person
from service.domain.plan import Plan
from service.fhir.json import JsonObject
from service.mapping.medication_request import Intent
from service.mapping.references import Key, Refs


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How a connection wants medications: the intent of ours, and the orders that the chart has itself."""

    intent: Intent = Intent.PLAN
    ordered_in_chart: frozenset[str] = frozenset()


EVERYTHING = Scope()


def project(
    plan: Plan,
    people: Mapping[str, Person],
    refs: Refs,
    scope: Scope = EVERYTHING,
    *,
    onto: Mapping[Key, JsonObject] | None = None,
) -> dict[Key, JsonObject]:
    raise LookupError
