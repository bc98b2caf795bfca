"""The inbox over REST: both sides in words, and a decision bound to what was read."""

from typing import Any

import pytest

from service.domain.plan import Plan
from service.ports.inbox import ItemState
from service.ports.storage import Connection
from service.sync.reconciliation import Cause
from tests.builders.inbox import an_item
from tests.unit.api.conftest import AUTHOR


def keep(around: Any, *items: Any) -> None:
    with around.storage.begin() as work:
        work.inbox.save(items)
        work.commit()


def test_what_waits_is_listed_page_by_page(api: Any, around: Any) -> None:
    keep(around, *(an_item(id=f"item-{n}") for n in range(3)), an_item(id="x", state=ItemState.CLOSED))
    first = api.ask("GET", "/inbox?limit=2")
    assert [one["id"] for one in first.json["items"]] == ["item-0", "item-1"]
    assert first.headers["Link"] == '</inbox?limit=2&after=item-1>; rel="next"'
    second = api.ask("GET", "/inbox?limit=2&after=item-1")
    assert [one["id"] for one in second.json["items"]] == ["item-2"]
    assert "Link" not in second.headers
    assert [one["id"] for one in api.ask("GET", "/inbox?state=closed").json["items"]] == ["x"]


def test_an_item_says_both_sides_in_words(api: Any, around: Any) -> None:
    keep(around, an_item())
    assert api.ask("GET", "/inbox/item-1").json["words"] == [
        {
            "group": "description",
            "agreed": ["description: as agreed"],
            "ours": ["description: our words"],
            "theirs": ["description: their words"],
            "changed": ["ours", "theirs"],
        }
    ]


def test_what_vanished_has_no_words(api: Any, around: Any) -> None:
    keep(around, an_item(content={}, groups=(), cause=Cause.VANISHED.value))
    assert api.ask("GET", "/inbox/item-1").json["words"] == []


def test_a_decision_is_kept_with_who_made_it(api: Any, around: Any) -> None:
    keep(around, an_item())
    body = {"digest": an_item().digest, "choices": {"description": "ours"}}
    said = api.ask("POST", "/inbox/item-1/decision", json=body, headers=AUTHOR)
    assert (said.status_code, said.json["state"], said.json["decided_by"]) == (200, "decided", "n.okafor")
    assert said.json["choices"] == {"description": "ours"}


def test_a_third_value_makes_a_revision(api: Any, around: Any, plan: Plan) -> None:
    keep(around, an_item(plan_id=plan.id))
    body = {
        "digest": an_item().digest,
        "choices": {"description": "third"},
        "patch": {"title": "A third"},
        "expected": 1,
    }
    assert api.ask("POST", "/inbox/item-1/decision", json=body, headers=AUTHOR).status_code == 200
    assert api.ask("GET", f"/plans/{plan.id}").json["title"] == "A third"


def test_what_vanished_is_noted_or_asked_for_again(api: Any, around: Any) -> None:
    with around.storage.begin() as work:
        work.connections.put(
            Connection(id="default", base_url="http://ehr.test/fhir", identifier_system="urn:x")
        )
        work.commit()
    keep(around, an_item(content={}, groups=(), cause=Cause.VANISHED.value))
    door, digest = "/inbox/item-1/decision", an_item().digest
    assert api.ask("POST", door, json={"digest": digest}, headers=AUTHOR).json["state"] == "closed"
    other = {"digest": digest, "choices": {"item": "ours"}}
    assert api.ask("POST", door, json=other, headers=AUTHOR).status_code == 412
    again = {"digest": digest, "choices": {"item": "again"}}
    said = api.ask("POST", door, json=again, headers=AUTHOR)
    assert (said.status_code, said.json["state"]) == (200, "decided")
    assert "closed_at" not in said.json
    assert said.json["choices"] == {"item": "again"}


REFUSED = {
    "nobody": (an_item().digest, {"description": "ours"}, {}, 422),
    "another digest": ("e" * 64, {"description": "ours"}, AUTHOR, 412),
    "no choice": (an_item().digest, {}, AUTHOR, 422),
    "a choice that is none": (an_item().digest, {"description": "mine"}, AUTHOR, 422),
    "choices that are a list": (an_item().digest, [], AUTHOR, 422),
    "no digest": (None, {"description": "ours"}, AUTHOR, 422),
}


@pytest.mark.parametrize(("digest", "choices", "headers", "status"), REFUSED.values(), ids=REFUSED)
def test_a_decision_that_makes_no_sense_changes_nothing(
    api: Any, around: Any, digest: Any, choices: Any, headers: Any, status: int
) -> None:
    keep(around, an_item())
    body = {"choices": choices, **({"digest": digest} if digest else {})}
    assert api.ask("POST", "/inbox/item-1/decision", json=body, headers=headers).status_code == status
    assert api.ask("GET", "/inbox/item-1").json["state"] == "open"


def test_a_member_that_is_none_is_named(api: Any, around: Any) -> None:
    keep(around, an_item())
    body = {"digest": "d", "expected": True, "why": "so"}
    said = api.ask("POST", "/inbox/item-1/decision", json=body, headers=AUTHOR)
    assert {one["field"] for one in said.json["errors"]} == {"expected", "?"}


def test_there_is_no_item_that_is_not_there(api: Any) -> None:
    assert api.ask("GET", "/inbox/nobody").status_code == 404
    assert api.ask("GET", "/inbox?after=nobody").status_code == 404
