"""`tandem sandbox` takes faults, opens the control door when asked, and lists what can go wrong."""

import socket

import pytest

from service.console import sandbox
from service.console.exit_codes import ExitCode
from tests.unit.console.running import Desk


@pytest.fixture
def port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was put on an address."""
    found: list[object] = []
    monkeypatch.setattr(sandbox, "serve_until_interrupted", lambda app, host, port: found.append(app))
    return found


def test_faults_are_listed_with_a_sentence_each(desk: Desk, served: list[object]) -> None:
    assert desk.type("sandbox", "--faults-list").out == "lost-response      The answer is lost.\n"
    listed = desk.type("sandbox", "--faults-list", "--json").document
    assert listed == {"faults": {"lost-response": "The answer is lost."}}
    assert served == []


def test_faults_and_the_control_door_are_asked_for_and_told(
    desk: Desk, port: str, served: list[object]
) -> None:
    said = desk.type(
        "sandbox", "--port", port, "--fault", "lost-response after=3", "--fault", "wipe", "--control"
    )
    assert said.code == ExitCode.DONE
    (asked,) = desk.installation.sandboxes
    assert (asked["faults"], asked["control"]) == (("lost-response after=3", "wipe"), True)
    assert "It goes wrong: lost-response after=3\n" in said.err
    assert f"http://127.0.0.1:{port}/control" in said.err
    assert len(served) == 1


def test_nothing_goes_wrong_and_no_door_is_open_unless_asked_for(desk: Desk, port: str) -> None:
    said = desk.type("sandbox", "--port", port)
    (asked,) = desk.installation.sandboxes
    assert (asked["faults"], asked["control"]) == ((), False)
    assert "control" not in said.err
    assert "wrong" not in said.err


def test_a_fault_that_makes_no_sense_is_misuse(desk: Desk, port: str, served: list[object]) -> None:
    said = desk.type("sandbox", "--port", port, "--fault", "nonsense", "--json")
    assert said.code == ExitCode.USAGE
    assert "nonsense" in said.document["error"]["message"]
    assert served == []
