"""However a run ends, the shell gets a number."""

import pytest

from service.console.exit_codes import ExitCode
from tests.unit.console.running import Desk


@pytest.mark.parametrize("said", [(), ("--json",)])
def test_an_interrupted_run_says_so(desk: Desk, said: tuple[str, ...]) -> None:
    def interrupted(**_: bool) -> None:
        raise KeyboardInterrupt

    desk.installation.storage.begin = interrupted  # type: ignore[method-assign,assignment]  # the fault under test
    ended = desk.type(*said, "plan", "list")
    assert (ended.code, ended.out) == (ExitCode.INTERRUPTED, "")
    assert "interrupted" in ended.err


def test_a_command_that_says_nothing_of_its_end_is_done(desk: Desk) -> None:
    assert desk.type("db", "upgrade").code == ExitCode.DONE


def test_without_a_command_the_help_is_shown_as_misuse(desk: Desk) -> None:
    ended = desk.type()
    assert ended.code == ExitCode.USAGE
    assert "Commands:" in ended.err
