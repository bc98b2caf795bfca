"""`tandem poll`, `tandem sync --changed` and `tandem subscribe`: what they say to people and to the shell."""

import pytest

from service.console.exit_codes import ExitCode
from service.ports.storage import ConnectionMode
from service.sync.report import Done
from tests.scenarios.clinic import Clinic
from tests.scenarios.test_hints import ADDRESS, Office, idle
from tests.unit.console.running import Desk, a_report


def test_a_poll_tells_what_changed_and_who_waits(desk: Desk) -> None:
    desk.installation.ehr_url = "http://ehr.test/fhir"
    desk.installation.waiting = ["a", "b"]
    said = desk.type("poll")
    assert said.code == ExitCode.DONE
    assert said.out.splitlines() == [
        "3 rows: 1 resources changed",
        "a waits for a pass",
        "b waits for a pass",
    ]
    document = desk.type("poll", "--whole", "--json").document
    assert document == {
        "connection_id": "default",
        "rows": 3,
        "compared": 12,
        "changed": 1,
        "woken": ["a"],
        "due": ["a", "b"],
    }
    assert "12 resources compared" in desk.type("poll", "--whole").out
    assert desk.installation.did == ["polled", "compared", "compared"]


def test_without_an_ehr_there_is_nothing_to_poll(desk: Desk) -> None:
    assert desk.type("poll").code == ExitCode.USAGE
    assert desk.type("sync", "--changed").code == ExitCode.USAGE
    assert desk.type("subscribe", "--list").code == ExitCode.USAGE


def test_syncing_what_changed_polls_and_then_passes_over_those_that_wait(desk: Desk) -> None:
    desk.installation.ehr_url = "http://ehr.test/fhir"
    assert desk.type("sync", "--changed", "--json").document == {"pushes": []}
    desk.installation.waiting = ["a", "b"]
    desk.installation.pushing = lambda plan_id: a_report(
        plan_id, Done.CONFLICT if plan_id == "b" else Done.UNCHANGED
    )
    said = desk.type("sync", "--changed", "--json")
    assert [one["plan_id"] for one in said.document["pushes"]] == ["a", "b"]
    assert said.code == ExitCode.WORK_LEFT
    assert desk.installation.did == ["polled", "polled"]
    operations = [one.operation for one in desk.installation.storage.kept.audit]
    assert operations == ["poll", "poll", *["sync"] * 4]  # each pass is written down before it begins, too


@pytest.mark.parametrize("words", [("a",), ("--all",)])
def test_what_changed_is_not_named(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("sync", "--changed", *words).code == ExitCode.USAGE


def test_subscriptions_are_made_listed_and_ended(desk: Desk) -> None:
    office = Office(Clinic())
    desk.installation.subscribing = office.ports
    made = desk.type("subscribe", "--endpoint", ADDRESS)
    assert made.code == ExitCode.DONE
    assert "Goal?" in made.out
    assert office.token() not in made.out
    listed = desk.type("subscribe", "--list", "--json").document["subscriptions"]
    assert {one["status"] for one in listed} == {"active"}
    ended = desk.type("subscribe", "--end", "--json")
    assert ended.code == ExitCode.DONE
    assert {one["status"] for one in ended.document["subscriptions"]} == {"off"}


def test_subscriptions_that_do_not_become_active_are_work_that_is_left(desk: Desk) -> None:
    office = Office(Clinic())
    office.clinic.spoil = idle
    desk.installation.subscribing = office.ports
    assert desk.type("subscribe", "--endpoint", ADDRESS).code == ExitCode.WORK_LEFT


@pytest.mark.parametrize("words", [(), ("--list", "--end"), ("--endpoint", ADDRESS, "--list")])
def test_one_thing_at_a_time_is_asked_of_subscriptions(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("subscribe", *words).code == ExitCode.USAGE


def test_a_connection_that_is_read_only_subscribes_nothing(desk: Desk) -> None:
    desk.installation.subscribing = Office(Clinic(mode=ConnectionMode.READ_ONLY)).ports
    assert desk.type("subscribe", "--endpoint", ADDRESS).code == ExitCode.USAGE
