"""JSON Merge Patch (RFC 7396): what a client sends to change a part of a document."""

from typing import Any

from service.fhir.json import JsonObject


def merge_patch(document: JsonObject, patch: JsonObject) -> JsonObject:
    """Return the document with the patch applied: null removes a member, a list is replaced as a whole."""
    merged = dict(document)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _merged(held: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return merge_patch(held if isinstance(held, dict) else {}, value)
