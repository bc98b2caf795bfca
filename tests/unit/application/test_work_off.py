"""A job makes a pass; what it leaves is due again, what nobody asks for is not done, and plans fail alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from service.application.connect import keep_connection
from service.application.keep_plan import create_plan
from service.application.look_after import (
    CarePorts,
    beat,
    find_lost,
    gone,
    living,
    silent,
    wake_due,
    wake_overlooked,
)
from service.application.ports import PlanPorts
from service.application.sync_plan import SyncPlan
from service.application.sync_status import sync_status
from service.application.work_off import WorkPorts, work_off
from service.application.writing import resume_writing, stop_writing
from service.ports.ehr import Unavailable
from service.ports.jobs import Job, JobState
from service.ports.storage import Connection, ConnectionMode, Unknown
from service.sync.report import Done, PushReport
from tests.builders import PSYCHIATRIST, THERAPIST, a_plan
from tests.contract.storage.samples import a_row
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.jobs import JobQueue
from tests.fakes.storage import MemoryStorage
from tests.unit.application.test_pace import a_report

PLAN = a_plan(id="plan-1")
JOB = Job(id="job-1", connection_id="default", plan_id="plan-1")
STATE = JobState(connection_id="default", plan_id="plan-1")


@dataclass
class Desk:
    """A plan that waits for its pass, and what the pass will come to."""

    outcome: PushReport | Exception = field(default_factory=lambda: a_report(Done.CREATED))
    clock: StillClock = field(default_factory=StillClock)
    asked: list[SyncPlan] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.storage = MemoryStorage(queue=JobQueue(new_id=CountingIds("job").new, now=self.clock.now))
        with self.storage.begin() as work:
            for one in (PSYCHIATRIST, THERAPIST):
                work.people.put(one)
            work.commit()
        self.connect(ConnectionMode.WRITE)
        create_plan(PLAN, author="n.okafor", ports=self.plans)

    def connect(self, mode: ConnectionMode) -> None:
        wanted = Connection(
            id="default", base_url="http://ehr.test/fhir", identifier_system="urn:ours", mode=mode
        )
        keep_connection(wanted, storage=self.storage, clock=self.clock)

    @property
    def plans(self) -> PlanPorts:
        return PlanPorts(storage=self.storage, clock=self.clock)

    @property
    def care(self) -> CarePorts:
        return CarePorts(storage=self.storage, clock=self.clock)

    @property
    def state(self) -> JobState | None:
        with self.storage.begin(write=False) as work:
            return work.jobs.of_plan("default", "plan-1")

    def info(self, event: str, **fields: Any) -> None:
        self.events.append((event, fields))

    def sync(self, command: SyncPlan) -> PushReport:
        self.asked.append(command)
        self.meanwhile()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def work_off(self, job: Job = JOB) -> str:
        ports = WorkPorts(
            storage=self.storage,
            clock=self.clock,
            log=self,
            sync=self.sync,
            settle_time=timedelta(seconds=90),
        )
        return work_off(job, ports)

    def wake(self) -> None:
        with self.storage.begin() as work:
            work.jobs.wake("default", ["plan-1"])
            work.commit()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_pass_that_leaves_nothing_is_over(desk: Desk) -> None:
    assert sync_status("plan-1", ports=desk.plans).queued_since == desk.clock.now()
    assert desk.work_off() == "done"
    assert desk.asked == [SyncPlan(plan_id="plan-1")]
    assert desk.state is None


def test_what_waited_for_writing_goes_on_as_soon_as_it_is_resumed(desk: Desk) -> None:
    desk.outcome = a_report(Done.WAITING)
    stop_writing("the EHR is moved", by="cli:root", ports=desk.plans)
    assert desk.work_off() == "postponed"
    assert wake_due(desk.care) == 0
    resume_writing(by="cli:root", ports=desk.plans)
    assert wake_due(desk.care) == 1
    assert desk.state is not None
    assert desk.state.asked_at == desk.clock.now()


@pytest.mark.parametrize(
    ("mode", "left"), [(ConnectionMode.READ_ONLY, Done.WAITING), (ConnectionMode.SHADOW, Done.WOULD_UPDATE)]
)
def test_what_waited_for_an_open_connection_goes_on_as_soon_as_it_is_opened(
    desk: Desk, mode: ConnectionMode, left: Done
) -> None:
    desk.connect(mode)
    desk.outcome = a_report(left)
    assert desk.work_off() == "postponed"
    assert desk.state is not None
    assert desk.state.due_at == desk.clock.now() + timedelta(hours=6)
    desk.connect(mode)
    assert wake_due(desk.care) == 0
    desk.connect(ConnectionMode.WRITE)
    assert wake_due(desk.care) == 1


def test_a_job_that_runs_twice_makes_its_pass_once(desk: Desk) -> None:
    desk.work_off()
    assert desk.work_off() == "served"
    assert len(desk.asked) == 1


def test_who_asks_during_a_pass_gets_one_more(desk: Desk) -> None:
    desk.meanwhile = desk.wake
    desk.work_off()
    assert desk.state == JobState(connection_id="default", plan_id="plan-1", asked_at=desk.clock.now())
    assert desk.work_off(Job(id="job-2", connection_id="default", plan_id="plan-1")) == "done"
    assert len(desk.asked) == 2


def test_an_error_is_kept_as_a_code_and_tried_again(desk: Desk) -> None:
    desk.outcome = Unavailable("the server says: Maja is on 100 mg")
    assert desk.work_off() == "postponed"
    due_at = desk.clock.now() + timedelta(seconds=5)
    status = sync_status("plan-1", ports=desk.plans)
    assert (status.next_try, status.failures, status.failure) == (due_at, 1, "Unavailable")
    assert "Maja" not in str(desk.events)
    assert wake_due(desk.care) == 0
    desk.clock.forward(timedelta(seconds=5))
    assert wake_due(desk.care) == 1
    desk.outcome = a_report(Done.UNCHANGED)
    assert desk.work_off(Job(id="job-2", connection_id="default", plan_id="plan-1")) == "done"
    assert desk.state is None


def test_every_failure_in_a_row_makes_the_pause_longer(desk: Desk) -> None:
    desk.outcome = LookupError("a mistake of ours")
    pauses = []
    for number in range(1, 4):
        desk.work_off(Job(id=f"job-{number}", connection_id="default", plan_id="plan-1"))
        assert desk.state is not None
        assert desk.state.due_at is not None
        pauses.append(desk.state.due_at - desk.clock.now())
        desk.wake()
    assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]


def test_a_plan_that_is_not_there_is_not_tried_again(desk: Desk) -> None:
    desk.outcome = Unknown("plan", "plan-1")
    assert desk.work_off() == "done"
    assert desk.state is None


def test_a_write_of_unknown_outcome_is_looked_for_after_its_settle_time(desk: Desk) -> None:
    row = a_row(patient_id=PLAN.patient.id, recorded_at=desk.clock.now() - timedelta(seconds=30))
    with desk.storage.begin() as work:
        work.journal.write([row])
        work.commit()
    desk.outcome = a_report(Done.UNKNOWN_OUTCOME)
    desk.work_off()
    assert desk.state is not None
    assert desk.state.due_at == row.recorded_at + timedelta(seconds=91)


def test_a_plan_that_nobody_noted_is_found(desk: Desk) -> None:
    desk.work_off()
    assert wake_overlooked("default", desk.care, before=desk.clock.now()) == 1  # no pass is on record
    assert desk.state is not None
    assert wake_overlooked("default", desk.care, before=desk.clock.now()) == 0


def test_a_job_that_the_engine_does_not_know_is_due_again(desk: Desk) -> None:
    assert find_lost(desk.care, unknown=tuple) == 0, "it has not waited long"
    desk.clock.forward(timedelta(minutes=2))
    assert find_lost(desk.care, unknown=lambda _: ()) == 0
    assert find_lost(desk.care, unknown=tuple) == 1
    assert wake_due(desk.care) == 1
    assert desk.work_off(Job(id="job-2", connection_id="default", plan_id="plan-1")) == "done"


def test_a_worker_that_says_nothing_for_ten_seconds_is_silent(desk: Desk) -> None:
    beat("worker-1", desk.storage, desk.clock.now())
    desk.clock.forward(timedelta(seconds=9))
    beat("worker-2", desk.storage, desk.clock.now())
    assert silent(living(desk.storage), desk.clock.now()) == ()
    desk.clock.forward(timedelta(seconds=1))
    assert silent(living(desk.storage), desk.clock.now()) == ("worker-1",)
    gone(["worker-1"], desk.storage)
    assert [one.id for one in living(desk.storage)] == ["worker-2"]
