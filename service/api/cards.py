"""CDS Hooks 2.0: discovery, three services that answer with cards, and what people answered to those.

A caller may send more than a member that we read, as the specification lets it: such members are ignored,
access tokens among them.
"""

from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from service.api.doors import Doors, Gives, Operation, Takes
from service.api.entrance import about
from service.api.responses import answer
from service.api.services import Services
from service.application.access import Permission
from service.application.show_cards import (
    SERVICES,
    Asked,
    CardPorts,
    an_answer,
    cards_for,
    discovery,
    keep_feedback,
)
from service.document.scalars import read_moment
from service.domain.values import TEXT_LIMIT, Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.cards import CardAnswer, CardOutcome

_ALL = "/cds-services"
_ONE = f"{_ALL}/<id:item_id>"
CDS_PATHS = (_ALL, *(f"{_ALL}/{one.id}" for one in SERVICES))
"""Where the services stand: what an EHR's tokens are made for."""

_OPEN_OBJECT = {"type": "object", "additionalProperties": True}
_SERVICES = {
    "type": "object",
    "required": ["services"],
    "description": "What services there are (CDS Hooks 2.0, discovery).",
    "properties": {"services": {"type": "array", "items": _OPEN_OBJECT}},
}
_REQUEST = {
    **_OPEN_OBJECT,
    "required": ["hook", "hookInstance", "context"],
    "description": "A call of a service (CDS Hooks 2.0); members beyond these are ignored.",
    "properties": {
        "hook": {"type": "string"},
        "hookInstance": {"type": "string"},
        "fhirServer": {"type": "string"},
        "context": {
            **_OPEN_OBJECT,
            "required": ["patientId"],
            "properties": {"patientId": {"type": "string"}},
        },
    },
}
_CARDS = {
    "type": "object",
    "required": ["cards"],
    "description": "Cards, the most urgent first (CDS Hooks 2.0).",
    "properties": {"cards": {"type": "array", "items": _OPEN_OBJECT}},
}
_REASON = {
    "description": "Why, by a reason that the card offers or in words; what is neither is ignored.",
    "additionalProperties": True,
    "properties": {
        "reason": {"additionalProperties": True, "properties": {"system": {}, "code": {}, "display": {}}},
        "userComment": {},
    },
}
_FEEDBACK = {
    **_OPEN_OBJECT,
    "required": ["feedback"],
    "description": "What people answered to cards (CDS Hooks 2.0, feedback).",
    "properties": {
        "feedback": {
            "type": "array",
            "maxItems": 100,
            "items": {
                **_OPEN_OBJECT,
                "required": ["card", "outcome", "outcomeTimestamp"],
                "properties": {
                    "card": {"type": "string"},
                    "outcome": {"type": "string", "enum": [one.value for one in CardOutcome]},
                    "outcomeTimestamp": {"type": "string", "format": "date-time"},
                    "overrideReason": _REASON,
                },
            },
        }
    },
}
_KEPT = {"type": "object", "required": ["kept"], "properties": {"kept": {"type": "integer"}}}
_MOST = 100


