"""A glance that recognises what is surely valid R4, in one walk over a resource.

It says "surely" or "look closer", never "invalid": `service.fhir.validation` judges in full what it does not
recognise, so that neither what is found nor how it is told depends on a glance.
`tests/property/test_glance.py` holds each "surely" to the full judgement, which takes some fifteen times as
long: most of what is sent, and of what a chart answers, is sound.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from service.fhir.glance_primitives import SURE_PRIMITIVES
from service.fhir.glance_rules import SURE_RULES
from service.fhir.invariant_table import Invariant
from service.fhir.invariants import is_broken, rules_of
from service.fhir.json import JsonObject
from service.fhir.r4_differences import CONCEPTS
from service.fhir.references import target_type
from service.fhir.schema import ANY_RESOURCE, Element, Place, elements, is_resource_type

Sure: TypeAlias = Callable[[Any, JsonObject], bool]
"""Tells of a value, within the resource around it, whether it is surely what is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """What is asked of an object of one type; of each of `choices`, at most one name may stand in it."""

    members: Mapping[str, Sure]
    required: frozenset[str]
    choices: tuple[frozenset[str], ...]
    needed: tuple[frozenset[str], ...]
    rules: tuple[Sure, ...]


def surely_valid(resource: JsonObject) -> bool:
    """Tells whether a resource is surely valid R4; False says no more than that nobody looked closely."""
    kind = resource.get("resourceType")
    return isinstance(kind, str) and is_resource_type(kind) and _surely_of(kind, resource, resource)


def _surely_of(kind: str, value: Any, root: JsonObject) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    asked = _type(kind)
    for name, one in value.items():
        sure = asked.members.get(name)
        if sure is None or not sure(one, root):
            return False
        if name[0] == "_" and name[1:] not in value:  # an extension in place of a value: rules may differ
            return False
    return (
        asked.required <= value.keys()
        and all(len(group & value.keys()) <= 1 for group in asked.choices)
        and not any(group.isdisjoint(value) for group in asked.needed)
        and all(rule(value, root) for rule in asked.rules)
    )


@cache
def _type(kind: str) -> _Type:
    """Prepares what is asked of a type, once a process: R4 has some 680 types, of which charts use 60."""
    known = elements(kind)
    groups = {one.choice: frozenset(_named(known, one.choice)) for one in known.values() if one.choice}
    needed = {one.choice for one in known.values() if one.required and one.choice}
    own: dict[str, Sure] = {"resourceType": partial(_names, kind)} if is_resource_type(kind) else {}
    return _Type(
        members={name: _member(element) for name, element in known.items()} | own,
        required=frozenset(name for name, one in known.items() if one.required and not one.choice),
        choices=tuple(groups.values()),
        needed=tuple(groups[name] for name in needed),
        rules=tuple(_rule(rule) for rule in rules_of(kind) if rule.severity.stops),
    )


def _names(kind: str, value: Any, _: JsonObject) -> bool:
    return bool(value == kind)


def _named(known: Mapping[str, Element], choice: str) -> Iterable[str]:
    return (name for name, one in known.items() if one.choice == choice)


def _member(element: Element) -> Sure:
    one = _value(element)
    return partial(_surely_all, one) if element.many else one


def _surely_all(one: Sure, value: Any, root: JsonObject) -> bool:
    return isinstance(value, list) and bool(value) and all(one(item, root) for item in value)


def _value(element: Element) -> Sure:
    if element.primitive:
        return partial(_surely_primitive, SURE_PRIMITIVES.get(element.kind, _never), frozenset(element.codes))
    if element.kind == ANY_RESOURCE:
        return _closer  # contained and bundled resources have rules of their own
    if element.kind == "Reference":
        return partial(_surely_reference, frozenset(element.targets) - {ANY_RESOURCE})
    bound = CONCEPTS.get((element.parent, element.name))
    if bound is not None:
        system, codes = bound
        return partial(_surely_concept, frozenset((system, code) for code in codes))
    return partial(_surely_of, element.kind)


def _never(_: Any) -> bool:
    return False


def _closer(_value: Any, _root: JsonObject) -> bool:
    return False


def _surely_primitive(
    written: Callable[[Any], bool], codes: frozenset[str], value: Any, _: JsonObject
) -> bool:
    return written(value) and (not codes or value in codes)


def _surely_reference(targets: frozenset[str], value: Any, root: JsonObject) -> bool:
    if not _surely_of("Reference", value, root):
        return False
    kind = target_type(value)
    return kind is None or not targets or kind in targets


def _surely_concept(bound: frozenset[tuple[str, str]], value: Any, root: JsonObject) -> bool:
    if not _surely_of("CodeableConcept", value, root):
        return False
    systems = {system for system, _ in bound}
    ours = {
        (one["system"], one.get("code")) for one in value.get("coding", ()) if one.get("system") in systems
    }
    return bool(ours) and ours <= bound


def _rule(rule: Invariant) -> Sure:
    """Gives a rule in Python where there is one; what that is not sure of, fhirpathpy judges."""
    sure: Callable[[Any], bool] = SURE_RULES.get(rule.id, _never)

    def holds(value: JsonObject, root: JsonObject) -> bool:
        return sure(value) or not is_broken(
            rule, Place(path="", kind=rule.kind, value=value, element=None, resource=root, root=root)
        )

    return holds
