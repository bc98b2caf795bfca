"""To which patient of the chart a plan belongs: compared, and bound by a person's word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.entrance import begun
from service.api.refusals import NoEhr
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.bind_patient import Binding, BindPatient, LookAtPatient
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

_PATH = "/plans/<id:plan_id>/binding"
_WORD = {
    "type": "object",
    "required": ["patient", "digest"],
    "additionalProperties": False,
    "description": "Whom the plan is bound to, and the digest of what was shown of them.",
    "properties": {
        "patient": {"type": "string", "description": "The patient's id in the EHR."},
        "digest": {"type": "string", "description": "The digest, as it was read."},
    },
}


class BindingQuery(Schema):
    """Which patient."""

    patient = fields.String(required=True, metadata={"description": "The patient's id in the EHR."})


def binding_doors(services: Services) -> Doors:
    """Return the doors to a plan's patient in the chart."""
    views = _Binding(services.bind_patient)
    shape = schema_of(Binding)
    doors = Doors("binding", "To which patient of the chart a plan belongs.")
    doors.open(
        "readBinding",
        Operation(
            method="GET",
            path=_PATH,
            gives=Gives(shape=shape),
            query=BindingQuery,
            refuses=(404, 409, 502, 504),
            needs=Permission.PUSH_PLAN,
        ),
        views.read,
    )
    doors.open(
        "bindPatient",
        Operation(
            method="POST",
            path=_PATH,
            gives=Gives(shape=shape),
            takes=Takes(shape=_WORD, read=_word),
            write=Write.CREATE,
            refuses=(409, 412, 502, 504),
            needs=Permission.PUSH_PLAN,
        ),
        views.bind,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Binding:
    carry_out: Callable[[LookAtPatient], Binding] | None

    def read(self, query: dict[str, Any], plan_id: str) -> Response:
        """Compare the plan with a patient of the chart: identifier, family name and birth date of both."""
        return self._answered(LookAtPatient(plan_id=plan_id, patient=query["patient"]))

    def bind(self, plan_id: str, *, body: Mapping[str, Any], author: str) -> Response:
        """Bind the plan to the patient who was shown; a plan that was frozen goes on with the next sync.

        After a merge, what the EHR moved to the surviving patient stays linked; what it left behind waits in
        the inbox as `other-patient`.
        """
        return self._answered(BindPatient(plan_id=plan_id, author=author, **body))

    def _answered(self, command: LookAtPatient) -> Response:
        if self.carry_out is None:
            raise NoEhr("No EHR is configured.")
        if isinstance(command, BindPatient):
            begun()
        return answer(dumped(schema_of(Binding), self.carry_out(command)))


def _word(document: JsonObject) -> JsonObject:
    """Return the patient and the digest; `Invalid` names what is missing or no text."""
    problems = [Problem("?", "is no field here") for _ in document.keys() - {"patient", "digest"}]
    lacking = (name for name in ("patient", "digest") if not isinstance(document.get(name), str))
    problems += [Problem(name, "is required, and a text") for name in lacking]
    if problems:
        raise Invalid(problems)
    return document
