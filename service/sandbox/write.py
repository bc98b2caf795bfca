"""Create, update, patch and delete, one resource at a time; references are settled before, checked after."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jsonpatch

from service.fhir.json import JsonObject, dumps
from service.fhir.outcome import OutcomeIssue, Severity, build_outcome
from service.fhir.validation import problems
from service.sandbox.chart import Chart, held, refuse_stale
from service.sandbox.intake import checked
from service.sandbox.links import refuse_dangling, refuse_referenced
from service.sandbox.records import Key, Method, Version, instant
from service.sandbox.subscriptions import refuse_unusable
from service.sandbox.validate import outcome_of
from service.sandbox.wire import Refusal

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_SETS = {"tag": "TAG", "security": "SECURITY_LABEL"}
_STAMPS = ("versionId", "lastUpdated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a write: the version that now stands, the HTTP status, and the server's words."""

    version: Version | None
    status: int
    words: str

    @property
    def outcome(self) -> JsonObject:
        """Gives the OperationOutcome that says what was done."""
        said = OutcomeIssue(severity=Severity.INFORMATION, code="informational", diagnostics=self.words)
        return build_outcome([said])


def create(chart: Chart, key: Key, resource: JsonObject) -> Written:
    """Keeps a new resource under an id of the server's choice."""
    _refuse_read_only(chart, key[0])
    version = _append(chart, key, chart.keeps(resource), method=Method.POST)
    return Written(version=version, status=201, words=f"Created {version.location}")


def update(
    chart: Chart, key: Key, resource: JsonObject, *, if_match: str = "", snapshot: str = ""
) -> Written:
    """Replaces a resource, or creates it under the client's id; equal content makes no new version."""
    _refuse_read_only(chart, key[0])
    resource, current = chart.keeps(resource), chart.store.latest(key)
    if current is None:
        _refuse_client_id(chart, key)
        version = _append(chart, key, resource, method=Method.PUT)
        return Written(version=version, status=201, words=f"Created {version.location} by update")
    refuse_stale(chart, current, if_match)
    if current.body is None:
        version = _append(chart, key, resource, method=Method.PUT)
        return Written(version=version, status=201, words=f"Created {version.location} again")
    merged = _with_kept_labels(chart, resource, current.body, snapshot=snapshot)
    if _content(merged) == _content(current.body):
        return Written(version=current, status=200, words=f"No changes to {current.location}")
    version = _append(chart, key, merged, method=Method.PUT)
    return Written(version=version, status=200, words=f"Updated {version.location}")


def patch(
    chart: Chart,
    key: Key,
    document: bytes,
    *,
    if_match: str = "",
    settle: Callable[[JsonObject], JsonObject],
) -> Written:
    """Applies a JSON Patch; the id and the type stay what they are. `settle` puts the references in order."""
    if not chart.shape.patch:
        raise Refusal(405, "This server does not offer PATCH", code="not-supported")
    current = held(chart, *key)
    refuse_stale(chart, current, if_match, rule="HAPI-0974")
    patched = _patched(current.body or {}, document)
    return update(chart, key, settle(checked(patched | {"resourceType": key[0]}, key[0])))


def delete(chart: Chart, key: Key) -> Written:
    """Deletes a resource; one that is not there is no error, and If-Match is ignored, as in HAPI 8.8."""
    _refuse_read_only(chart, key[0])
    current = chart.store.latest(key)
    if current is None:
        return Written(
            version=None, status=200, words=f"Not deleted, resource {'/'.join(key)} does not exist"
        )
    if current.body is None:
        return Written(
            version=current, status=200, words=f"Not deleted, {current.location} was already deleted"
        )
    version = Version(
        kind=current.kind,
        id=current.id,
        number=current.number + 1,
        moment=chart.now,
        method=Method.DELETE,
        body=None,
    )
    chart.store.append(version)
    return Written(version=version, status=200, words="Successfully deleted 1 resource(s)")


def refuse_broken(chart: Chart, written: Written) -> None:
    """Refuses a write that leaves a reference without its target; asked when all of a request is written."""
    if written.version is None:
        return
    if written.version.body is None:
        refuse_referenced(chart, written.version)
    else:
        refuse_dangling(chart, written.version)


def _refuse_invalid(chart: Chart, resource: JsonObject) -> None:
    found = problems(resource) if chart.shape.validates else ()
    if found:
        raise Refusal(422, "The resource is not valid", outcome=outcome_of(found))


def _append(chart: Chart, key: Key, resource: JsonObject, *, method: Method) -> Version:
    _refuse_invalid(chart, resource)
    refuse_unusable(resource)
    before = chart.store.latest(key)
    number = before.number + 1 if before else 1
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in _STAMPS}
    stamps = {"versionId": str(number), "lastUpdated": instant(chart.now)}
    body = {"resourceType": key[0], "id": key[1], "meta": stamps | meta} | {
        name: value for name, value in resource.items() if name not in {"resourceType", "id", "meta"}
    }
    version = Version(kind=key[0], id=key[1], number=number, moment=chart.now, method=method, body=body)
    chart.store.append(version)
    return version


def _refuse_read_only(chart: Chart, kind: str) -> None:
    if not chart.shape.writes(kind):
        raise Refusal(405, f"This server does not take writes of type {kind}", code="not-supported")


def _refuse_client_id(chart: Chart, key: Key) -> None:
    if not _ID.fullmatch(key[1]):
        raise Refusal(
            400, f"HAPI-0521: Can not process entity with ID[{key[1]}], this is not a valid FHIR ID"
        )
    if not chart.shape.update_create:
        raise Refusal(
            405, f"{key[0]}/{key[1]} does not exist and this server chooses the ids", code="not-supported"
        )
    if key[1].isdecimal():
        words = f"HAPI-0960: Can not create resource with ID[{key[1]}], no resource with this ID exists and"
        raise Refusal(
            400, f"{words} clients may only assign IDs which contain at least one non-numeric character"
        )


def _with_kept_labels(chart: Chart, new: JsonObject, old: JsonObject, *, snapshot: str) -> JsonObject:
    """Adds the old tags and security labels to the new ones unless X-Meta-Snapshot-Mode names them."""
    meta = dict(new.get("meta", {}))
    for name, mode in _SETS.items():
        if chart.shape.merges_tags and not (chart.shape.heeds_snapshot_mode and mode in snapshot):
            kept = old.get("meta", {}).get(name, [])
            mine = meta.get(name, [])
            meta[name] = mine + [one for one in kept if _label(one) not in map(_label, mine)]
    return new | {"meta": {name: value for name, value in meta.items() if value}}


def _label(coding: JsonObject) -> tuple[Any, Any]:
    return coding.get("system"), coding.get("code")


def _content(resource: JsonObject) -> JsonObject:
    """Gives what counts as a change: neither the id, nor what the server stamps, nor the order of labels."""
    meta = {
        name: value for name, value in resource.get("meta", {}).items() if name not in (*_STAMPS, "source")
    }
    for name in _SETS:
        if name in meta:
            meta[name] = sorted(dumps(one, sort_keys=True) for one in meta[name])
    return {name: value for name, value in resource.items() if name != "id"} | {"meta": meta}


def _patched(body: JsonObject, document: bytes) -> JsonObject:
    try:
        operations = json.loads(document, parse_float=Decimal)
        result = jsonpatch.JsonPatch(operations).apply(body)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, ValueError, TypeError) as error:
        raise Refusal(400, f"HAPI-1272: the JSON Patch cannot be applied ({type(error).__name__})") from None
    if not isinstance(result, dict):
        raise Refusal(400, "HAPI-1272: the JSON Patch leaves no resource")
    return result
