"""The switch on the command line: turned, told, and on the trail."""

from service.console.exit_codes import ExitCode
from tests.unit.console.running import Desk

WHY = "the EHR is moved"


def test_writing_is_on_until_somebody_stops_it(desk: Desk) -> None:
    said = desk.type("writing", "status", "--json")
    assert said.code == ExitCode.DONE
    assert said.document == {"state": "on", "reason": None, "by": None, "since": None}
    assert desk.type("writing", "status").out == "writing is on\n"


def test_whoever_stops_it_says_why_and_everybody_sees_it(desk: Desk) -> None:
    stopped = desk.type("writing", "stop", "--reason", WHY)
    assert stopped.code == ExitCode.DONE
    assert stopped.out.startswith("writing is stopped by cli:operator at 20")
    said = desk.type("writing", "status", "--json")
    assert said.code == ExitCode.WORK_LEFT
    assert (said.document["state"], said.document["reason"]) == ("stopped", WHY)
    health = desk.type("health", "--json")
    assert health.code == ExitCode.WORK_LEFT
    assert health.document["writing"]["message"].endswith(WHY)


def test_it_goes_on_when_somebody_says_so(desk: Desk) -> None:
    desk.type("writing", "stop", "--reason", WHY)
    assert desk.type("writing", "resume").out.startswith("writing is on, let go on by cli:operator at 20")
    assert desk.type("writing", "status").code == ExitCode.DONE
    assert desk.type("health").code == ExitCode.DONE


def test_every_turn_is_on_the_trail(desk: Desk) -> None:
    desk.type("writing", "stop", "--reason", WHY)
    desk.type("writing", "resume")
    assert [one.operation for one in desk.installation.storage.kept.audit] == [
        "writing stop", "writing resume",
    ]  # fmt: skip


def test_the_environment_wins_over_the_switch(desk: Desk) -> None:
    desk.installation.writing = False
    assert desk.type("writing", "resume").out == "writing is off by TANDEM_WRITING\n"
    assert desk.type("writing", "status").code == ExitCode.WORK_LEFT


def test_a_reason_is_one_line(desk: Desk) -> None:
    for reason in ("", "  ", "two\nlines", "x" * 201):
        said = desk.type("writing", "stop", "--reason", reason, "--json")
        assert said.code == ExitCode.REFUSED
        assert [one["field"] for one in said.document["error"]["problems"]] == ["reason"]
    assert desk.type("writing", "status").code == ExitCode.DONE
