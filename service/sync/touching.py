"""Writing only what was changed: an element that says the same as before stays as the chart has it."""

from collections.abc import Iterator, Set

from service.fhir.canonical import digest
from service.fhir.json import JsonObject

# Their elements are one decision: a dose beside another status would be a third order.
_WHOLE = frozenset({"MedicationRequest"})


def touched_only(
    body: JsonObject,
    held: JsonObject,
    *,
    before: JsonObject,
    after: JsonObject,
    lost: Set[str] = frozenset(),
) -> JsonObject:
    """Return our rendering over `held` without the elements that we mean as before.

    `before` is what was agreed, `after` what we mean now. What the chart spells in its own way, such as the
    status of a plan that was imported, is not respelled because something else changed. What the server
    `lost` of us, by its FHIR paths, is sent again.
    """
    kind = str(body["resourceType"])
    if kind in _WHOLE:
        return body
    changed = {*_changed(kind, before, after), *(path.removeprefix(f"{kind}.") for path in lost)}
    alike = {name for name in (*before, *after) if name.removeprefix("_") not in changed}
    kept = {name: one for name, one in body.items() if name not in alike}
    return {**kept, **{name: held[name] for name in held if name in alike}}


def _changed(kind: str, before: JsonObject, after: JsonObject) -> Iterator[str]:
    for name in {*before, *after}:
        if _alone(kind, name, before) != _alone(kind, name, after):
            yield name.removeprefix("_")


def _alone(kind: str, name: str, resource: JsonObject) -> str:
    return digest(
        {"resourceType": kind, name: resource[name]} if name in resource else {"resourceType": kind}
    )
