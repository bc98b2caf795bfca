"""The worker beside the API: a process of its own, started again when it ends, and ended with the API."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from service.telemetry.events import WORKER_RESTARTED, Log, emit

_LOOK_SECONDS = 0.5
# One that cannot start, as while its database is away, is tried again without haste.
_LONGEST_PAUSE_SECONDS = 15.0
_LIVED_SECONDS = 30.0
# More than it gives to what it is at.
_PATIENCE_SECONDS = 30


def worker_command() -> tuple[str, ...]:
    """Return the command of a worker that ends when this process does, however it does."""
    return (sys.executable, "-m", "service", "worker", "--parent", str(os.getpid()))


@contextmanager
def kept_running(command: Sequence[str], log: Log) -> Iterator[None]:
    """Keep a process running until the block ends; then tell it to end, and wait for it.

    A fork that leaves the block ends nothing: what runs belongs to who began it.
    """
    keeper = _Keeper(command, log)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    def __init__(self, command: Sequence[str], log: Log) -> None:
        self._command = command
        self._log = log
        self._owner = os.getpid()
        self._over = Event()
        self._thread = Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        # The first one before gunicorn forks: a fork in the midst of a start would hold its pipe open.
        self._process = self._started()
        self._thread.start()

    def stop(self) -> None:
        if os.getpid() != self._owner:
            return  # a fork, as gunicorn's workers are: neither the process nor its keeper is there
        self._over.set()
        self._thread.join(_PATIENCE_SECONDS)
        _ended(self._process)

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command)  # noqa: S603  our own command, and no shell

    def _keep(self) -> None:
        pause = _LOOK_SECONDS
        while True:
            lived = self._lived(self._process)
            pause = _LOOK_SECONDS if lived >= _LIVED_SECONDS else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            if self._over.wait(pause):
                return
            self._process = self._started()
            emit(self._log, WORKER_RESTARTED, process=self._process.pid)

    def _lived(self, process: "subprocess.Popen[bytes]") -> float:
        """Wait until the process ends or is to end, and return for how many seconds it lived."""
        lived = 0.0
        # gunicorn reaps every child of this process; one that it reaped reads as ended here too.
        while process.poll() is None and not self._over.wait(_LOOK_SECONDS):
            lived += _LOOK_SECONDS
        return lived


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
