"""The control door of the sandbox, beside /fhir: arms faults and makes things happen to the chart.

It is opened only when it is asked for. What changes something takes `application/json` only, which a page in
a browser cannot send here without being asked first.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from flask import Flask, Response, request

from service.fhir.json import JsonObject, NotJson, dumps, loads
from service.sandbox.faults.effects import Effect
from service.sandbox.faults.knobs import KNOBS
from service.sandbox.faults.notation import Fault, read_json, read_text, to_json, to_text
from service.sandbox.faults.schedule import Armed
from service.sandbox.faults.server import FaultyServer
from service.sandbox.faults.values import NotAFault

EVENTS = {"wipe": "wipe", "merge-patient": "merged-patient", "move-resource": "moved-resource"}
_View: TypeAlias = Callable[..., tuple[JsonObject, int]]


class _Refused(Exception):
    """The request is answered with this status and these words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def open_control(app: Flask, ehr: FaultyServer) -> None:
    """Adds the control door of a server to its application."""

    def faults() -> tuple[JsonObject, int]:
        return {"faults": [_shown(one) for one in ehr.armed]}, 200

    def arm() -> tuple[JsonObject, int]:
        return _shown(ehr.arm(_fault(_sent()))), 201

    def disarm(number: int | None = None) -> tuple[JsonObject, int]:
        if number is not None and all(one.number != number for one in ehr.armed):
            raise _Refused(404, f"no fault of number {number} is armed")
        ehr.disarm(number)
        return faults()

    def happen(event: str) -> tuple[JsonObject, int]:
        changed = ehr.happen(_event(event, _sent()))
        if not changed:
            raise _Refused(409, "the chart holds nothing that could be changed so")
        return {"changed": list(changed)}, 200

    for path, method, view in (
        ("/control/knobs", "GET", _knobs),
        ("/control/faults", "GET", faults),
        ("/control/faults", "POST", arm),
        ("/control/faults", "DELETE", disarm),
        ("/control/faults/<int:number>", "DELETE", disarm),
        ("/control/<any({}):event>".format(", ".join(map(repr, EVENTS))), "POST", happen),
    ):
        app.add_url_rule(path, f"{method} {path}", _answered(view), methods=[method])


def _knobs() -> tuple[JsonObject, int]:
    rows = [
        {"fault": one.name, "does": one.does, "takes": [name.replace("_", "-") for name in one.takes]}
        for one in KNOBS.values()
    ]
    return {"knobs": rows}, 200


def _answered(view: _View) -> Callable[..., Response]:
    @wraps(view)
    def answer(**named: Any) -> Response:
        try:
            body, status = view(**named)
        except _Refused as refusal:
            body, status = {"error": str(refusal)}, refusal.status
        return Response(dumps(body), status=status, content_type="application/json")

    return answer


def _sent() -> JsonObject:
    if request.mimetype != "application/json":
        raise _Refused(415, "Content-Type must be application/json")
    try:
        return loads(request.get_data() or b"{}")
    except NotJson as error:
        raise _Refused(400, str(error)) from None


def _fault(sent: JsonObject) -> Fault:
    """Reads a fault from its JSON or from {"text": its short text}."""
    try:
        return read_text(str(sent["text"])) if set(sent) == {"text"} else read_json(sent)
    except NotAFault as refusal:
        raise _Refused(400, str(refusal)) from None


def _event(name: str, sent: JsonObject) -> Effect:
    knob = KNOBS[EVENTS[name]]
    unknown = set(sent) - set(knob.takes)
    if unknown:
        raise _Refused(400, f"{name}: {min(unknown)} is not known")
    return _fault({"fault": knob.name, **sent}).effect


def _shown(armed: Armed) -> JsonObject:
    return {
        "number": armed.number,
        "text": to_text(armed.fault),
        **to_json(armed.fault),
        "met": armed.met,
        "struck": armed.struck,
    }
