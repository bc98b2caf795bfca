"""The OpenAPI document: generated from the operations, written as YAML that is the same at every run."""

import json
import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from flask_smorest import Api  # type: ignore[import-untyped]  # flask-smorest 0.47 ships no types

from service.api.block_yaml import block_yaml
from service.api.components import declare
from service.api.doors import IdConverter
from service.api.schemas import ID
from service.fhir.json import JsonObject

VERSION = "1.0"
_DESCRIPTION = """\
Integrated mental-health treatment plans: therapy and medication as one treatment of one patient.

Every write of a plan makes a revision; its number is the ETag. A write names the revision that its author
read (If-Match, 428 without, 412 when the plan has moved on). Nothing is ever left out of a plan: endings are
explicit, so there is no DELETE.

A request shows who makes it by a bearer token, whose role says what it may do; the author of a revision is
whom the token names, and an integrator may act for a clinician (X-Tandem-Author). While TANDEM_AUTH is off
the service listens on the loopback address only, takes everybody for a clinician, and authors name
themselves.

Journal entries that the patient has not shared are for the patient's own token; for everybody else they are
left out, their number stands in X-Tandem-Withheld, and a write by somebody else leaves them as they are.
They never reach FHIR. Each request but a reading of the metrics leaves an entry in the audit
trail, a change in the same commit.

What is null or empty is left out of documents. Errors are problems (RFC 9457) with paths, codes and ids
in them, and no patient's data."""
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
_MEMBERS = (
    "tags",
    "summary",
    "description",
    "operationId",
    "security",
    "parameters",
    "requestBody",
    "responses",
)


class _Closed(OpenAPIConverter):
    """apispec 6.10 forgets that unknown fields are refused when a schema has a description."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        made = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]  # apispec types it in part
        return {**made, "additionalProperties": False}


class _Plugin(MarshmallowPlugin):
    Converter = _Closed


def make_api(app: Flask) -> Api:
    """Set flask-smorest up, with the components that operations refer to by name."""
    app.config.update(API_TITLE="Tandem", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = Api(app, spec_kwargs={"marshmallow_plugin": _Plugin(), "info": {"description": _DESCRIPTION}})
    # Every status is documented by name, so nothing is left for a default.
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    app.url_map.converters["id"] = IdConverter
    api.register_converter(IdConverter, lambda _: {"type": "string", "pattern": f"^{ID}$"})
    declare(api.spec)
    return api


def document(app: Flask) -> JsonObject:
    """Return the OpenAPI document of an application."""
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return _tidy(api.spec.to_dict())


def spec(app: Flask) -> str:
    """Return the OpenAPI document of an application as YAML."""
    return block_yaml(document(app))


def _tidy(document: dict[str, Any]) -> dict[str, Any]:
    """Put what a reader looks for first, and leave out the schemas that flask-smorest adds of itself."""
    for path in document["paths"].values():
        for method in path.keys() - {"parameters"}:
            said = path[method]
            said["responses"] = dict(sorted(said["responses"].items()))
            path[method] = {name: said[name] for name in _MEMBERS if name in said}
    used = set(_REFERENCE.findall(json.dumps(document)))
    components = document["components"]
    components["schemas"] = {name: one for name, one in components["schemas"].items() if name in used}
    return {name: document[name] for name in ("openapi", "info", "tags", "paths", "components")}
