from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Storage, Unknown
from tests.contract.storage.samples import NOON, later


def an_item(**changes: Any) -> InboxItem:
    values = {
        "id": "item-1",
        "connection_id": "default",
        "plan_id": "plan-1",
        "patient_id": "patient-1",
        "resource_type": "Goal",
        "item_id": "goal-1",
        "reference": "Goal/7",
        "cause": "same-group",
        "groups": ("description", "target"),
        "digest": "sha256:0",
        "content": {"ours": {"resourceType": "Goal", "n": Decimal("2.50")}},
        "revision": 3,
        "opened_at": NOON,
    }
    return InboxItem(**values | changes)


DECIDED = an_item(
    id="item-2",
    state=ItemState.DECIDED,
    choices={"description": "ours", "target": "theirs"},
    decided_by="dr-example",
    decided_at=later(5),
    opened_at=later(1),
)
CLOSED = an_item(id="item-3", state=ItemState.CLOSED, closed_at=later(9), outcome="settled")


def keep(storage: Storage, *items: InboxItem) -> None:
    with storage.begin() as work:
        work.inbox.save(items)
        work.commit()


def test_an_item_comes_back_as_it_was_kept(storage: Storage) -> None:
    keep(storage, an_item(), DECIDED, CLOSED)
    with storage.begin(write=False) as work:
        assert [work.inbox.get(one.id) for one in (an_item(), DECIDED, CLOSED)] == [
            an_item(),
            DECIDED,
            CLOSED,
        ]
        with pytest.raises(Unknown, match="inbox item nobody's"):
            work.inbox.get("nobody's")


def test_a_decision_takes_the_place_of_the_question(storage: Storage) -> None:
    keep(storage, an_item())
    keep(storage, replace(DECIDED, id="item-1"))
    with storage.begin(write=False) as work:
        assert work.inbox.get("item-1") == replace(DECIDED, id="item-1")


def test_a_plan_has_its_items_that_are_not_closed_the_oldest_first(storage: Storage) -> None:
    keep(
        storage,
        DECIDED,
        an_item(),
        CLOSED,
        an_item(id="a", plan_id="plan-2"),
        an_item(id="b", connection_id="x"),
    )
    with storage.begin(write=False) as work:
        assert work.inbox.of_plan("default", "plan-1") == (an_item(), DECIDED)


def test_a_list_goes_on_where_it_ended(storage: Storage) -> None:
    items = tuple(an_item(id=f"open-{n}", opened_at=later(n // 2)) for n in range(5))
    keep(storage, DECIDED, CLOSED, *reversed(items))
    with storage.begin(write=False) as work:
        first = work.inbox.listed(state=ItemState.OPEN, limit=2)
        rest = work.inbox.listed(state=ItemState.OPEN, after=first[-1].id)
        with pytest.raises(Unknown):
            work.inbox.listed(state=ItemState.OPEN, after="nobody's")
    assert (first, rest) == (items[:2], items[2:])
