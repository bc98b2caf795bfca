"""What is to be done is kept in the commit that asks for it, once for each plan that waits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.revision import Origin
from service.ports.backlog import PlannedPasses
from service.ports.jobs import Job, JobState
from service.ports.passes import LastPass
from service.ports.storage import Storage
from tests.builders import a_plan
from tests.contract.storage.samples import NOON, a_revision, a_row, later

FIRST = Job(id="job-1", connection_id="default", plan_id="plan-1")
SECOND = replace(FIRST, id="job-2")
STATE = JobState(connection_id="default", plan_id="plan-1")
PASSED = LastPass(connection_id="default", plan_id="plan-1", revision=1, standing="in-step", ended_at=NOON)


def wake(storage: Storage, *plan_ids: str) -> None:
    with storage.begin() as work:
        work.jobs.wake("default", plan_ids or ["plan-1"])
        work.commit()


def test_what_was_asked_for_waits_until_it_begins(storage: Storage) -> None:
    wake(storage)
    with storage.begin() as work:
        assert work.jobs.of_plan("default", "plan-1") == replace(STATE, asked_at=NOON)
        assert work.jobs.of_plan("other", "plan-1") is None
        assert work.jobs.begin(FIRST, later(1))
        assert work.jobs.of_plan("default", "plan-1") == replace(STATE, started_at=later(1))
        work.jobs.finish(FIRST)
        assert work.jobs.of_plan("default", "plan-1") is None


def test_what_is_not_committed_was_never_asked_for(storage: Storage) -> None:
    with storage.begin() as work:
        work.jobs.wake("default", ["plan-1"])
    with storage.begin() as work:
        assert work.jobs.of_plan("default", "plan-1") is None
        assert not work.jobs.begin(FIRST, NOON)


def test_a_plan_that_waits_is_asked_for_once(storage: Storage) -> None:
    for _ in range(3):
        wake(storage)
    with storage.begin() as work:
        assert not work.jobs.begin(SECOND, NOON)
        assert work.jobs.begin(FIRST, NOON)


def test_who_asks_while_a_pass_runs_gets_another_pass(storage: Storage) -> None:
    wake(storage)
    with storage.begin() as work:
        assert work.jobs.begin(FIRST, NOON)
        work.commit()
    wake(storage)
    with storage.begin() as work:
        work.jobs.finish(FIRST)
        assert work.jobs.of_plan("default", "plan-1") == replace(STATE, asked_at=NOON)
        assert work.jobs.begin(SECOND, later(1))


def test_a_job_that_begins_anew_after_a_crash_is_still_to_be_done(storage: Storage) -> None:
    wake(storage)
    with storage.begin() as work:
        assert work.jobs.begin(FIRST, NOON)
        assert work.jobs.begin(FIRST, later(1))
        work.jobs.finish(FIRST)
        assert not work.jobs.begin(FIRST, later(2))


def test_a_job_that_another_overtook_ends_nothing(storage: Storage) -> None:
    wake(storage)
    with storage.begin() as work:
        assert work.jobs.begin(FIRST, NOON)
        work.commit()
    wake(storage)
    with storage.begin() as work:
        assert work.jobs.begin(SECOND, later(1))
        work.jobs.finish(FIRST)
        work.jobs.postpone(FIRST, due_at=later(9), reason="Unavailable")
        assert work.jobs.of_plan("default", "plan-1") == replace(STATE, started_at=later(1))


def test_what_is_left_is_due_again_and_counted(storage: Storage) -> None:
    wake(storage)
    with storage.begin() as work:
        work.jobs.begin(FIRST, NOON)
        work.jobs.postpone(FIRST, due_at=later(5), reason="Unavailable")
        held = work.jobs.of_plan("default", "plan-1")
        assert held == replace(STATE, failures=1, due_at=later(5), reason="Unavailable")
        assert work.jobs.failures(FIRST) == 1
        assert work.jobs.due(later(4), limit=10) == ()
        assert work.jobs.due(later(5), limit=10) == (("default", "plan-1"),)
        work.commit()
    wake(storage)
    with storage.begin() as work:
        assert work.jobs.due(later(9), limit=10) == (), "it waits already"
        assert work.jobs.begin(SECOND, later(5))
        assert work.jobs.failures(SECOND) == 1, "failures are counted until one is done"
        work.jobs.finish(SECOND)
        assert work.jobs.failures(SECOND) == 0


def test_the_longest_due_comes_first(storage: Storage) -> None:
    wake(storage, "plan-1", "plan-2", "plan-3")
    with storage.begin() as work:
        for number, minutes in ((1, 3), (2, 1), (3, 2)):
            job = Job(id=f"job-{number}", connection_id="default", plan_id=f"plan-{number}")
            assert work.jobs.begin(job, NOON)
            work.jobs.postpone(job, due_at=later(minutes), reason="Unavailable")
        assert work.jobs.due(later(9), limit=2) == (("default", "plan-2"), ("default", "plan-3"))


def test_what_was_left_for_a_reason_is_due_as_soon_as_that_is_over(storage: Storage) -> None:
    wake(storage, "plan-1", "plan-2", "plan-3")
    with storage.begin() as work:
        for number, reason in ((1, "waiting"), (2, "Unavailable"), (3, "waiting")):
            job = Job(id=f"job-{number}", connection_id="default", plan_id=f"plan-{number}")
            assert work.jobs.begin(job, NOON)
            work.jobs.postpone(job, due_at=later(15), reason=reason)
        work.jobs.hasten("waiting", later(2))
        assert work.jobs.due(later(2), limit=10) == (("default", "plan-1"), ("default", "plan-3"))
        assert work.jobs.due(later(1), limit=10) == ()
        work.jobs.hasten("waiting", later(5))
        assert work.jobs.due(later(2), limit=10) != (), "what is due already does not become later"


def test_a_job_that_the_engine_lost_is_due_at_once(storage: Storage) -> None:
    wake(storage, "plan-1", "plan-2")
    other = Job(id="job-2", connection_id="default", plan_id="plan-2")
    with storage.begin() as work:
        assert work.jobs.begin(other, NOON)
        assert work.jobs.standing(NOON) == ()
        assert set(work.jobs.standing(later(1))) == {FIRST, other}
        work.jobs.lost([FIRST, other, replace(FIRST, id="job-9")], later(2))
        assert work.jobs.due(later(2), limit=10) == (("default", "plan-1"), ("default", "plan-2"))
        assert not work.jobs.begin(FIRST, later(2))


def test_what_is_to_be_done_is_counted(storage: Storage) -> None:
    wake(storage, "plan-1", "plan-2", "plan-3")
    with storage.begin() as work:
        for number in (2, 3):
            work.jobs.begin(Job(id=f"job-{number}", connection_id="default", plan_id=f"plan-{number}"), NOON)
        third = Job(id="job-3", connection_id="default", plan_id="plan-3")
        work.jobs.postpone(third, due_at=later(1), reason="Unavailable")
        counted = PlannedPasses(connection_id="default", queued=1, running=1, paused=1, oldest=NOON)
        assert work.backlog.planned_passes() == (counted,)


def overlooked(storage: Storage, minutes: int = 10) -> tuple[str, ...]:
    with storage.begin() as work:
        return work.jobs.overlooked("default", before=later(minutes), limit=10)


def keep(storage: Storage, **changes: object) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision(a_plan(id="plan-1"), **changes))
        work.commit()


def passed(storage: Storage, **changes: object) -> None:
    with storage.begin() as work:
        work.passes.put(replace(PASSED, **changes))
        work.commit()


def test_a_plan_that_no_pass_has_seen_is_overlooked(storage: Storage) -> None:
    keep(storage)
    assert overlooked(storage) == ("plan-1",)
    wake(storage)
    assert overlooked(storage) == ()


def test_an_import_that_nobody_has_touched_asks_for_nothing(storage: Storage) -> None:
    keep(storage, origin=Origin.EHR)
    assert overlooked(storage) == ()
    with storage.begin() as work:
        work.plans.append(a_revision(a_plan(id="plan-1", title="Changed"), number=2), expected=1)
        work.commit()
    assert overlooked(storage) == ("plan-1",)


def test_a_plan_that_is_in_step_is_not_overlooked(storage: Storage) -> None:
    keep(storage)
    passed(storage)
    assert overlooked(storage) == ()
    with storage.begin() as work:
        work.plans.append(a_revision(a_plan(id="plan-1", title="Changed"), number=2), expected=1)
        work.commit()
    assert overlooked(storage) == ("plan-1",)


@pytest.mark.parametrize("standing", ["partly", "parked", "shadow"])
def test_a_pass_that_left_something_is_overlooked_after_a_while(storage: Storage, standing: str) -> None:
    keep(storage)
    passed(storage, standing=standing)
    assert overlooked(storage, 0) == ()
    assert overlooked(storage, 1) == ("plan-1",)


def test_a_write_that_stays_open_is_overlooked_after_a_while(storage: Storage) -> None:
    keep(storage)
    passed(storage)
    with storage.begin() as work:
        work.journal.write([a_row()])
        work.commit()
    assert overlooked(storage, 0) == ()
    assert overlooked(storage, 1) == ("plan-1",)
    with storage.begin() as work:
        work.journal.settle(["row-1"], "done", later(1))
        work.commit()
    assert overlooked(storage, 1) == ()


def test_a_plan_that_the_chart_said_something_about_is_overlooked(storage: Storage) -> None:
    keep(storage)
    passed(storage)
    with storage.begin() as work:
        work.due.wake("default", ["plan-1"], NOON)
        work.commit()
    assert overlooked(storage) == ("plan-1",)


def test_workers_live_until_they_are_gone(storage: Storage) -> None:
    with storage.begin() as work:
        work.workers.beat("worker-2", NOON)
        work.workers.beat("worker-1", later(1))
        work.workers.beat("worker-2", later(2))
        seen = [(one.id, one.started_at, one.seen_at) for one in work.workers.all()]
        assert seen == [("worker-1", later(1), later(1)), ("worker-2", NOON, later(2))]
        work.workers.gone("worker-2")
        work.workers.gone("worker-9")
        assert [one.id for one in work.workers.all()] == ["worker-1"]


def take(storage: Storage, holder: str, *, minutes: int = 0) -> bool:
    now = later(minutes)
    with storage.begin() as work:
        taken = work.duties.take("poll", holder, now=now, silent_since=now - timedelta(seconds=10))
        work.commit()
    return taken


def test_a_duty_is_one_workers_until_it_is_done(storage: Storage) -> None:
    with storage.begin() as work:
        work.workers.beat("worker-1", NOON)
        work.commit()
    assert take(storage, "worker-1")
    assert not take(storage, "worker-2")
    assert take(storage, "worker-1"), "what it did not finish is its own"
    with storage.begin() as work:
        work.duties.done("poll", "worker-2", due_at=NOON)
        work.duties.done("poll", "worker-1", due_at=later(5))
        work.commit()
    assert not take(storage, "worker-2", minutes=4)
    assert take(storage, "worker-2", minutes=5)


def test_the_duty_of_a_worker_that_fell_silent_is_free(storage: Storage) -> None:
    with storage.begin() as work:
        work.workers.beat("worker-1", NOON)
        work.commit()
    assert take(storage, "worker-1")
    assert take(storage, "worker-2", minutes=1)
    assert take(storage, "worker-1", minutes=2), "of a worker that never beat too"
