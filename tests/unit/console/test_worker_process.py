"""The worker beside the API is started again when it ends, and ends with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.console.worker_process import kept_running, worker_command

SOON_SECONDS = 30
_SLEEPS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()} '); time.sleep(600)"


class Events:
    def __init__(self) -> None:
        self.names: list[str] = []

    def info(self, event: str, **_: Any) -> None:
        self.names.append(event)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON_SECONDS
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_is_started_again_and_ends_with_the_block(tmp_path: Path) -> None:
    file, log = tmp_path / "processes", Events()
    file.touch()

    def processes() -> list[int]:
        return [int(one) for one in file.read_text().split()]

    with kept_running([sys.executable, "-c", _SLEEPS, str(file)], log):
        until(lambda: len(processes()) == 1)
        os.kill(processes()[0], signal.SIGKILL)
        until(lambda: len(processes()) == 2)
        assert lives(processes()[1])
    assert not any(lives(one) for one in processes())
    assert log.names == ["worker.restarted"]


def test_it_is_told_whose_it_is() -> None:
    assert worker_command()[-2:] == ("--parent", str(os.getpid()))


class _Left(Exception):
    """Leaves the block, as a process does that was forked inside of it and ends."""


def test_a_fork_that_leaves_the_block_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """gunicorn forks its workers inside of the block, and each of them leaves it when it ends.

    A fork that came while the process was looked at would wait for it without end.
    """
    file, told, ours = tmp_path / "processes", tmp_path / "told", os.getpid()
    file.touch()

    class Watched(subprocess.Popen[bytes]):
        def terminate(self) -> None:
            with told.open("a") as by:
                by.write(f"{os.getpid()} ")
            super().terminate()

    monkeypatch.setattr("service.console.worker_process.subprocess.Popen", Watched)
    try:
        with kept_running([sys.executable, "-c", _SLEEPS, str(file)], Events()):
            until(lambda: file.read_text() != "")
            fork = os.fork()
            if not fork:
                raise _Left
            until(lambda: os.waitpid(fork, os.WNOHANG)[0] == fork)
            assert lives(int(file.read_text()))
    finally:
        if os.getpid() != ours:
            os._exit(0)
    assert not lives(int(file.read_text()))
    assert told.read_text().split() == [str(ours)]
