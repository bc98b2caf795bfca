"""Types commands as a person does: `tandem` in a process of its own, in a folder of its own."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from tests.data import ROOT
from tests.e2e.forked import Started, Streams, start

TANDEM = [sys.executable, "-m", "service"]
DIRECT = build_opener(ProxyHandler({}))
DEMO_PLANS = ROOT / "service" / "console" / "demo_plans"


@dataclass
class Said:
    """What a command said, on which stream, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Shell:
    """A folder and an environment; the database lies in the folder."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def tandem(self, *words: str, stdin: str | None = None, **settings: str) -> Said:
        with TemporaryDirectory() as held:
            given, out, err = (Path(held) / name for name in ("given", "out", "err"))
            given.write_text(stdin or "", encoding="utf-8")
            code = self._started(words, Streams(given=given, out=out, err=err), settings).wait(240)
            return Said(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    @contextmanager
    def running(self, *words: str, until: str, **settings: str) -> Iterator[Started]:
        """Keep a command running until the block ends; it is ready when the URL answers."""
        started = self._started(words, Streams(err=self.folder / f"{words[0]}.log"), settings)
        try:
            wait_for(until, started)
            yield started
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(30)

    def _started(self, words: Sequence[str], streams: Streams, settings: Mapping[str, str]) -> Started:
        return start(words, streams, folder=self.folder, environment=self.environment(settings))

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Give the environment of a command, with none of the settings of whoever runs the tests."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        return {**plain, "PYTHONPATH": str(ROOT), **self.settings, **settings}


def wait_for(url: str, process: Started, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"ended with {process.returncode}"
        try:
            DIRECT.open(url, timeout=5).close()
        except (URLError, TimeoutError):  # a machine that is busy answers late
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer")


def fetched(url: str) -> Any:
    with DIRECT.open(url, timeout=30) as response:
        return json.load(response)
