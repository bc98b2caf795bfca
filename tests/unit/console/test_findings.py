"""`tandem findings` and `tandem decide`: what is noticed, what would follow, and a decision by its key."""

import pytest

from service.application.load_plan import load_plan
from service.console.exit_codes import ExitCode
from service.domain.therapy import RequestStatus
from tests.builders import DIRECTORY, PSYCHIATRIST
from tests.scenarios.vignette import condition, quiet
from tests.unit.console.running import Desk

PLAN = quiet(
    conditions=(condition("ocd", "F42.2"),), phases=(), medications=(), appointments=(), check_ins=None
)


@pytest.fixture
def kept(desk: Desk) -> Desk:
    load_plan(PLAN, tuple(DIRECTORY.values()), author="n.okafor", ports=desk.installation.plans)
    return desk


def key(desk: Desk, rule: str) -> str:
    found = desk.type("findings", PLAN.id, "--json").document["findings"]
    return next(one["key"] for one in found if one["rule"] == rule)


def test_what_is_noticed_is_shown_with_its_key(kept: Desk) -> None:
    shown = kept.type("findings", PLAN.id)
    assert shown.code == ExitCode.DONE
    assert key(kept, "ocd-without-erp") in shown.out.replace("\n", "")
    assert "proposed: Begin therapy led" in shown.out
    assert kept.type("findings", "nobody").code == ExitCode.NOT_FOUND


def test_a_decision_is_previewed_made_and_then_closed(kept: Desk) -> None:
    asked = ("decide", PLAN.id, key(kept, "starting-balance"), "--reason", "Agreed", "--by", PSYCHIATRIST.id)
    assert "would change: phases" in kept.type(*asked, "--answer", "accepted", "--preview").out
    previewed = kept.type(*asked, "--answer", "accepted", "--preview", "--json").document
    assert (previewed["groups"], len(previewed["made"])) == (["phases"], 1)
    wrong = kept.type(*asked, "--answer", "changed", "--owner", PSYCHIATRIST.id, "--due", "2026-01-02")
    assert wrong.code == ExitCode.REFUSED
    made = kept.type(*asked, "--answer", "changed", "--balance", "balanced", "--json")
    assert made.code == ExitCode.DONE
    assert (made.document["revision"], made.document["answer"]) == (2, "changed")
    assert kept.type(*asked, "--answer", "declined").code == ExitCode.NOT_FOUND


def test_a_refusal_says_that_nothing_changed(kept: Desk) -> None:
    asked = ("decide", PLAN.id, key(kept, "ocd-without-erp"), "--reason", "Meant so", "--by", PSYCHIATRIST.id)
    assert "would change: nothing" in kept.type(*asked, "--answer", "declined", "--preview").out
    made = kept.type(*asked, "--answer", "declined")
    assert "declined, at revision 1" in made.out
    plan = kept.type("findings", PLAN.id, "--json").document
    assert [one["rule"] for one in plan["decisions"]] == ["ocd-without-erp"]


def test_a_plan_in_which_nothing_is_noticed_says_so(kept: Desk) -> None:
    calm = quiet(
        id="calm",
        patient=PLAN.patient,
        status=RequestStatus.DRAFT,
        check_ins=None,
        goals=(),
        medications=(),
        sessions=(),
    )
    load_plan(calm, (), author="n.okafor", ports=kept.installation.plans)
    assert "nothing to look at" in kept.type("findings", "calm").out
