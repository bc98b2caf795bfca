"""$meta, $meta-add and $meta-delete: labels change in place, without a version or a moment of their own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.fhir.json import JsonObject
from service.sandbox.chart import Chart, held
from service.sandbox.intake import read_any
from service.sandbox.records import Version
from service.sandbox.wire import Incoming, Refusal

OPERATIONS = ("meta", "meta-add", "meta-delete")
_LISTS = ("profile", "security", "tag")


def relabelled(chart: Chart, incoming: Incoming, asked: tuple[str, str, str]) -> JsonObject:
    """Carries out one of the operations on a resource, and answers with the labels that it then has."""
    kind, key, operation = asked
    version = held(chart, kind, key)
    if operation == "meta":
        return _returned(version)
    if incoming.method != "POST":
        raise Refusal(405, "HAPI-0426: this operation is allowed with HTTP Method POST only")
    meant = _meant(read_any(incoming))
    change = _with if operation == "meta-add" else _without
    changed = _labelled(
        version, {name: change(_labels(version, name), meant.get(name, [])) for name in _LISTS}
    )
    chart.store.relabel(changed)
    return _returned(changed)


def _meant(sent: JsonObject) -> JsonObject:
    listed = sent.get("parameter", []) if sent.get("resourceType") == "Parameters" else []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("name") == "meta":
            return _checked(one.get("valueMeta"))
    raise Refusal(400, "HAPI-0554: Input contains no parameter with name 'meta'")


def _checked(meta: Any) -> JsonObject:
    """Gives the lists of labels; what is no label is dropped, as HAPI's parser does."""
    if not isinstance(meta, dict):
        raise Refusal(400, "HAPI-0362: Request has a parameter meta but method expects type Meta")
    lists = {name: meta.get(name) for name in _LISTS}
    return {
        name: [one for one in held if isinstance(one, dict | str)]
        for name, held in lists.items()
        if isinstance(held, list)
    }


def _labels(version: Version, name: str) -> list[Any]:
    labels: list[Any] = (version.body or {}).get("meta", {}).get(name, [])
    return labels


def _with(labels: list[Any], meant: list[Any]) -> list[Any]:
    known = {_identity(one): one for one in [*meant, *labels]}
    return list(known.values())


def _without(labels: list[Any], meant: list[Any]) -> list[Any]:
    gone = set(map(_identity, meant))
    return [one for one in labels if _identity(one) not in gone]


def _identity(label: Any) -> tuple[Any, Any]:
    return (label.get("system"), label.get("code")) if isinstance(label, dict) else (None, label)


def _labelled(version: Version, labels: Mapping[str, list[Any]]) -> Version:
    body = version.body or {}
    meta = {name: value for name, value in {**body.get("meta", {}), **labels}.items() if value}
    return replace(version, body={**body, "meta": meta})


def _returned(version: Version) -> JsonObject:
    meta = (version.body or {}).get("meta", {})
    return {"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": meta}]}
