"""What `tandem` says to the shell when it ends: one number for each reaction that it deserves."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class ExitCode(IntEnum):
    """The exit codes of every command; `MEANINGS` has their words."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    WORK_LEFT = 3
    REFUSED = 4
    NOT_FOUND = 5
    EHR_UNAVAILABLE = 6
    CONFLICT = 7
    STORAGE_UNAVAILABLE = 8
    EHR_REFUSES = 9
    INTERRUPTED = 130


MEANINGS: Mapping[ExitCode, str] = MappingProxyType({
    ExitCode.DONE: "done",
    ExitCode.UNEXPECTED: "a mistake of ours: run it again with --debug and report it",
    ExitCode.USAGE: "the command or a TANDEM_ setting makes no sense",
    ExitCode.WORK_LEFT: "done as far as it goes: the report says what is left",
    ExitCode.REFUSED: "the input is refused: each field is named",
    ExitCode.NOT_FOUND: "there is no such plan",
    ExitCode.EHR_UNAVAILABLE: "the EHR did not answer: try again later",
    ExitCode.CONFLICT: "somebody else was faster: look again, then decide",
    ExitCode.STORAGE_UNAVAILABLE: "the database did not do its part, or needs `tandem db upgrade`",
    ExitCode.EHR_REFUSES: "the EHR refuses: see to the connection or the chart",
    ExitCode.INTERRUPTED: "interrupted",
})  # fmt: skip


def epilog() -> str:
    """Return the exit codes as the end of the help; the marks keep click from filling the lines."""
    lines = "\n".join(f"  {code.value:>3}  {words}" for code, words in MEANINGS.items())
    return f"\b\nExit codes:\n{lines}"
