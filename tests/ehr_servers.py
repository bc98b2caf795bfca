"""The FHIR servers that a suite can be aimed at: sandboxes, and a real one.

The sandbox runs in memory, on disk, and with its control door open and no fault armed.

The real one is named by EHR_UNDER_TEST (`tests/hapi/start` prints the value). Without it those tests are
skipped, except where CI or TANDEM_REQUIRE_SERVERS says that a skip is a failure.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from service.sandbox.app import create_app, door
from service.sandbox.control import open_control
from service.sandbox.faults.server import FaultyServer
from service.sandbox.hooks import Hooks
from service.sandbox.server import FhirServer
from service.sandbox.serving import running
from service.sandbox.shape import Shape
from service.sandbox.sqlite import SqliteStore
from service.sandbox.store import MemoryStore, Store

MEMORY = "sandbox-memory"
FAULTLESS = "sandbox-faultless"
SQLITE = "sandbox-sqlite"
REAL = "real"
_NAMED = bool(os.environ.get("EHR_UNDER_TEST"))
_REQUIRED = bool(os.environ.get("CI") or os.environ.get("TANDEM_REQUIRE_SERVERS"))
# Where no real server is named, one test of the contract says so instead of every test of every suite.
SERVERS = (
    MEMORY,
    FAULTLESS,
    SQLITE,
    *([pytest.param(REAL, marks=pytest.mark.ehr)] if _NAMED or _REQUIRED else []),
)


def wall_clock() -> datetime:
    """Tells the time."""
    return datetime.fromtimestamp(time.time(), UTC)


def numbered_ids() -> Callable[[], str]:
    """Gives ids `r1`, `r2`, … that no client may mistake for its own."""
    numbers = count(1)
    return lambda: f"r{next(numbers)}"


def real_server() -> str:
    """Gives the base URL of the real server; without one, skips the test or fails where it is required."""
    url = os.environ.get("EHR_UNDER_TEST", "").rstrip("/")
    if url:
        return url
    missing = "EHR_UNDER_TEST names no FHIR server (tests/hapi/start starts one)"
    if _REQUIRED:
        pytest.fail(f"{missing}, and here it is required")
    pytest.skip(missing)


@contextmanager
def sandbox(store: Store | None = None, shape: Shape | None = None) -> Iterator[str]:
    """Runs a sandbox of this shape and gives its base URL."""
    app = create_app(store or MemoryStore(), wall_clock, numbered_ids(), shape=shape, notify=Hooks().send)
    with running(app) as url:
        yield url


@contextmanager
def server(name: str, folder: Path) -> Iterator[str]:
    """Gives the base URL of one of SERVERS; the folder is for the sandbox's file."""
    match name:
        case "real":
            yield real_server()
        case "sandbox-faultless":
            ehr = FaultyServer(FhirServer(MemoryStore(), wall_clock, numbered_ids(), notify=Hooks().send))
            app = door(ehr.answer)
            open_control(app, ehr)
            with running(app) as url:
                yield url
        case "sandbox-sqlite":
            store = SqliteStore(folder / "chart.db")
            with sandbox(store) as url:
                yield url
            store.close()
        case _:
            with sandbox() as url:
                yield url


@pytest.fixture(scope="session", params=SERVERS)
def ehr(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Gives the base URL of each server in turn; import it into a conftest to use it."""
    with server(request.param, tmp_path_factory.mktemp("ehr")) as url:
        yield url
