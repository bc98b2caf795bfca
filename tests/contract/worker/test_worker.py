"""A worker says that it lives, carries out jobs, does its duties alone, and takes over from the dead."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from service.application.look_after import beat, living
from service.bootstrap.surroundings import SystemClock
from service.worker import Duty, Worker, WorkerPorts
from tests.contract.worker.conftest import SOON_SECONDS, Bench

CLOCK = SystemClock()


@dataclass
class Events:
    """What was logged."""

    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def info(self, event: str, **fields: Any) -> None:
        self.said.append((event, fields))

    def names(self) -> list[str]:
        return [name for name, _ in self.said]


@contextmanager
def at_work(bench: Bench, log: Events, *duties: Duty) -> Iterator[None]:
    ports = WorkerPorts(
        id="worker-1",
        url=bench.url,
        storage=bench.storage,
        clock=CLOCK,
        log=log,
        at_once=2,
        carry_out=bench.carry_out,
        duties=duties,
    )
    over = Event()
    thread = Thread(target=Worker(ports).run, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(SOON_SECONDS)


def test_a_worker_lives_while_it_works_and_is_gone_after(bench: Bench) -> None:
    log = Events()
    bench.wake("plan-1")
    with at_work(bench, log):
        bench.wait()
        assert [one.id for one in living(bench.storage)] == ["worker-1"]
    assert living(bench.storage) == ()
    assert [name for name in log.names() if name.startswith(("worker", "job."))] == [
        "worker.started",
        "job.begun",
        "job.ended",
        "worker.ended",
    ]


def test_what_a_silent_worker_began_is_carried_out(bench: Bench) -> None:
    log = Events()
    beat("worker-0", bench.storage, CLOCK.now() - timedelta(seconds=11))
    bench.wake("plan-1")
    bench.leave_to("worker-0")
    with at_work(bench, log):
        bench.wait()
        assert [one.id for one in living(bench.storage)] == ["worker-1"]
    assert ("jobs.taken_over", {"worker_id": "worker-1", "silent": "worker-0", "jobs": 1}) in log.said


def test_what_somebody_began_of_whom_nobody_has_heard_is_carried_out(bench: Bench) -> None:
    bench.wake("plan-1")
    bench.leave_to("a worker before the restore")
    with at_work(bench, Events()):
        bench.wait()


def test_a_duty_that_fails_is_tried_again_and_told(bench: Bench) -> None:
    log, tries, done = Events(), [], Event()

    def act() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise LookupError("the server says: Maja")
        done.set()
        return 3

    with at_work(bench, log, Duty(name="poll", seconds=1, act=act)):
        assert done.wait(SOON_SECONDS)
    assert ("duty.failed", {"worker_id": "worker-1", "duty": "poll", "error": "LookupError"}) in log.said
    assert ("duty.done", {"worker_id": "worker-1", "duty": "poll", "found": 3}) in log.said
    assert "Maja" not in str(log.said)


def test_a_duty_that_another_worker_holds_is_left_to_it(bench: Bench) -> None:
    beat("worker-2", bench.storage, CLOCK.now() + timedelta(hours=1))
    with bench.storage.begin() as work:
        now = CLOCK.now()
        assert work.duties.take("poll", "worker-2", now=now, silent_since=now)
        work.commit()
    acted, other = Event(), Event()
    duties = (
        Duty(name="poll", seconds=1, act=lambda: acted.set() or 0),
        Duty(name="sweep", seconds=2, act=lambda: other.set() or 0),
    )
    with at_work(bench, Events(), *duties):
        assert other.wait(SOON_SECONDS)
        assert not acted.is_set()
