"""One id for all that a request, or a run, does; and a name for each of its calls."""

import threading

from service.telemetry.correlation import Correlation


def test_a_run_has_one_id_and_its_calls_are_told_apart() -> None:
    run = Correlation("run")
    assert run.id == "run"
    assert [run.call_id(), run.call_id()] == ["run.1", "run.2"]


def test_within_a_request_its_id_is_taken_and_its_calls_count_anew() -> None:
    run = Correlation("run")
    run.call_id()
    with run.bind("request"):
        assert run.id == "request"
        assert [run.call_id(), run.call_id()] == ["request.1", "request.2"]
        with run.bind("inner"):
            assert run.call_id() == "inner.1"
        assert run.call_id() == "request.3"
    assert run.call_id() == "run.2"


def test_requests_of_several_threads_do_not_meet() -> None:
    run = Correlation("run")
    seen: list[str] = []

    def serve(name: str) -> None:
        with run.bind(name):
            seen.extend(run.call_id() for _ in range(3))

    threads = [threading.Thread(target=serve, args=(f"r{n}",)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(seen) == [f"r{n}.{call}" for n in range(4) for call in (1, 2, 3)]


def test_two_applications_do_not_meet() -> None:
    one, other = Correlation("one"), Correlation("other")
    with one.bind("request"):
        assert other.id == "other"
