"""The judge of R4's invariants: fhirpathpy on raw JSON, each expression compiled once."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

from service.fhir.invariant_table import INVARIANTS, Invariant
from service.fhir.json import JsonObject
from service.fhir.problem import Problem
from service.fhir.schema import Place, walk

Verdict: TypeAlias = Callable[[Place], list[Any]]


def invariant_problems(resource: JsonObject) -> Iterator[Problem]:
    """Finds the invariants that a structurally sound resource breaks, each at the element that breaks it."""
    for place in walk(resource):
        if isinstance(place.value, dict):
            for rule in _rules(place):
                if is_broken(rule, place):
                    yield Problem(path=place.path, rule=rule.id, message=rule.wording, severity=rule.severity)


def _rules(place: Place) -> Iterator[Invariant]:
    yield from rules_of(place.kind)
    if place.value is place.root and "contained" in place.value:
        yield from rules_of("*")


@cache
def rules_of(kind: str) -> tuple[Invariant, ...]:
    """Gives the rules of one type, `*` for those of every resource with contained ones."""
    return tuple(rule for rule in INVARIANTS if rule.kind == kind)


def is_broken(rule: Invariant, place: Place) -> bool:
    """Tells whether the answer is a plain no; none at all (dates of unequal precision) breaks nothing."""
    return _judge(rule)(place) == [False]


@cache
def _judge(rule: Invariant) -> Verdict:
    """Compiles a rule; the node's path tells fhirpathpy the type, without which it finds no `value[x]`."""
    from fhirpathpy import compile as compiled  # noqa: PLC0415 (0.3 s, paid by who asks)
    from fhirpathpy.engine.nodes import ResourceNode  # noqa: PLC0415 (comes with it)
    from fhirpathpy.models import models  # noqa: PLC0415 (comes with it)

    ask = compiled(rule.expression, models["r4"])
    typed: Any = ResourceNode.create_node

    def verdict(place: Place) -> list[Any]:
        base = place.kind if rule.type == "*" else rule.type
        return list(ask(typed(place.value, base), {"resource": place.resource, "rootResource": place.root}))

    return verdict
