"""A shell in an empty folder, a sandbox that runs beside it, and every server that keeps charts."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.shell import Shell
from tests.ehr_servers import SERVERS, SQLITE, server


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def chart(shell: Shell) -> Iterator[str]:
    """The base URL of `tandem sandbox` in a process of its own; the shell's commands may write to it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/fhir"
    with shell.running("sandbox", "--port", str(port), "--store", "chart.db", until=f"{url}/metadata"):
        shell.settings |= {"TANDEM_EHR_URL": url, "TANDEM_EHR_SANDBOX": "true", "TANDEM_EHR_MODE": "write"}
        yield url


@pytest.fixture(params=[one for one in SERVERS if one != SQLITE])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The base URL of each server that is tried."""
    with server(request.param, tmp_path) as base:
        yield base
