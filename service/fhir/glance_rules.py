"""R4's invariants in Python, for what is met in nearly every chart: True where the rule surely holds.

Each is asked of an object of sound structure whose primitives all have values; where one is False, or a rule
is not here, fhirpathpy judges its expression in `service.fhir.invariant_table`, a hundred times as slow.
`tests/property/test_glance.py` holds every rule here to its expression.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from service.fhir.json import JsonObject

Surely: TypeAlias = Callable[[JsonObject], bool]


def _with(name: str, other: str) -> Surely:
    """What has the first has the other as well."""
    return lambda one: name not in one or other in one


def _apart(name: str, other: str) -> Surely:
    return lambda one: name not in one or other not in one


def _any_of(*names: str) -> Surely:
    return lambda one: not one.keys().isdisjoint(names)


def _without(*names: str) -> Surely:
    return lambda one: one.keys().isdisjoint(names)


def _not_negative(name: str) -> Surely:
    return lambda one: name not in one or one[name] >= 0


def _has_choice(one: JsonObject, name: str) -> bool:
    return any(key.startswith(name) for key in one)


def _extension(one: JsonObject) -> bool:
    return ("extension" in one) != _has_choice(one, "value")


def _reference(one: JsonObject) -> bool:
    return not one.get("reference", "").startswith("#")


def _period(one: JsonObject) -> bool:
    """Of two bare days the text tells which is earlier."""
    start, end = one.get("start"), one.get("end")
    return start is None or end is None or (len(start) == len(end) == len("2026-01-01") and start <= end)


def _codes(one: JsonObject, name: str) -> set[Any]:
    return {coding.get("code") for coding in one.get(name, {}).get("coding", ())}


def _no_error(one: JsonObject) -> bool:
    return "entered-in-error" not in _codes(one, "verificationStatus")


SURE_RULES: Mapping[str, Surely] = {
    "app-1": _any_of("type", "actor"),
    "app-2": lambda one: ("start" in one) == ("end" in one),
    "app-3": lambda one: {"start", "end"} <= one.keys(),
    "app-4": _without("cancelationReason"),
    "att-1": _with("data", "contentType"),
    "con-1": _any_of("summary", "assessment"),
    "con-2": _any_of("code", "detail"),
    "con-4": lambda one: not _has_choice(one, "abatement"),
    "con-5": _no_error,
    "cpl-3": _apart("detail", "reference"),
    "cpt-2": _with("value", "system"),
    "ctm-1": _without("onBehalfOf"),
    "drt-1": _without("code"),
    "ext-1": _extension,
    "gol-1": lambda one: "measure" in one or not _has_choice(one, "detail"),
    "inv-1": _apart("lastModified", "authoredOn"),
    "obs-3": _any_of("low", "high", "text"),
    "obs-6": _without("dataAbsentReason"),
    "obs-7": _without("component"),
    "org-1": _any_of("identifier", "name"),
    "pat-1": _any_of("name", "telecom", "address", "organization"),
    "per-1": _period,
    "ppc-1": _any_of("policy", "policyRule"),
    "prr-1": _with("orderDetail", "code"),
    "qrs-1": _apart("answer", "item"),
    "qty-3": _with("code", "system"),
    "rat-1": lambda one: "numerator" in one and "denominator" in one,
    "ref-1": _reference,
    "rng-2": _apart("low", "high"),
    "tim-1": _with("duration", "durationUnit"),
    "tim-2": _with("period", "periodUnit"),
    "tim-4": _not_negative("duration"),
    "tim-5": _not_negative("period"),
    "tim-6": _with("periodMax", "period"),
    "tim-7": _with("durationMax", "duration"),
    "tim-8": _with("countMax", "count"),
    "tim-9": _without("offset"),
    "tim-10": _apart("timeOfDay", "when"),
}
