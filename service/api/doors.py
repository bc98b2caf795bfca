"""Doors: each operation says what it takes and all that it may answer, and is documented as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from flask import Response, g, request
from flask_smorest import Blueprint  # type: ignore[import-untyped]  # flask-smorest 0.47 ships no types
from marshmallow import Schema
from werkzeug.routing import BaseConverter

from service.api.entrance import author, editor
from service.api.once import answered_once
from service.api.requests import JSON, read_json
from service.api.schemas import ID
from service.api.texts import check_texts
from service.application.access import Permission
from service.fhir.json import JsonObject

Shape: TypeAlias = type[Schema] | JsonObject
View: TypeAlias = Callable[..., Response]
# What any request may meet: a host that is not ours, a crash, and a database that is away.
_ALWAYS = (400, 429, 500, 503)
_BODY = (408, 413, 415, 422)
_GUARDED = (401, 403)
_BEARER: list[dict[str, list[str]]] = [{"bearer": []}]


class Write(Enum):
    """What a write of a plan must say of itself: nothing, its author, or also the revision that they read."""

    NONE = "none"
    CREATE = "create"
    EDIT = "edit"

    @property
    def headers(self) -> tuple[str, ...]:
        """The parameters of the description that it takes."""
        return _SAID[self]


_SAID = {Write.NONE: (), Write.CREATE: ("Author",), Write.EDIT: ("Author", "IfMatch")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """A JSON body: its shape for the reader of OpenAPI, its media type, and how it is read.

    One that is `optional` may be left out, and reads as an empty object then.
    What is no text is refused before, but in values of the domain and in the members `apart`: their readers
    name it themselves.
    """

    shape: Shape
    read: Callable[[JsonObject], Any] = lambda document: document
    media: str = JSON
    optional: bool = False
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """The answer when all goes well: no shape means no body; `headers` are among ETag, Location, Link."""

    status: int = 200
    shape: Shape | None
    headers: tuple[str, ...] = ()
    media: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path; `refuses` are the statuses beyond those that follow from its other fields.

    `needs` is what the caller's role must grant; a door without it is open, and `service.api.guard` says why.
    `once` says that it takes an Idempotency-Key, as every operation should that makes something.
    `by_ehr` says that an EHR calls it, with a token of its own.
    `recorded` says that whoever comes in leaves an entry in the audit trail; who is turned away always does.
    """

    method: str
    path: str
    gives: Gives
    needs: Permission | None = None
    takes: Takes | None = None
    query: type[Schema] | None = None
    write: Write = Write.NONE
    refuses: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    once: bool = False
    recorded: bool = True
    by_ehr: bool = False

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status but the good one."""
        found = {*_ALWAYS, *self.refuses}
        if self.needs is not None:
            found.update(_GUARDED)
        if self.takes is not None:
            found.update(_BODY)
        if self.query is not None or self.write is not Write.NONE:
            found.add(422)
        if self.write is Write.EDIT:
            found.update((412, 428))
        if self.once:
            found.update((409, 422))
        if "IfNoneMatch" in self.headers:
            found.update((304, 412))
        if "<" in self.path:
            found.add(404)
        return tuple(sorted(found - {self.gives.status}))


class IdConverter(BaseConverter):
    """An id in a path: what cannot be one is not found, and never reaches a database."""

    regex = ID


class Doors:
    """A group of operations."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = Blueprint(name, __name__, description=description)
        self.operations: dict[str, Operation] = {}

    def open(self, name: str, operation: Operation, view: View, *, summary: str = "") -> None:
        """Open a door: `name` is its operationId; the summary is the view's docstring unless given."""
        door = self._documented(_reading(name, view, operation), operation)
        self.operations[name] = operation
        said: dict[str, Any] = {"operationId": name, "security": _BEARER if operation.needs else []}
        door = self.blueprint.doc(**said, **({"summary": summary} if summary else {}))(door)
        if operation.query is not None:
            door = self.blueprint.arguments(operation.query, location="query", unknown=None)(door)
        self.blueprint.add_url_rule(
            operation.path, name, door, methods=[operation.method], parameters=["RequestId"]
        )

    def _documented(self, door: View, operation: Operation) -> View:
        gives, blueprint = operation.gives, self.blueprint
        for status in operation.statuses:
            door = blueprint.alt_response(status, f"Status{status}")(door)
        replayed = ("Idempotency-Replayed",) if operation.once else ()
        headers = {name: name for name in (*gives.headers, *replayed, "X-Request-Id")}
        shape = {} if gives.shape is None else {"schema": gives.shape, "content_type": gives.media}
        door = blueprint.response(gives.status, headers=headers, **shape)(door)
        said: dict[str, Any] = {}
        if parameters := [
            *operation.write.headers,
            *operation.headers,
            *(["IdempotencyKey"] if operation.once else []),
        ]:
            said["parameters"] = parameters
        if operation.takes is not None:
            content = {operation.takes.media: {"schema": operation.takes.shape}}
            said["requestBody"] = {"required": not operation.takes.optional, "content": content}
        documented: View = blueprint.doc(**said)(door)
        return documented


def _body(takes: Takes) -> JsonObject:
    if takes.optional and not request.content_length and "Transfer-Encoding" not in request.headers:
        return {}
    document = read_json(request, takes.media)
    if isinstance(takes.shape, dict):
        check_texts(document, takes.shape, apart=takes.apart)
    return document


def _reading(name: str, view: View, operation: Operation) -> View:
    """Wrap a view so that it gets the editor or author, and the body, as `operation` takes them."""

    def read(*query: Any, **path: str) -> Response:
        given: dict[str, Any] = dict(path)
        match operation.write:
            case Write.CREATE:
                given["author"] = author()
            case Write.EDIT:
                given["editor"] = editor()
        if operation.takes is not None:
            given["body"] = operation.takes.read(_body(operation.takes))
        return view(*query, **given)

    def door(*query: Any, **path: str) -> Response:
        if not operation.once:
            return read(*query, **path)
        return answered_once(request, name, partial(read, *query, **path), once=g.once)

    door.__doc__ = view.__doc__
    door.__name__ = view.__name__
    return door
