"""What happens to a chart without the client: others edit, merge and move, and servers are reset."""

from collections.abc import Iterable
from typing import Any

from service.fhir.json import JsonObject, loads
from service.fhir.references import references_in, rewrite
from service.sandbox.chart import Chart
from service.sandbox.faults.effects import Effect, MeanwhileEdit, MergedPatient, MovedResource, Wipe
from service.sandbox.faults.scope import targets
from service.sandbox.faults.strangers import stranger
from service.sandbox.intake import checked
from service.sandbox.records import Key, Version, instant
from service.sandbox.server import FhirServer
from service.sandbox.wire import Incoming
from service.sandbox.write import create, update

EDITED = "urn:tandem:sandbox:edited-meanwhile"
_EVERY_LABEL = "TAG, SECURITY_LABEL"


def is_event(effect: Effect) -> bool:
    """Tells whether a fault happens to the chart rather than to a request."""
    return isinstance(effect, MeanwhileEdit | MergedPatient | MovedResource | Wipe)


def happen(effect: Effect, server: FhirServer, incoming: Incoming) -> tuple[str, ...]:
    """Lets an event happen, and names what it changed; nothing where the chart holds nothing to change."""
    match effect:
        case Wipe():
            server.wipe()
            return ("everything",)
        case MergedPatient():
            return server.by_hand(lambda chart: _merge(chart, effect))
        case MovedResource():
            return server.by_hand(lambda chart: _move(chart, effect))
        case MeanwhileEdit():
            return server.by_hand(lambda chart: _edit(chart, effect, targets(incoming)))
        case _:
            return ()


def _merge(chart: Chart, effect: MergedPatient) -> tuple[str, ...]:
    old = _held(chart, effect.patient) or _newest_active(chart, effect)
    if old is None or old.body is None or (effect.into and _held(chart, effect.into) is None):
        return ()
    new = _held(chart, effect.into) or _another(chart, old.body)
    link = {"other": {"reference": new.reference}, "type": "replaced-by"}
    back = {"other": {"reference": old.reference}, "type": "replaces"}
    gone = {**old.body, "active": False, "link": [*old.body.get("link", []), link]}
    stays = new.body or {}
    return (
        _put(chart, old.key, gone),
        _put(chart, new.key, {**stays, "link": [*stays.get("link", []), back]}),
    )


def _move(chart: Chart, effect: MovedResource) -> tuple[str, ...]:
    moved = _held(chart, effect.resource) if effect.resource else _newest_of_a_patient(chart)
    if moved is None or moved.body is None or (effect.to and _held(chart, effect.to) is None):
        return ()
    owners = set(_patients(moved.body))
    if not owners:
        return ()
    to = effect.to or _new(chart, stranger(moved.id)).reference
    body = rewrite(moved.body, lambda reference: to if reference in owners else reference)
    return (_put(chart, moved.key, body), to)


def _edit(chart: Chart, effect: MeanwhileEdit, keys: Iterable[Key]) -> tuple[str, ...]:
    held = [version for version in map(chart.store.latest, dict.fromkeys(keys)) if version is not None]
    return tuple(
        _put(chart, version.key, _edited(chart, version.body, effect.sets))
        for version in held
        if version.body
    )


def _edited(chart: Chart, body: JsonObject, sets: str) -> JsonObject:
    if sets:
        return checked(_patched(body, loads(sets)), str(body["resourceType"]))
    others = [one for one in body.get("extension", []) if one.get("url") != EDITED]
    return {**body, "extension": [*others, {"url": EDITED, "valueInstant": instant(chart.now)}]}


def _patched(held: Any, patch: Any) -> Any:
    """Applies a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    base = held if isinstance(held, dict) else {}
    merged = base | {name: _patched(base.get(name), value) for name, value in patch.items()}
    return {name: value for name, value in merged.items() if value is not None}


def _put(chart: Chart, key: Key, body: JsonObject) -> str:
    update(chart, key, body, snapshot=_EVERY_LABEL)
    return "/".join(key)


def _new(chart: Chart, body: JsonObject) -> Version:
    made = create(chart, chart.fresh_key(str(body["resourceType"])), body).version
    if made is None:
        raise AssertionError("a create makes a version")
    return made


def _another(chart: Chart, old: JsonObject) -> Version:
    """Gives a second record of the same person."""
    return _new(chart, {name: value for name, value in old.items() if name not in {"id", "meta", "link"}})


def _held(chart: Chart, reference: str) -> Version | None:
    kind, _, key = reference.partition("/")
    version = chart.store.latest((kind, key)) if key else None
    return version if version is not None and version.body is not None else None


def _newest_active(chart: Chart, effect: MergedPatient) -> Version | None:
    if effect.patient:
        return None
    taken = effect.into
    return next(
        (
            one
            for one in _newest(chart)
            if one.kind == "Patient"
            and one.reference != taken
            and (one.body or {}).get("active") is not False
        ),
        None,
    )


def _newest_of_a_patient(chart: Chart) -> Version | None:
    return next(
        (one for one in _newest(chart) if one.kind != "Patient" and set(_patients(one.body or {}))), None
    )


def _newest(chart: Chart) -> Iterable[Version]:
    """Gives what the chart holds now, what was written last first."""
    for version in chart.store.history():
        if version.body is not None and chart.store.latest(version.key) is version:
            yield version


def _patients(body: JsonObject) -> Iterable[str]:
    for _, reference in references_in(body):
        written = str(reference.get("reference", ""))
        if written.startswith("Patient/"):
            yield written
