"""Commands in processes of their own that import nothing anew, which takes a second of a core each time.

A server of the standard library imports the service once, and each command is a fork of it.
"""

import ctypes
import os
import runpy
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["service.cli", "service.bootstrap", "service.console.commands"])
NOWHERE = Path(os.devnull)
_WRITING = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, kw_only=True)
class Streams:
    """The files that a command reads and writes."""

    given: Path = NOWHERE
    out: Path = NOWHERE
    err: Path = NOWHERE


@dataclass(frozen=True)
class Started:
    """A command that runs, with what people ask of `subprocess.Popen`."""

    process: ForkServerProcess

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def poll(self) -> int | None:
        return self.process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Sends a signal; who has ended hears of none."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Gives the exit code; what takes longer is killed, and raises `TimeoutError`."""
        self.process.join(seconds)
        code = self.process.exitcode
        if code is None:
            self.process.kill()
            raise TimeoutError(f"process {self.pid} took longer than {seconds} s")
        return code


def start(words: Sequence[str], streams: Streams, *, folder: Path, environment: Mapping[str, str]) -> Started:
    """Runs `python -m service` with these words."""
    process = FORKS.Process(target=_become, args=(list(words), streams, folder, dict(environment)))
    process.start()
    return Started(process)


def _become(words: list[str], streams: Streams, folder: Path, environment: dict[str, str]) -> None:
    for number, path in enumerate((streams.given, streams.out, streams.err)):
        opened = os.open(path, _WRITING if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it lasts as long as the process
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["tandem", *words]
    code = 1
    try:
        runpy.run_module("service", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    # As an interpreter ends: a child of `multiprocessing` would drop what is still open.
    ctypes.pythonapi.Py_Exit(code)
