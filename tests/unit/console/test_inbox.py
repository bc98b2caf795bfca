"""`tandem sync` and `tandem inbox`: what waits is shown in words and decided by its digest."""

import pytest

from service.application.chart_run import Whose
from service.application.sync_plan import SyncPlan
from service.console.exit_codes import ExitCode
from service.ports.inbox import ItemState
from service.ports.storage import Connection
from tests.builders.inbox import an_item
from tests.unit.console.running import Desk, a_report

DIGEST = an_item().digest


@pytest.fixture
def waiting(desk: Desk) -> Desk:
    with desk.installation.storage.begin() as work:
        work.inbox.save([an_item(), an_item(id="gone", content={}, groups=(), cause="vanished")])
        work.commit()
    return desk


def test_a_sync_goes_both_ways(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Whose] = []

    def push(command: Whose) -> object:
        asked.append(command)
        return a_report(command.plan_id)

    monkeypatch.setattr(desk.installation, "push", push)
    assert desk.type("sync", "a", "--json").code == ExitCode.DONE
    assert asked == [SyncPlan(plan_id="a")]
    assert desk.type("sync").code == ExitCode.USAGE


def test_what_waits_is_listed(waiting: Desk) -> None:
    listed = waiting.type("inbox", "list", "--json").document["items"]
    assert [one["id"] for one in listed] == ["gone", "item-1"]
    assert "same-group" in waiting.type("inbox", "list").out
    assert waiting.type("inbox", "list", "--state", "closed", "--json").document["items"] == []


def test_an_item_is_shown_in_words(waiting: Desk) -> None:
    shown = waiting.type("inbox", "show", "item-1")
    assert shown.code == ExitCode.DONE
    assert "our words" in shown.out
    assert "their words" in shown.out
    assert DIGEST in shown.out.replace("\n", "")
    assert waiting.type("inbox", "show", "gone", "--json").document["groups"] == []
    assert waiting.type("inbox", "show", "nobody").code == ExitCode.NOT_FOUND


def test_what_is_gone_is_asked_for_again_as_a_choice_of_its_item(waiting: Desk) -> None:
    with waiting.installation.storage.begin() as work:
        work.connections.put(
            Connection(id="default", base_url="http://ehr.test/fhir", identifier_system="urn:x")
        )
        work.commit()
    asked = ("inbox", "decide", "gone", "--digest", DIGEST, "--author", "dr-example")
    assert waiting.type(*asked, "--group", "item=ours").code == ExitCode.REFUSED
    assert waiting.type(*asked, "--group", "item=again").out.strip() == "gone is decided"


def test_a_decision_names_its_digest_its_author_and_every_group(waiting: Desk) -> None:
    asked = ("inbox", "decide", "item-1", "--digest", DIGEST, "--author", "dr-example")
    assert waiting.type(*asked).code == ExitCode.REFUSED
    assert waiting.type(*asked, "--group", "description").code == ExitCode.USAGE
    assert (
        waiting.type("inbox", "decide", "item-1", "--digest", "x", "--author", "y").code == ExitCode.CONFLICT
    )
    decided = waiting.type(*asked, "--group", "description=theirs")
    assert (decided.code, decided.out.strip()) == (ExitCode.DONE, "item-1 is decided")
    with waiting.installation.storage.begin(write=False) as work:
        assert work.inbox.get("item-1").state is ItemState.DECIDED
