"""An item of the inbox in which both sides reworded a goal."""

from typing import Any

from service.fhir.json import JsonObject
from service.ports.inbox import InboxItem
from tests.builders.people import moment, uid

GOAL: JsonObject = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {"text": "as agreed"},
}
CONTENT = {
    "agreed_ours": GOAL,
    "agreed_theirs": GOAL,
    "ours": {**GOAL, "description": {"text": "our words"}},
    "theirs": {**GOAL, "description": {"text": "their words"}},
}


def an_item(**changes: Any) -> InboxItem:
    """Gives an item that waits for a choice about the words of a goal."""
    values = {
        "id": "item-1",
        "connection_id": "default",
        "plan_id": uid("plan"),
        "patient_id": uid("patient"),
        "resource_type": "Goal",
        "item_id": uid("goals-0"),
        "reference": "Goal/7",
        "cause": "same-group",
        "groups": ("description",),
        "digest": "d" * 64,
        "content": CONTENT,
        "revision": 1,
        "opened_at": moment(0),
    }
    return InboxItem(**values | changes)
