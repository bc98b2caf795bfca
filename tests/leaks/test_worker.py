"""A worker at work lets nothing out, whatever the EHR says of a record; its engine holds ids alone."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from service.application.sync_status import SyncStatus, sync_status
from tests.leaks.database import leaks_of_database
from tests.leaks.house import House, Spoiling, honest, opened
from tests.leaks.marks import marked_record
from tests.leaks.test_push import garbling, refusing

SOON_SECONDS = 60


@contextmanager
def at_work(house: House) -> Iterator[None]:
    over = Event()
    thread = Thread(target=house.tandem.workshop.work, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(SOON_SECONDS)


def done(house: House, plan_id: str) -> SyncStatus:
    """Waits until the worker has made a pass, or put one off."""
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        status = sync_status(plan_id, ports=house.tandem.plans)
        if status.in_step or status.next_try is not None:
            return status
        time.sleep(0.05)
    raise AssertionError("the worker did nothing")


@pytest.mark.parametrize(
    "spoil",
    [honest, garbling, refusing(422, "POST", "PUT"), refusing(503, "GET")],
    ids=["honest", "garbled", "refusing", "away"],
)
def test_a_worker_at_work_lets_nothing_out(
    tmp_path: Path, spoil: Spoiling, without_waiting: Callable[[House], None]
) -> None:
    record = marked_record()
    with opened(tmp_path) as house:
        without_waiting(house)
        house.spoil = spoil
        with at_work(house):
            house.keep(record.people, record.plan)
            done(house, record.plan["id"])
        assert house.leaks() | leaks_of_database(house.folder) == {}
