"""Plans, their items, new doses and people, to and from their JSON documents.

A document has the fields of the domain's dataclasses by name. Dates are YYYY-MM-DD, moments ISO 8601 with
their offset, decimals a JSON number where that keeps every digit and else a text. What is None or an empty
list is left out. Reading takes numbers or texts for decimals, strips texts, refuses unknown fields and raises
`service.domain.values.Invalid`, whose problems name the JSON path, such as `medications[0].dosage[1].dose`.
"""

from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from service.document.converter import make_converter
from service.document.upcast import PERSON_UPCASTS, PLAN_UPCASTS, SCHEMA_VERSION, Upcasts, upcast
from service.domain.dosing import NewDose
from service.domain.findings.decision import Choice, Decision
from service.domain.findings.finding import Finding
from service.domain.findings.registry import BY_ID
from service.domain.own_measures import MeasureWords
from service.domain.people import Person
from service.domain.plan import LIST_GROUPS, Plan
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

_CONVERTER = make_converter()
_Read = TypeVar("_Read")
_HINTS = get_type_hints(Plan)
# What a member of each list of a plan is, and the plan's single parts beside them.
_KINDS: dict[str, Any] = {
    name: get_args(_HINTS[name])[0] if get_origin(_HINTS[name]) is tuple else _HINTS[name]
    for name in (*LIST_GROUPS, "patient", "period")
} | {name: get_args(_HINTS[name])[0] for name in ("check_ins", "safety")}
ITEM_GROUPS: tuple[str, ...] = tuple(_KINDS)
"""The groups of which `item_from_document` reads one item."""


def plan_to_document(plan: Plan) -> JsonObject:
    """Return the JSON document of a plan."""
    return _write(plan)


def plan_from_document(
    document: JsonObject, *, version: int = SCHEMA_VERSION, upcasts: Upcasts = PLAN_UPCASTS
) -> Plan:
    """Return the plan of a document that was written under `version`; raises `Invalid`."""
    return _read(upcast(document, version, upcasts), Plan)


def person_to_document(person: Person) -> JsonObject:
    """Return the JSON document of a clinician of the directory."""
    return _write(person)


def person_from_document(
    document: JsonObject, *, version: int = SCHEMA_VERSION, upcasts: Upcasts = PERSON_UPCASTS
) -> Person:
    """Return the clinician of a document that was written under `version`; raises `Invalid`."""
    return _read(upcast(document, version, upcasts), Person)


def item_to_document(item: Any) -> JsonObject:
    """Return the JSON document of one item of a plan."""
    return _write(item)


def item_from_document(group: str, document: JsonObject) -> Any:
    """Return one item of a group of a plan, such as `goals`; paths in `Invalid` start at the item."""
    kind = _KINDS.get(group)
    if kind is None:
        raise Invalid([Problem("group", f"must be one of {', '.join(ITEM_GROUPS)}")])
    return _read(document, kind)


def measures_from_document(document: JsonObject) -> dict[str, MeasureWords]:
    """Return what a clinic says of measures, by their names; raises `Invalid`."""
    found, problems = {}, []
    for name, said in document.items():
        try:
            found[name] = _read(said, MeasureWords)
        except Invalid as error:
            problems += [problem.under(name) for problem in error.problems]
    if problems:
        raise Invalid(problems)
    return found


def dose_to_document(decision: NewDose) -> JsonObject:
    """Return the JSON document of a decision on a new dose."""
    return _write(decision)


def dose_from_document(document: JsonObject) -> NewDose:
    """Return the decision on a new dose; raises `Invalid`."""
    return _read(document, NewDose)


def choice_from_document(document: JsonObject) -> Choice:
    """Return what people decided of a finding; raises `Invalid`."""
    return _read(document, Choice)


def decision_to_document(decision: Decision) -> JsonObject:
    """Return the JSON document of a decision that was kept."""
    return _write(decision)


def finding_to_document(finding: Finding) -> JsonObject:
    """Return the JSON document of a finding, with its key and what its rule says of source and audience."""
    rule = BY_ID[finding.rule]
    return {
        "key": finding.key,
        "audience": rule.audience.value,
        "source": rule.source,
        **_write(finding),
    }


def _write(value: Any) -> JsonObject:
    written: JsonObject = _CONVERTER.unstructure(value)
    return written


def _read(document: JsonObject, kind: type[_Read]) -> _Read:
    return _CONVERTER.structure(document, kind)
