"""The durable engine keeps a job in the commit that asks for it, knows ids alone, and gives up nothing."""

import json
import time

from service.ports.jobs import Job
from service.storage.schema import engine_revision
from service.storage.tables import metadata
from service.worker import ENGINE_SCHEMA, prepare_engine
from tests.contract.worker.conftest import SOON_SECONDS, Bench, later


def test_its_schema_is_the_one_that_this_version_works_with(bench: Bench) -> None:
    assert engine_revision(bench.url) == ENGINE_SCHEMA[bench.sql.dialect.name]
    prepare_engine(bench.url)
    assert engine_revision(bench.url) == ENGINE_SCHEMA[bench.sql.dialect.name]


def test_none_of_its_tables_has_a_name_of_ours(bench: Bench) -> None:
    kind = "sqlite_master" if bench.sql.dialect.name == "sqlite" else None
    if kind is not None:  # on PostgreSQL they have a schema of their own
        with bench.sql.begin() as connection:
            names = [
                row[0]
                for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
            ]
        assert len(names) == len(set(names))
        assert {"workflow_status", "queues"} <= set(names) - set(metadata.tables)


def test_a_commit_leaves_one_job(bench: Bench) -> None:
    bench.wake("plan-1")
    bench.wake("plan-1")
    found = bench.rows("workflow_uuid, status, application_version, application_name")
    assert found == [("job-1", "ENQUEUED", "1", "tandem")]


def test_what_is_not_committed_leaves_no_job(bench: Bench) -> None:
    with bench.storage.begin() as work:
        work.jobs.wake("default", ["plan-1"])
    assert bench.rows("workflow_uuid") == []
    bench.wake("plan-1")
    assert bench.rows("status") == [("ENQUEUED",)]


def test_it_keeps_ids_as_json_and_nothing_else(bench: Bench) -> None:
    bench.wake("plan-1")
    ((inputs,),) = bench.rows("inputs", "workflow_input")
    assert json.loads(inputs) == {"args": ["default", "plan-1"], "kwargs": {}}


def test_it_carries_out_what_was_asked_for_before_it_was_launched_and_after(bench: Bench) -> None:
    bench.wake("plan-1")
    bench.launch()
    bench.wait()
    bench.wake("plan-2")
    bench.wait()
    assert [one.plan_id for one in bench.done] == ["plan-1", "plan-2"]
    assert bench.done[0] == Job(id="job-1", connection_id="default", plan_id="plan-1")


def ended(bench: Bench, number: int) -> list[tuple[str, str]]:
    """Waits until so many jobs have ended, and gives how."""
    end = time.monotonic() + SOON_SECONDS
    while time.monotonic() < end:
        found = bench.rows("workflow_uuid, status", rest="WHERE status IN ('SUCCESS', 'ERROR')")
        if len(found) >= number:
            return [(str(job), str(status)) for job, status in found]
        time.sleep(0.05)
    raise AssertionError("no job ended")


def test_the_words_of_an_error_are_not_kept(bench: Bench) -> None:
    bench.answer = RuntimeError("the server says: Maja is on 100 mg")
    bench.wake("plan-1")
    bench.launch()
    assert ended(bench, 1) == [("job-1", "SUCCESS")]
    ((output, error),) = bench.rows("output, error", "workflow_output")
    assert (json.loads(output), error) == ("RuntimeError", None)


def test_the_jobs_of_a_worker_that_is_gone_are_carried_out_by_another(bench: Bench) -> None:
    bench.wake("plan-1")
    bench.leave_to("worker-0")
    bench.launch()
    assert bench.engine.holders() == {"worker-0"}
    assert bench.engine.take_over(["worker-0"]) == 1
    bench.wait()
    assert bench.engine.take_over(["worker-0"]) == 0
    assert [one.id for one in bench.done] == ["job-1"]


def test_it_tells_which_jobs_it_does_not_know(bench: Bench) -> None:
    bench.wake("plan-1")
    bench.leave_to("worker-0")
    bench.launch()
    held, stranger = (Job(id=one, connection_id="default", plan_id="plan-1") for one in ("job-1", "job-9"))
    assert bench.engine.unknown([held, stranger]) == (stranger,)
    assert bench.engine.unknown([]) == ()


def test_jobs_that_are_over_are_forgotten(bench: Bench) -> None:
    bench.wake("plan-1", "plan-2")
    bench.launch()
    ended(bench, 2)
    assert bench.engine.forget(later(-1)) == 0
    assert bench.engine.forget(later(1)) == 2
    assert bench.rows("workflow_uuid") == []
