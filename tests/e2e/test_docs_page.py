"""The API page in a real browser: it shows the operations, and asks nothing of any other host."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.shell import Shell

# Without --no-sandbox Debian's Chromium refuses to start as root.
OPTIONS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-proxy-server", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=20000", "--dump-dom"),
]


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        reason = "no chromium: apt-get install chromium"
        if os.environ.get("CI") or os.environ.get("TANDEM_REQUIRE_SERVERS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def served(shell: Shell, port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    with shell.running("serve", "--port", str(port), until=f"{url}/health/live"):
        yield url


def asked_for(log: Path, page: str) -> list[str]:
    """The URLs that a page asked for, from a log of Chromium's network; the browser asks for itself too."""
    held = json.loads(log.read_text(encoding="utf-8"))
    begins = held["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    begun = [one.get("params", {}) for one in held["events"] if one["type"] == begins]
    return [one["url"] for one in begun if one.get("initiator") == page]


def test_the_page_shows_the_operations_and_no_request_leaves_the_host(
    chromium: str, served: str, tmp_path: Path
) -> None:
    log = tmp_path / "network.json"
    # A folder of its own for what the browser keeps; every other name leads nowhere.
    own = [
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--log-net-log={log}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    ran = subprocess.run(
        [chromium, *OPTIONS, *own, f"{served}/docs#/plans/createPlan"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "operations-plans-createPlan" in ran.stdout
    assert "Integrated mental-health treatment plans" in ran.stdout
    assert "Idempotency-Key" in ran.stdout, "the operation of the link is unfolded"
    assert "violates" not in ran.stderr, "the page keeps to its own policy"
    asked = [urlsplit(url) for url in asked_for(log, served)]
    assert {one.path for one in asked} >= {"/docs/swagger-ui-bundle.js", "/docs/start.js", "/openapi.json"}
    loaded = {f"{one.scheme}://{one.netloc}" for one in asked if one.scheme not in {"data", "blob"}}
    assert loaded == {served}
