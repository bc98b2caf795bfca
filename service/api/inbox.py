"""The inbox: what waits for a person, in words, and what they decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request
from marshmallow import fields
from marshmallow.validate import Regexp

from service.api.doors import Doors, Gives, Operation, Takes, Write
from service.api.entrance import about
from service.api.plans import items_of
from service.api.queries import PageQuery
from service.api.responses import answer, dumped, listing
from service.api.schemas import ID, schema_of
from service.api.services import Services
from service.application.access import Permission
from service.application.inbox import Decide, decide_item, list_items, read_item
from service.application.ports import PlanPorts
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject
from service.ports.inbox import InboxItem, ItemState
from service.sync.advice import NEXT_STEP_OF_CAUSE
from service.sync.words import GroupWords, shown_words

_ONE = "/inbox/<id:item_id>"
_MADE = frozenset({"words", "choices", "next_step"})
_DECISION = {
    "type": "object",
    "required": ["digest"],
    "additionalProperties": False,
    "description": "What a person decided of exactly what the digest names.",
    "properties": {
        "digest": {"type": "string", "description": "The item's digest, as it was read."},
        "choices": {
            "type": "object",
            "additionalProperties": {
                "type": "string",
                "enum": ["ours", "theirs", "third", "confirm", "decline", "again"],
            },
            "description": "By group, or for a question by resource; empty for an item that only tells, and"
            " `item` with `again` where what the chart lost is to be made again.",
        },
        "patch": {
            "type": "object",
            "description": "With a third value: the JSON Merge Patch of the plan that says it.",
        },
        "expected": {"type": "integer", "minimum": 1, "description": "The revision that the patch rests on."},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One item of the inbox, with both sides in words (docs/sync.md has every cause and state)."""

    id: str
    plan_id: str
    connection_id: str
    resource_type: str
    item_id: str
    reference: str
    cause: str
    state: ItemState
    groups: tuple[str, ...]
    digest: str
    revision: int
    opened_at: datetime
    words: tuple[GroupWords, ...]
    choices: dict[str, str]
    decided_by: str | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    next_step: str = ""


class InboxQuery(PageQuery):
    """Which items, and which page of them."""

    state = fields.Enum(
        ItemState, by_value=True, load_default=ItemState.OPEN, metadata={"type": "string", "default": "open"}
    )
    after = fields.String(
        validate=Regexp(f"^{ID}$"), metadata={"description": "An item's id, as Link has it."}
    )


def inbox_doors(services: Services) -> Doors:
    """Return the doors to what waits for a person."""
    views = _Inbox(services.plans)
    shape = schema_of(Waiting)
    doors = Doors("inbox", "What plan and chart say differently, and what people decide of it.")
    page = Gives(shape=items_of(shape), headers=("Link",))
    doors.open(
        "listInbox",
        Operation(
            method="GET",
            path="/inbox",
            gives=page,
            query=InboxQuery,
            refuses=(404,),
            needs=Permission.LIST_PLANS,
        ),
        views.list,
    )
    doors.open(
        "readInboxItem",
        Operation(method="GET", path=_ONE, gives=Gives(shape=shape), needs=Permission.LIST_PLANS),
        views.read,
    )
    doors.open(
        "decideInboxItem",
        Operation(
            method="POST",
            path=f"{_ONE}/decision",
            gives=Gives(shape=shape),
            takes=Takes(shape=_DECISION, read=_decision, apart=frozenset({"patch"})),
            write=Write.CREATE,
            refuses=(412,),
            needs=Permission.WRITE_PLAN,
        ),
        views.decide,
    )
    return doors


@dataclass(frozen=True, slots=True)
class _Inbox:
    ports: PlanPorts

    def list(self, query: dict[str, Any]) -> Response:
        """List what waits for a person, the oldest first."""
        found = list_items(
            query["state"], after=query.get("after"), limit=query["limit"] + 1, ports=self.ports
        )
        shown = found[: query["limit"]]
        more = shown[-1].id if len(found) > len(shown) else None
        return listing([_document(one) for one in shown], more=more, request=request)

    def read(self, item_id: str) -> Response:
        """Read an item: what was agreed, what the plan says and what the chart says."""
        item = read_item(item_id, ports=self.ports)
        about(item.plan_id)
        return answer(_document(item))

    def decide(self, item_id: str, *, body: Mapping[str, Any], author: str) -> Response:
        """Decide every group of an item; the next sync carries it out, if both sides still say the same."""
        about(read_item(item_id, ports=self.ports).plan_id)
        return answer(
            _document(decide_item(Decide(item_id=item_id, author=author, **body), ports=self.ports))
        )


def _document(item: InboxItem) -> JsonObject:
    words = shown_words(item.content, item.groups)
    held = {name: getattr(item, name) for name in Waiting.__slots__ if name not in _MADE}
    step = NEXT_STEP_OF_CAUSE[item.cause]
    waiting = Waiting(**held, words=words, choices=dict(item.choices), next_step=step)
    return dumped(schema_of(Waiting), waiting)


def _decision(document: JsonObject) -> JsonObject:
    """Return a decision's members; `Invalid` names one that has not its type."""
    kinds: dict[str, type] = {"digest": str, "choices": dict, "patch": dict, "expected": int}
    problems = [Problem("?", "is no field here") for _ in document.keys() - kinds.keys()]
    problems += [
        Problem(name, f"must be a {kind.__name__}")
        for name, kind in kinds.items()
        if name in document and (not isinstance(document[name], kind) or isinstance(document[name], bool))
    ]
    if "digest" not in document:
        problems.append(Problem("digest", "is required: it names what was shown"))
    if problems:
        raise Invalid(problems)
    return document
