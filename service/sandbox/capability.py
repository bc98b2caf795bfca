"""The CapabilityStatement: exactly what a server of this shape does."""

from typing import Any

from service.fhir.json import JsonObject
from service.sandbox.chart import Chart
from service.sandbox.labels import OPERATIONS
from service.sandbox.parameters import Kind, parameters_of, types
from service.sandbox.records import instant
from service.sandbox.shape import Shape

_JSON_PATCH = "application/json-patch+json"
_VALIDATE = "http://hl7.org/fhir/OperationDefinition/Resource-validate"


def statement(chart: Chart) -> JsonObject:
    """Builds the CapabilityStatement of the server."""
    shape = chart.shape
    said: JsonObject = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": instant(chart.now),
        "kind": "instance",
        "software": {"name": shape.software},
        "implementation": {"description": "FHIR server for trying out, not for patients", "url": chart.base},
        "fhirVersion": shape.fhir_version,
        "format": ["application/fhir+json", "json"],
    }
    return said | ({"patchFormat": [_JSON_PATCH]} if shape.patch else {}) | {"rest": [_rest(shape)]}


def _rest(shape: Shape) -> JsonObject:
    offered = {"transaction": shape.transaction, "batch": shape.batch, "history-system": shape.history}
    interactions = _codes(offered)
    resources = [_resource(kind, shape) for kind in types()]
    return {"mode": "server", "resource": resources} | ({"interaction": interactions} if interactions else {})


def _resource(kind: str, shape: Shape) -> JsonObject:
    writes = shape.writes(kind)
    offered = {
        "read": True,
        "vread": True,
        "update": writes,
        "patch": writes and shape.patch,
        "delete": writes,
        "history-instance": shape.history,
        "history-type": shape.history,
        "create": writes,
        "search-type": True,
    }
    known = parameters_of(kind).values()
    return {
        "type": kind,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{kind}",
        "interaction": _codes(offered),
        "versioning": "versioned-update" if shape.honours_if_match else "versioned",
        "readHistory": shape.history,
        "updateCreate": writes and shape.update_create,
        "conditionalCreate": writes and shape.conditional_create,
        "conditionalUpdate": writes and shape.conditional_update,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "logical", "enforced", "local"],
        "operation": [{"name": "validate", "definition": _VALIDATE}, *map(_meta_operation, OPERATIONS)],
        "searchInclude": ["*", *(f"{kind}:{one.name}" for one in known if one.kind is Kind.REFERENCE)],
        "searchParam": [{"name": one.name, "type": str(one.kind)} for one in known],
    }


def _meta_operation(name: str) -> dict[str, str]:
    return {"name": name, "definition": f"http://hl7.org/fhir/OperationDefinition/Resource-{name}"}


def _codes(offered: dict[str, bool]) -> list[dict[str, Any]]:
    return [{"code": code} for code, does in offered.items() if does]
