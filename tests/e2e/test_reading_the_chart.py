"""An edit in the EHR reaches the plan by a poll, and sooner by a notification, on a real FHIR server too."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.application.subscribe import end_subscriptions, list_subscriptions, subscribe
from service.application.sync_plan import SyncPlan
from service.bootstrap import Tandem
from service.sandbox.serving import running
from tests.e2e.test_two_writers import Writers, writers_in_step

PATIENCE = 60


@pytest.fixture
def writers(url: str, tmp_path: Path) -> Writers:
    made = writers_in_step(url, tmp_path)
    made.tandem.reading.poll()
    return made


def sync_changed(tandem: Tandem) -> int:
    """Do as `tandem sync --changed` does, and tell how many plans were due."""
    tandem.reading.poll()
    due = tandem.reading.due()
    for plan_id in due:
        tandem.push(SyncPlan(plan_id=plan_id))
    return len(due)


def until(holds: Callable[[], bool]) -> None:
    """Waits for what the server does in its own time."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)


def test_an_edit_of_the_chart_reaches_the_plan_with_the_next_poll(writers: Writers) -> None:
    assert sync_changed(writers.tandem) == 0
    writers.edit_there("title", 1)
    writers.edit_there("words of a goal", 2)
    assert sync_changed(writers.tandem) == 1
    assert writers.head().title == "there 1"
    assert writers.head().goals[0].description == "there 2"
    assert sync_changed(writers.tandem) == 0
    writers.edit_here("title", 3)
    assert sync_changed(writers.tandem) == 1
    assert sync_changed(writers.tandem) == 0


def test_an_edit_of_the_chart_is_told_and_leads_to_a_look(writers: Writers) -> None:
    tandem = writers.tandem
    with running(tandem.application()) as served:  # type: ignore[arg-type]  it is a Flask application
        endpoint = served.removesuffix("/fhir")
        try:
            found = subscribe(endpoint, ports=tandem.reading.subscriptions)
            assert {one.status for one in found} == {"active"}
            assert subscribe(endpoint, ports=tandem.reading.subscriptions) == found
            writers.edit_there("title", 1)
            until(lambda: is_told(tandem))
        finally:
            end_subscriptions(ports=tandem.reading.subscriptions)
        assert list_subscriptions(ports=tandem.reading.subscriptions) == ()
    assert sync_changed(tandem) == 1
    assert writers.head().title == "there 1"


def is_told(tandem: Tandem) -> bool:
    with tandem.storage.begin(write=False) as work:
        return work.due.poll_asked("default") is not None or work.due.plans("default") != ()
