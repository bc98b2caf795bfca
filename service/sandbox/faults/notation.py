"""Faults written down: as JSON, for the door, and as a short text, for a command line; both say the same.

lost-response after=3 times=1 type=MedicationRequest
{"fault": "lost-response", "after": 3, "times": 1, "type": ["MedicationRequest"]}
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import partial
from typing import Any

from service.fhir.json import JsonObject
from service.sandbox.faults import values
from service.sandbox.faults.effects import Effect
from service.sandbox.faults.knobs import KNOBS, Knob, knob_of
from service.sandbox.faults.scope import Interaction, Scope
from service.sandbox.faults.values import NotAFault

SCOPE: Mapping[str, Callable[[Any], Any]] = {
    "interaction": values.several(partial(values.one_of, Interaction)),
    "type": values.several(values.resource_type),
    "after": values.count,
    "times": values.positive,
    "chance": values.chance,
    "seed": values.count,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, and the requests that it strikes."""

    effect: Effect
    scope: Scope


def read_text(text: str) -> Fault:
    """Reads `name key=value …`, quoted as in a shell; raises `NotAFault`."""
    try:
        name, *words = shlex.split(text)
    except ValueError:
        raise NotAFault("a fault begins with its name, and its quotes are closed") from None
    pairs = [word.partition("=") for word in words]
    keys = [key for key, _, _ in pairs]
    for key, equals, _ in pairs:
        if not equals or keys.count(key) > 1:
            raise NotAFault(f"{name}: {key} must stand once, as {key}=value")
    return read_json({"fault": name, **{key: value for key, _, value in pairs}})


def read_json(written: JsonObject) -> Fault:
    """Reads a fault from its JSON; raises `NotAFault`."""
    knob = KNOBS.get(str(written.get("fault")))
    if knob is None:
        raise NotAFault(f"there is no fault named {written.get('fault')}")
    taken = {name.replace("_", "-"): read for name, read in knob.takes.items()}
    known = {**taken, **SCOPE}
    found = {
        key: _value(f"{knob.name}: {key}", known.get(key), value)
        for key, value in written.items()
        if key != "fault"
    }
    missing = [one.name for one in fields(knob.makes) if one.default is MISSING and one.name not in found]
    if missing:
        raise NotAFault(f"{knob.name}: {missing[0]} must be given")
    effect = knob.makes(**{key.replace("-", "_"): found[key] for key in found if key in taken})
    return Fault(effect=effect, scope=_scope(knob, {key: found[key] for key in found if key in SCOPE}))


def to_json(fault: Fault) -> JsonObject:
    """Writes a fault as JSON, without what need not be said."""
    knob = knob_of(fault.effect)
    return {"fault": knob.name, **_said(fault.effect), **_said_of(knob, fault.scope)}


def to_text(fault: Fault) -> str:
    """Writes a fault as a short text that `read_text` understands."""
    name, *pairs = to_json(fault).items()
    return " ".join([name[1], *(shlex.quote(f"{key}={_word(value)}") for key, value in pairs)])


def _value(place: str, read: Callable[[Any], Any] | None, value: Any) -> Any:
    if read is None:
        raise NotAFault(f"{place} is not known")
    try:
        return read(value)
    except NotAFault as refusal:
        raise NotAFault(f"{place}: {refusal}") from None


def _scope(knob: Knob, found: Mapping[str, Any]) -> Scope:
    named = frozenset(found.get("interaction", knob.usual))
    if not named <= knob.suits:
        raise NotAFault(f"{knob.name}: interaction: {min(named - knob.suits)} has nothing to do with it")
    return Scope(
        interactions=named,
        types=frozenset(found.get("type", ())),
        after=found.get("after", 0),
        times=found.get("times", knob.times),
        chance=found.get("chance", 1.0),
        seed=found.get("seed", 0),
    )


def _said(effect: Effect) -> JsonObject:
    values_of = {one.name: (getattr(effect, one.name), one.default) for one in fields(effect)}
    return {
        name.replace("_", "-"): _plain(value)
        for name, (value, default) in values_of.items()
        if value != default
    }


def _plain(value: Any) -> Any:
    match value:
        case tuple():
            return list(value)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _said_of(knob: Knob, scope: Scope) -> JsonObject:
    plain = {"after": scope.after, "times": scope.times, "chance": scope.chance, "seed": scope.seed}
    usual = {"after": 0, "times": knob.times, "chance": 1.0, "seed": 0}
    return {
        **({"interaction": sorted(scope.interactions)} if scope.interactions != knob.usual else {}),
        **({"type": sorted(scope.types)} if scope.types else {}),
        **{name: value for name, value in plain.items() if value != usual[name]},
    }


def _word(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
