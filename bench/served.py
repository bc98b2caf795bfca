"""`tandem serve` with its worker, as an operator runs it: processes that end with the block."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import requests

_TANDEM = (sys.executable, "-m", "service")
_ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 120
# More than serving gives to its worker, which it takes along.
_END_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A service at a URL, and the environment of every command of it."""

    url: str
    folder: Path
    environment: Mapping[str, str]

    def tandem(self, *words: str) -> None:
        """Run a command of the same installation; it must end well."""
        ran = subprocess.run(  # noqa: S603  our own words
            [*_TANDEM, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise RuntimeError(f"tandem {words[0]} ended with {ran.returncode}: {ran.stderr}")


@contextmanager
def served(folder: Path, settings: Mapping[str, str]) -> Iterator[Served]:
    """Serve over the database in the folder, with these settings and none of whoever measures."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    environment = {**plain, "PYTHONPATH": str(_ROOT), **settings}
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    words = [*_TANDEM, "serve", "--port", str(port)]
    with (folder / "serve.log").open("a") as log:
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)  # noqa: S603  our own words
        try:
            _wait_for(f"{url}/health/live", process)
            yield Served(url=url, folder=folder, environment=environment)
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + _START_SECONDS
    while monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"tandem serve ended with {process.returncode}")
        try:
            requests.get(url, timeout=5).raise_for_status()
        except requests.RequestException:
            sleep(0.1)
        else:
            return
    raise RuntimeError("tandem serve does not answer")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Tell it to end; its worker ends with it, even when it has to be killed."""
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
