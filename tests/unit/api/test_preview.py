"""A preview over REST, and the sync that carries it out or says what moved."""

from typing import Any

import pytest

from service.application.preview_digest import Moved
from service.application.preview_sync import ApplySync
from service.application.push_plan import ReadOnly
from service.application.sync_plan import SyncPlan
from service.sync.barrier import Barred
from tests.unit.api.test_sync import REPORT
from tests.unit.console.test_preview import GOAL, full

PREVIEW, SYNC = "/plans/plan-1/preview", "/plans/plan-1/sync"


def test_a_preview_tells_the_difference_every_request_and_its_digest(api, around) -> None:
    around.foreseen = full("plan-1")
    told = api.ask("POST", PREVIEW).json
    assert (told["digest"], told["mode"], told["next_revision"]) == ("3.a.b.c.d.e.f", "read-only", 4)
    assert told["requests"][0]["body"] == GOAL
    assert told["requests"][0]["headers"] == {"If-Match": 'W/"2"'}
    assert told["plan"][0]["groups"][0]["before"] == ["description: Rest"]
    assert told["inbox"][0]["words"][0]["group"] == "target"
    assert told["left"] == [
        {"resource_type": "Task", "item_id": "task-1", "done": "withheld", "reason": "not ours"}
    ]
    assert around.pushed == []


def test_a_digest_is_applied(api, around) -> None:
    around.outcome = REPORT
    assert api.ask("POST", SYNC, {"apply": "3.a"}).status_code == 200
    assert around.pushed == [ApplySync(plan_id="plan-1", digest="3.a")]


@pytest.mark.parametrize("body", [None, {}])
def test_without_a_digest_it_is_a_sync(api, around, body: Any) -> None:
    around.outcome = REPORT
    assert api.ask("POST", SYNC, body).status_code == 200
    assert around.pushed == [SyncPlan(plan_id="plan-1")]


def test_what_moved_is_named_with_the_digest_of_now(api, around) -> None:
    around.outcome = Moved(["the plan, which stands at revision 4", "Goal/7"], "4.b")
    answer = api.ask("POST", SYNC, {"apply": "3.a"})
    assert answer.status_code == 412
    assert answer.json["type"].endswith("/preview-moved")
    assert answer.json["current_digest"] == "4.b"
    assert [one["reason"] for one in answer.json["errors"]] == [
        "moved: the plan, which stands at revision 4", "moved: Goal/7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "name"), [(ReadOnly("no"), "read-only-connection"), (Barred("stopped"), "writing-barred")]
)
def test_what_may_not_be_written_is_not_applied(api, around, error: Exception, name: str) -> None:
    around.outcome = error
    answer = api.ask("POST", SYNC, {"apply": "3.a"})
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (409, name)


@pytest.mark.parametrize(
    ("body", "field"), [({"apply": 7}, "apply"), ({"apply": None}, "apply"), ({"digest": "x"}, "?")]
)
def test_a_body_that_names_no_digest_is_refused_by_field(api, around, body: Any, field: str) -> None:
    answer = api.ask("POST", SYNC, body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert around.pushed == [], "nobody who named a preview gets a sync without one"


def test_without_an_ehr_nothing_is_previewed(around) -> None:
    assert around.app(ehr=False).test_client().post(PREVIEW).status_code == 503
