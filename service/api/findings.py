"""Findings: what the rules notice in a plan, what would follow from a decision, and deciding."""

from dataclasses import dataclass

from flask import Response

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.entrance import tag
from service.api.plans import items_of
from service.api.responses import answer
from service.api.schemas import schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.findings import decide_finding, open_findings, preview_decision
from service.application.ports import Editor, PlanPorts
from service.document import choice_from_document, decision_to_document, finding_to_document
from service.domain.findings.decision import Choice, Decision
from service.domain.findings.finding import Audience, Evidence, Urgency
from service.domain.findings.proposal import Proposal
from service.fhir.json import JsonObject

_ALL = "/plans/<id:plan_id>/findings"
_ONE = f"{_ALL}/<id:key>"
_PREVIEW = {
    "type": "object",
    "required": ["groups", "made", "resources"],
    "description": "What a decision would change; nothing is changed yet.",
    "properties": {
        "groups": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The plan's groups that would change.",
        },
        "made": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Ids of what would be made or changed.",
        },
        "resources": {
            "type": "array",
            "items": {"type": "object"},
            "description": "The FHIR resources that would differ, as they would stand.",
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFinding:
    """What a rule noticed: how soon to look, on what evidence, and what it proposes (docs/care-model.md).

    `key` names it in a decision: the same evidence under the same rule has the same one.
    """

    key: str
    rule: str
    urgency: Urgency
    audience: Audience
    text: str
    source: str
    evidence: tuple[Evidence, ...]
    proposal: Proposal | None = None


def finding_doors(services: Services) -> Doors:
    """Return the doors to what the rules notice, and to what people decide of it."""
    views = _Findings(services.plans)
    # As for the inbox: what the team is told is not for a patient's token.
    reads = Permission.LIST_PLANS
    choice = Takes(shape=schema_of(Choice), read=choice_from_document)
    decided = schema_of(Decision)
    doors = Doors("findings", "What the service notices in a plan, and what people decide of it.")
    doors.open(
        "listFindings",
        Operation(
            method="GET",
            path=_ALL,
            gives=Gives(shape=items_of(schema_of(OpenFinding)), headers=("ETag",)),
            needs=reads,
        ),
        views.list,
    )
    doors.open(
        "listDecisions",
        Operation(
            method="GET",
            path="/plans/<id:plan_id>/decisions",
            gives=Gives(shape=items_of(decided)),
            needs=reads,
        ),
        views.decisions,
    )
    doors.open(
        "previewDecision",
        Operation(
            method="POST", path=f"{_ONE}/preview", gives=Gives(shape=_PREVIEW), takes=choice, needs=reads
        ),
        views.preview,
    )
    doors.open(
        "decideFinding",
        Operation(
            method="POST",
            path=f"{_ONE}/decision",
            gives=Gives(status=201, shape=decided, headers=("ETag",)),
            takes=choice,
            write=Write.EDIT,
            needs=Permission.WRITE_PLAN,
            once=True,
        ),
        views.decide,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Findings:
    ports: PlanPorts

    def list(self, plan_id: str) -> Response:
        """List what the rules notice today and nobody has decided yet, the most urgent first."""
        noticed = open_findings(plan_id, ports=self.ports)
        found = [finding_to_document(one) for one in noticed.findings]
        return answer({"items": found}, etag=tag(noticed.head))

    def decisions(self, plan_id: str) -> Response:
        """List what people decided of a plan's findings, the oldest first."""
        noticed = open_findings(plan_id, ports=self.ports)
        return answer({"items": [decision_to_document(one) for one in noticed.decisions]})

    def preview(self, plan_id: str, key: str, *, body: Choice) -> Response:
        """Show what a decision would change in the plan and in FHIR, and change nothing."""
        found = preview_decision(plan_id, key, body, ports=self.ports)
        shown: JsonObject = {
            "groups": list(found.groups),
            "made": list(found.made),
            "resources": list(found.resources),
        }
        return answer(shown)

    def decide(self, plan_id: str, key: str, *, body: Choice, editor: Editor) -> Response:
        """Accept, change or decline what a finding proposes; what follows is one revision of the plan."""
        made = decide_finding(plan_id, key, body, editor=editor, ports=self.ports)
        return answer(decision_to_document(made.decision), status=201, etag=tag(made.revision))
