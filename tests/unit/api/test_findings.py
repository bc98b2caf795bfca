"""Findings over REST: what is noticed, what would follow, and a decision with names and a reason."""

from typing import Any

import pytest

from service.document import plan_to_document
from tests.builders import DIRECTORY, PSYCHIATRIST
from tests.scenarios.vignette import condition, quiet
from tests.unit.api.conftest import AUTHOR

PLAN = quiet(
    conditions=(condition("ocd", "F42.2"),), phases=(), medications=(), appointments=(), check_ins=None
)
BODY = {"answer": "accepted", "reason": "Agreed in the meeting", "decided_by": [PSYCHIATRIST.id]}
ALL = f"/plans/{PLAN.id}/findings"


@pytest.fixture
def noticed(api: Any, around: Any) -> dict[str, Any]:
    around.begin_anew()
    with around.storage.begin() as work:
        for person in DIRECTORY.values():
            work.people.put(person)
        work.commit()
    assert api.post("/plans", plan_to_document(PLAN)).status_code == 201
    said = api.ask("GET", ALL)
    assert (said.status_code, said.headers["ETag"]) == (200, '"1"')
    return {one["rule"]: one for one in said.json["items"]}


def test_what_is_noticed_comes_with_its_evidence_and_its_source(noticed: dict[str, Any]) -> None:
    one = noticed["ocd-without-erp"]
    assert one["evidence"] == [{"group": "conditions", "item": "ocd", "says": "OCD", "day": "2023-12-05"}]
    assert (one["urgency"], one["audience"]) == ("to-know", "team")
    assert "NICE" in one["source"]
    assert "proposal" not in one
    assert noticed["starting-balance"]["proposal"]["balance"] == "therapy-led"


def test_a_preview_changes_nothing_and_a_decision_makes_one_revision(
    api: Any, noticed: dict[str, Any]
) -> None:
    one = f"{ALL}/{noticed['starting-balance']['key']}"
    shown = api.ask("POST", f"{one}/preview", json=BODY)
    assert (shown.status_code, shown.json["groups"]) == (200, ["phases"])
    assert {"CarePlan", "Observation", "Provenance"} == {
        each["resourceType"] for each in shown.json["resources"]
    }
    assert api.ask("GET", ALL).headers["ETag"] == '"1"'
    made = api.ask("POST", f"{one}/decision", json=BODY, headers={**AUTHOR, "If-Match": '"1"'})
    assert (made.status_code, made.headers["ETag"]) == (201, '"2"')
    assert (made.json["answer"], made.json["made"]) == ("accepted", shown.json["made"])
    assert api.ask("GET", f"/plans/{PLAN.id}").json["phases"][0]["balance"] == "therapy-led"
    assert api.ask("GET", f"/plans/{PLAN.id}/decisions").json["items"] == [made.json]
    assert "starting-balance" not in {each["rule"] for each in api.ask("GET", ALL).json["items"]}


REFUSED = {
    "no such finding": ("0a" * 16, BODY, '"1"', 404),
    "a stale plan": (None, BODY, '"7"', 412),
    "no reason": (None, {**BODY, "reason": ""}, '"1"', 422),
    "nobody": (None, {**BODY, "decided_by": []}, '"1"', 422),
    "a stranger": (None, {**BODY, "decided_by": ["x"]}, '"1"', 422),
    "an answer that is none": (None, {**BODY, "answer": "perhaps"}, '"1"', 422),
    "a change that is not said to be one": (None, {**BODY, "change": {"balance": "balanced"}}, '"1"', 422),
    "a change of what is not open": (
        None,
        {**BODY, "answer": "changed", "change": {"owner": PSYCHIATRIST.id}},
        '"1"',
        422,
    ),
}


@pytest.mark.parametrize(("key", "body", "match", "status"), REFUSED.values(), ids=REFUSED)
def test_a_decision_that_makes_no_sense_changes_nothing(
    api: Any, noticed: dict[str, Any], *, key: str | None, body: Any, match: str, status: int
) -> None:
    one = f"{ALL}/{key or noticed['starting-balance']['key']}/decision"
    assert api.ask("POST", one, json=body, headers={**AUTHOR, "If-Match": match}).status_code == status
    assert api.ask("GET", ALL).headers["ETag"] == '"1"'
