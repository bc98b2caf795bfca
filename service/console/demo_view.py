"""What the demo found in the chart, as a person reads it."""

from collections import Counter
from typing import Any, TextIO

from service.console.tables import page, table
from service.fhir.json import JsonObject

# The heart of a plan; of the rest the table says how many there are.
_SHOWN = ("Patient", "CarePlan", "Condition", "Goal", "ServiceRequest", "MedicationRequest", "Appointment")
# The first that a resource has is its name.
_NAMES: tuple[tuple[str, ...], ...] = (
    ("title",),
    ("code", "text"),
    ("code", "coding", "display"),
    ("description", "text"),
    ("medicationCodeableConcept", "text"),
    ("contained", "code", "text"),
    ("appointmentType", "text"),
    ("appointmentType", "coding", "display"),
    ("serviceType", "text"),
    ("serviceType", "coding", "display"),
    ("name", "family"),
)
_STATES: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("lifecycleStatus",),
    ("clinicalStatus", "coding", "code"),
)


def row_of(reference: str, resource: JsonObject) -> JsonObject:
    """Return what one resource is, in few words."""
    kind, _, identity = reference.partition("/")
    words = [_first(resource, _NAMES), _dose(resource), resource.get("start"), _first(resource, _STATES)]
    return {"type": kind, "id": identity, "what": ", ".join(filter(None, words))}


def show_chart(title: str, rows: list[JsonObject], stream: TextIO) -> None:
    """Write what a plan is in the chart."""
    shown = sorted((one for one in rows if one["type"] in _SHOWN), key=lambda one: _SHOWN.index(one["type"]))
    cells = [(one["type"], one["id"], one["what"]) for one in shown]
    page(stream).print(table(title, ("type", "id", "what"), cells))
    others = Counter(one["type"] for one in rows if one["type"] not in _SHOWN)
    page(stream).print("and " + ", ".join(f"{number} {kind}" for kind, number in sorted(others.items())))


def show_places(plan: JsonObject, bases: tuple[str, str], stream: TextIO) -> None:
    """Write where to look: one plan in the chart, and the same in the service."""
    chart, service = bases
    ids = {one["type"]: one["id"] for one in plan["chart"]}
    places = [
        ("the plan in the chart", f"{chart}/CarePlan/{ids['CarePlan']}"),
        ("its patient's medication", f"{chart}/MedicationRequest?patient={ids['Patient']}"),
        ("the plan in Tandem", f"{service}/plans/{plan['id']}"),
        ("the same as FHIR", f"{service}/plans/{plan['id']}/fhir"),
    ]
    page(stream).print(table("Where to look", ("what", "where"), places))


def _first(resource: JsonObject, paths: tuple[tuple[str, ...], ...]) -> str:
    found = (_at(resource, path) for path in paths)
    return next((one for one in found if isinstance(one, str)), "")


def _dose(resource: JsonObject) -> str:
    quantity = _at(resource, ("dosageInstruction", "doseAndRate", "doseQuantity"), last=True)
    return f"{quantity.get('value')} {quantity.get('unit', '')}" if isinstance(quantity, dict) else ""


def _at(value: Any, path: tuple[str, ...], *, last: bool = False) -> Any:
    for name in path:
        value = _one(value, last=last)
        value = value.get(name) if isinstance(value, dict) else None
    return _one(value, last=last)


def _one(value: Any, *, last: bool) -> Any:
    if isinstance(value, list):
        return value[-1 if last else 0] if value else None
    return value
