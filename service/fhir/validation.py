"""Everything that we check about a resource before it leaves, or when it arrives."""

from collections.abc import Iterator

from service.fhir.bindings import binding_problems
from service.fhir.glance import surely_valid
from service.fhir.invariants import invariant_problems
from service.fhir.json import JsonObject
from service.fhir.outcome import Severity
from service.fhir.problem import Problem
from service.fhir.structure import structural_problems

__all__ = ["Problem", "problems", "warnings"]


def problems(resource: JsonObject) -> tuple[Problem, ...]:
    """Gives what makes the resource invalid R4: structure, required codes, reference targets, invariants.

    Invariants are asked only of a sound structure, since they cannot be judged on another.
    """
    return () if surely_valid(resource) else judged(resource)


def judged(resource: JsonObject) -> tuple[Problem, ...]:
    """Gives the same as `problems`, without a glance first."""
    return tuple(one for one in _found(resource) if one.severity.stops)


def warnings(resource: JsonObject) -> tuple[Problem, ...]:
    """Gives what R4 advises against but allows."""
    return tuple(one for one in _found(resource) if one.severity is Severity.WARNING)


def _found(resource: JsonObject) -> Iterator[Problem]:
    shape = tuple(structural_problems(resource))
    yield from shape
    yield from binding_problems(resource)
    if not shape:
        yield from invariant_problems(resource)
