"""The one switch that stops all writing into charts."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response

from service.api.doors import Doors, Gives, Operation, Takes
from service.api.entrance import caller_at_hand
from service.api.responses import answer, dumped
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.writing import (
    WritingState,
    read_switch,
    resume_writing,
    state_of,
    stop_writing,
)
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.writing import Switch
from service.telemetry.events import WRITING_TURNED, emit

_STOP = {
    "type": "object",
    "required": ["reason"],
    "additionalProperties": False,
    "properties": {
        "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "Why: one line for operators, and nothing of a patient.",
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingNow:
    """Whether anything is written into charts: on, stopped by somebody, or off by the environment."""

    state: WritingState
    reason: str | None = None
    by: str | None = None
    since: datetime | None = None


def writing_doors(services: Services) -> Doors:
    """Return the doors to the switch."""
    views = _Writing(services)
    gives = Gives(shape=schema_of(WritingNow))
    doors = Doors("writing", "The one switch that stops all writing into charts.")
    doors.open(
        "readWriting",
        Operation(method="GET", path="/writing", gives=gives, needs=Permission.READ_METRICS),
        views.read,
    )
    doors.open(
        "stopWriting",
        Operation(
            method="POST",
            path="/writing/stop",
            gives=gives,
            takes=Takes(shape=_STOP, read=_reason),
            needs=Permission.STOP_WRITING,
        ),
        views.stop,
    )
    doors.open(
        "resumeWriting",
        Operation(method="POST", path="/writing/resume", gives=gives, needs=Permission.STOP_WRITING),
        views.resume,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Writing:
    services: Services

    def read(self) -> Response:
        """Tell whether anything is written into charts, and who stopped it, when and why."""
        return self._told(read_switch(self.services.plans.storage))

    def stop(self, *, body: str) -> Response:
        """Stop all writing before its next request, in every process; reading goes on."""
        ports = self.services.plans
        return self._turned(stop_writing(body, by=caller_at_hand().subject, ports=ports))

    def resume(self) -> Response:
        """Let writing go on; the next pass over each plan writes what waits."""
        return self._turned(resume_writing(by=caller_at_hand().subject, ports=self.services.plans))

    def _turned(self, switch: Switch) -> Response:
        emit(self.services.log, WRITING_TURNED, stopped=switch.stopped)
        return self._told(switch)

    def _told(self, switch: Switch) -> Response:
        now = WritingNow(
            state=state_of(switch, enabled=self.services.writing),
            reason=switch.reason,
            by=switch.by,
            since=switch.since,
        )
        return answer(dumped(schema_of(WritingNow), now))


def _reason(document: JsonObject) -> str:
    """Return the reason for stopping; `Invalid` names a member that is none or is no text."""
    problems = [Problem("?", "is no field here") for name in document if name != "reason"]
    reason = document.get("reason")
    if not isinstance(reason, str):
        problems.append(Problem("reason", "is required: a text that says why"))
    if problems:
        raise Invalid(problems)
    return str(reason)
