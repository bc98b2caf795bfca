"""The sync runs by itself: beside the API, and as a process of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from service.document import person_to_document, plan_to_document
from service.fhir.json import dumps
from tests.builders import PSYCHIATRIST, THERAPIST
from tests.e2e.forked import Started
from tests.e2e.shell import DIRECT, TANDEM, Shell, fetched
from tests.e2e.thousand import a_tiny_plan

SOON_SECONDS = 60
PEOPLE = [person_to_document(one) for one in (PSYCHIATRIST, THERAPIST)]


def until(done: Callable[[], Any]) -> Any:
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        if found := done():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def sent(method: str, url: str, document: Any, **headers: str) -> Any:
    headers = {"X-Tandem-Author": "e2e", "Content-Type": "application/json", **headers}
    request = Request(url, data=dumps(document).encode(), method=method, headers=headers)  # noqa: S310  loopback
    with DIRECT.open(request, timeout=30) as response:
        return json.load(response)


def workers_of(process: Started) -> list[int]:
    """Gives the children of a process that are workers."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(process.pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "service worker" in line]


def lives(process: int) -> bool:
    return os.path.exists(f"/proc/{process}") and "(defunct)" not in _described(process)


def _described(process: int) -> str:
    return subprocess.run(
        ["ps", "-o", "args=", str(process)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout


@contextmanager
def api(shell: Shell, port: int) -> Iterator[tuple[str, Started]]:
    url = f"http://127.0.0.1:{port}"
    with shell.running("serve", "--port", str(port), until=f"{url}/health/live") as process:
        yield url, process


@pytest.mark.usefixtures("chart")
def test_a_plan_that_is_kept_is_in_the_chart_soon_after_and_so_is_its_change(shell: Shell, port: int) -> None:
    plan = a_tiny_plan(1)
    with api(shell, port) as (url, _):
        for person in PEOPLE:
            sent("POST", f"{url}/people", person)
        sent("POST", f"{url}/plans", plan_to_document(plan))
        until(lambda: fetched(f"{url}/plans/{plan.id}/sync")["in_step"])
        media = {"Content-Type": "application/merge-patch+json", "If-Match": '"1"'}
        sent("PATCH", f"{url}/plans/{plan.id}", {"title": "Changed"}, **media)
        status = until(lambda: _in_step(f"{url}/plans/{plan.id}/sync", revision=2))
        assert status["last_revision"] == 2
        assert _titles(shell.settings["TANDEM_EHR_URL"]) == ["Changed"]
        assert fetched(f"{url}/health/ready") == {"status": "ready", "writing": "on"}


def _in_step(url: str, *, revision: int) -> Any:
    status = fetched(url)
    return status if status["in_step"] and status["revision"] == revision else None


@pytest.mark.usefixtures("chart")
def test_the_worker_of_the_api_comes_back_and_goes_with_it(shell: Shell, port: int) -> None:
    with api(shell, port) as (_, process):
        (first,) = until(lambda: workers_of(process))
        os.kill(first, signal.SIGKILL)
        (second,) = until(lambda: [one for one in workers_of(process) if one != first])
        process.send_signal(signal.SIGKILL)
        process.wait(SOON_SECONDS)
        until(lambda: not lives(second))


@pytest.mark.usefixtures("chart")
def test_the_api_can_be_without_one(shell: Shell, port: int) -> None:
    with shell.running(
        "serve", "--no-worker", "--port", str(port), until=f"http://127.0.0.1:{port}/health/live"
    ) as process:
        assert workers_of(process) == []


@pytest.mark.usefixtures("chart")
def test_a_worker_of_its_own_ends_well_when_it_is_told_to(shell: Shell) -> None:
    _keep_a_plan(shell)
    with (shell.folder / "worker.log").open("w+") as log:
        worker = subprocess.Popen(
            [*TANDEM, "worker"], cwd=shell.folder, env=shell.environment({}), stderr=log, text=True
        )
        try:
            until(lambda: "1 alive" in shell.tandem("health").out)
            until(lambda: "entry" in fetched(f"{shell.settings['TANDEM_EHR_URL']}/CarePlan"))
        finally:
            worker.terminate()
            ended = worker.wait(SOON_SECONDS)
        assert ended == 0
        log.seek(0)
        said = log.read()
    assert "0 alive" in shell.tandem("health").out
    assert "worker.started" in said
    assert "worker.ended" in said
    assert "complained" not in said


def test_there_is_no_work_without_an_ehr(shell: Shell) -> None:
    said = shell.tandem("worker")
    assert (said.code, "TANDEM_EHR_URL" in said.err) == (2, True)


@pytest.mark.usefixtures("chart")
def test_there_is_no_work_where_nothing_runs_by_itself(shell: Shell) -> None:
    said = shell.tandem("worker", TANDEM_WORKER="off")
    assert (said.code, "TANDEM_WORKER" in said.err) == (2, True)


def test_a_chart_that_is_only_read_is_followed_and_what_waits_leaves_when_it_is_opened(
    shell: Shell, chart: str, port: int
) -> None:
    plan = a_tiny_plan(1)
    _keep_a_plan(shell)
    assert shell.tandem("sync", plan.id).code == 0
    (held,) = fetched(f"{chart}/CarePlan")["entry"]
    shell.settings |= {"TANDEM_EHR_MODE": "read-only", "TANDEM_EHR_POLL_SECONDS": "2"}
    with api(shell, port) as (url, _):
        theirs = {**held["resource"], "title": "Theirs"}
        sent("PUT", f"{chart}/CarePlan/{theirs['id']}", theirs, **{"Content-Type": "application/fhir+json"})
        until(lambda: fetched(f"{url}/plans/{plan.id}")["title"] == "Theirs")
        media = {"Content-Type": "application/merge-patch+json", "If-Match": '"2"'}
        sent("PATCH", f"{url}/plans/{plan.id}", {"title": "Ours"}, **media)
        until(lambda: fetched(f"{url}/plans/{plan.id}/sync")["last_revision"] == 3)
        assert _titles(chart) == ["Theirs"]
    shell.settings["TANDEM_EHR_MODE"] = "write"
    with api(shell, port):
        until(lambda: _titles(chart) == ["Ours"])


def _titles(chart: str) -> list[str]:
    return [one["resource"]["title"] for one in fetched(f"{chart}/CarePlan")["entry"]]


def test_plans_that_wait_while_no_worker_lives_are_told(shell: Shell, port: int) -> None:
    shell.settings |= {
        "TANDEM_EHR_URL": "http://127.0.0.1:1/fhir",
        "TANDEM_EHR_SANDBOX": "true",
        "TANDEM_EHR_MODE": "write",
        "TANDEM_WORKER": "separate",
    }
    _keep_a_plan(shell)
    _wait_an_hour(shell)
    assert "1 plans wait for a pass, and no worker is alive" in shell.tandem("health").out
    with api(shell, port) as (url, _), pytest.raises(HTTPError) as refused:
        DIRECT.open(f"{url}/health/ready", timeout=30)
    assert refused.value.code == 503
    assert "no worker is alive" in refused.value.read().decode()


def _keep_a_plan(shell: Shell) -> None:
    file = shell.folder / "plan.json"
    file.write_text(dumps({"plan": plan_to_document(a_tiny_plan(1)), "people": PEOPLE}))
    assert shell.tandem("plan", "new", str(file)).code == 0


def _wait_an_hour(shell: Shell) -> None:
    """Lets what waits have waited for an hour."""
    with sqlite3.connect(shell.folder / "tandem.db") as held:
        held.execute("UPDATE jobs SET asked_at = '2026-01-01 00:00:00.000000'")
    held.close()