def card_doors(services: Services) -> Doors:
    """Return the doors that an EHR calls."""
    views = _Hooks(services.cards or CardPorts(plans=services.plans, connection_id="default"), services)
    doors = Doors("cds-hooks", "The findings of a treatment plan as cards inside an EHR.")
    doors.open(
        "listCdsServices",
        Operation(method="GET", path=_ALL, gives=Gives(shape=_SERVICES)),
        views.discover,
    )
    doors.open(
        "callCdsService",
        Operation(
            method="POST",
            path=_ONE,
            gives=Gives(shape=_CARDS),
            takes=Takes(shape=_REQUEST, read=_asked),
            needs=Permission.LIST_PLANS,
            by_ehr=True,
        ),
        views.call,
    )
    doors.open(
        "giveCdsFeedback",
        Operation(
            method="POST",
            path=f"{_ONE}/feedback",
            gives=Gives(shape=_KEPT),
            takes=Takes(shape=_FEEDBACK, read=_answers),
            needs=Permission.LIST_PLANS,
            by_ehr=True,
        ),
        views.feedback,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Hooks:
    ports: CardPorts
    services: Services

    def discover(self) -> Response:
        """List the services that an EHR may call."""
        return answer(discovery())

    def call(self, item_id: str, *, body: Asked) -> Response:
        """Give the open findings of a patient's running plans as cards; a patient we do not know has none."""
        return answer(cards_for(item_id, body, self._audited()))

    def feedback(self, item_id: str, *, body: tuple[CardAnswer, ...]) -> Response:
        """Keep what people answered to cards, with their reasons."""
        keep_feedback(item_id, body, ports=self._audited())
        return answer({"kept": len(body)})

    def _audited(self) -> CardPorts:
        """Return the ports whose commit also keeps the request's entry in the audit trail, for each plan."""
        return replace(self.ports, plans=self.services.plans, about=about)


def _asked(document: JsonObject) -> Asked:
    context = document.get("context")
    patient = context.get("patientId") if isinstance(context, dict) else None
    hook, server = document.get("hook"), document.get("fhirServer")
    problems = []
    if not isinstance(hook, str):
        problems.append(Problem("hook", "is required: the name of the hook"))
    if not isinstance(document.get("hookInstance"), str):
        problems.append(Problem("hookInstance", "is required"))
    if not isinstance(patient, str) or not 0 < len(patient) <= TEXT_LIMIT:
        problems.append(Problem("context.patientId", "is required: the patient's id in the chart"))
    if server is not None and not isinstance(server, str):
        problems.append(Problem("fhirServer", "must be a URL"))
    if problems:
        raise Invalid(problems)
    return Asked(hook=str(hook), patient=str(patient), fhir_server=server)


def _answers(document: JsonObject) -> tuple[CardAnswer, ...]:
    said = document.get("feedback")
    if not isinstance(said, list) or not 0 < len(said) <= _MOST:
        raise Invalid([Problem("feedback", f"must be a list of 1 to {_MOST} answers")])
    problems: list[Problem] = []
    found = []
    for index, one in enumerate(said):
        try:
            found.append(_one_answer(one))
        except Invalid as error:
            problems += [problem.under(f"feedback[{index}]") for problem in error.problems]
    if problems:
        raise Invalid(problems)
    return tuple(found)


def _one_answer(one: Any) -> CardAnswer:
    if not isinstance(one, dict):
        raise Invalid([Problem("", "must be an object")])
    card, outcome, reason = one.get("card"), one.get("outcome"), one.get("overrideReason")
    problems = []
    if not isinstance(card, str):
        problems.append(Problem("card", "is required: the uuid of a card"))
    if outcome not in [known.value for known in CardOutcome]:
        problems.append(Problem("outcome", "must be accepted or overridden"))
    if not isinstance(one.get("outcomeTimestamp"), str):
        problems.append(Problem("outcomeTimestamp", "is required"))
    if problems:
        raise Invalid(problems)
    try:
        at = read_moment(one["outcomeTimestamp"])
    except Invalid:
        raise Invalid([Problem("outcomeTimestamp", "must be a date and time with its offset")]) from None
    content = _reason(reason) if isinstance(reason, dict) else {}
    return an_answer(str(card), CardOutcome(str(outcome)), at=at.replace(microsecond=0), content=content)


def _reason(said: JsonObject) -> JsonObject:
    """Return the reason and the comment of an override, as far as they are what the specification says."""
    coding, comment = said.get("reason"), said.get("userComment")
    kept: JsonObject = {}
    if isinstance(coding, dict):
        kept["reason"] = {
            name: str(coding[name])[:TEXT_LIMIT] for name in ("system", "code", "display") if name in coding
        }
    if isinstance(comment, str):
        kept["comment"] = comment[:TEXT_LIMIT]
    return kept
