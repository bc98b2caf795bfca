"""The API page: Swagger UI from its package's files, on the document that this service gives out."""

from functools import cache
from importlib.resources import files

from flask import Response, current_app

from service.api.doors import Doors, Gives, Operation
from service.api.openapi import document
from service.api.responses import answer
from service.ports.storage import Unknown

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tandem API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A script of its own file, because the page's policy lets none run that stands in the page.
_START = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_FILES = {
    "swagger-ui.css": _STYLE,
    "swagger-ui-bundle.js": _SCRIPT,
    "favicon-32x32.png": "image/png",
    "start.js": _SCRIPT,
}
# The files change with a release only; they hold nothing of a patient.
_KEPT = "public, max-age=3600"


def page_doors() -> Doors:
    """Return the doors to the description of the API."""
    doors = Doors("docs", "The description of this API, for people and for machines.")
    described = Gives(shape={"type": "object", "description": "This document."})
    page = Gives(shape={"type": "string"}, media="text/html")
    doors.open("readApi", Operation(method="GET", path="/openapi.json", gives=described), _document)
    doors.open("readDocs", Operation(method="GET", path="/docs", gives=page), _page)
    any_file = Gives(shape={"type": "string"}, media="*/*")
    doors.open("readDocsFile", Operation(method="GET", path="/docs/<id:file>", gives=any_file), _file)
    return doors


def _document() -> Response:
    """Read the description of the API as OpenAPI 3.1."""
    return answer(document(current_app))


def _page() -> Response:
    """Show the API as a page that can be tried out."""
    response = Response(_PAGE, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _file(file: str) -> Response:
    """Read a file that the page loads."""
    if file not in _FILES:
        raise Unknown("file", file)
    response = Response(_content(file), content_type=_FILES[file])
    response.headers["Cache-Control"] = _KEPT
    return response


@cache
def _content(file: str) -> bytes:
    return _START.encode() if file == "start.js" else (files("flask_swagger_ui") / "dist" / file).read_bytes()
