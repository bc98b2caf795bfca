"""What is watched becomes numbers, events and spans that agree with each other."""

import pytest

from service.ports.ehr import Throttled
from service.telemetry.spans import SPANS, UnlistedAttribute, check
from service.telemetry.traces import Untraced
from service.telemetry.watch import Request, Unwatched
from tests.unit.telemetry.watching import Watched

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def a_request(**more: str | None) -> Request:
    return Request(request_id="r1", operation="listPlans", method="GET", **more)


def test_a_request_is_counted_timed_and_traced_below_its_caller() -> None:
    seen = Watched()
    with seen.watch().request(a_request(traceparent=CALLER)) as request:
        request.status = 200
    assert seen.counted("tandem_requests_total", "GET", "listPlans", "200") == 1
    assert seen.counted("tandem_request_seconds_sum", "GET", "listPlans") == 2
    span = seen.spans["request listPlans"]
    assert f"{span.context.trace_id:032x}" in CALLER
    assert span.attributes == {
        "tandem.request_id": "r1",
        "tandem.operation": "listPlans",
        "http.request.method": "GET",
        "http.response.status_code": 200,
    }
    assert span.status.is_ok or span.status.is_unset


@pytest.mark.parametrize("header", ["", "Maja", "00-zz", CALLER + "\nX: y"])
def test_a_traceparent_that_is_none_is_left_alone(header: str) -> None:
    seen = Watched()
    with seen.watch().request(a_request(traceparent=header)) as request:
        request.status = 200
    assert seen.spans["request listPlans"].parent is None


def test_a_request_that_failed_or_got_no_answer_is_a_failed_span() -> None:
    seen = Watched()
    with seen.watch().request(a_request()) as request:
        request.status = 503
    assert not seen.spans["request listPlans"].status.is_ok
    seen.exporter.clear()
    with pytest.raises(LookupError), seen.watch().request(a_request()):
        raise LookupError("Maja")
    assert seen.counted("tandem_requests_total", "GET", "listPlans", "none") == 1
    span = seen.spans["request listPlans"]
    assert "Maja" not in span.to_json()
    assert span.events == ()


def test_a_method_that_nobody_knows_is_counted_as_another() -> None:
    seen = Watched()
    with seen.watch().request(Request(request_id="r", operation="none", method="MAJA")) as request:
        request.status = 405
    assert seen.counted("tandem_requests_total", "other", "none", "405") == 1
    assert seen.spans["request none"].attributes["http.request.method"] == "other"


def test_a_push_is_counted_by_its_outcome_and_its_items() -> None:
    seen = Watched()
    with seen.watch().push("plan-1", "default") as push:
        push.outcome, push.revision, push.writes, push.counts = "partly", 3, 2, {"created": 2, "conflict": 1}
    assert seen.counted("tandem_pushes_total", "default", "partly") == 1
    assert seen.counted("tandem_push_items_total", "default", "created") == 2
    assert seen.counted("tandem_push_seconds_sum", "default") == 2
    assert seen.spans["push"].attributes == {
        "tandem.request_id": "r1",
        "tandem.plan_id": "plan-1",
        "tandem.connection_id": "default",
        "tandem.outcome": "partly",
        "tandem.writes": 2,
        "tandem.revision": 3,
    }


def test_a_push_that_was_not_made_is_refused_unless_it_is_said_to_have_failed() -> None:
    seen = Watched()
    with pytest.raises(LookupError), seen.watch().push("plan-1", "default"):
        raise LookupError
    assert seen.counted("tandem_pushes_total", "default", "refused") == 1
    assert not seen.spans["push"].status.is_ok


def test_a_call_is_counted_logged_and_traced_with_its_answer() -> None:
    seen = Watched()
    with seen.watch().calls("default").call("read", "r1.1") as call:
        assert call.headers["traceparent"].startswith("00-")
        call.again()
        call.answered(200)
    assert seen.counted("tandem_ehr_calls_total", "default", "read", "200") == 1
    assert seen.counted("tandem_ehr_retries_total", "default", "read") == 1
    said = {
        "call_id": "r1.1",
        "connection_id": "default",
        "interaction": "read",
        "status": 200,
        "attempt": 2,
        "error": "none",
    }
    assert seen.events == [("ehr.called", {**said, "milliseconds": 2000})]
    assert seen.spans["ehr call read"].attributes["tandem.call_id"] == "r1.1"
    assert f"{seen.spans['ehr call read'].context.span_id:016x}" in call.headers["traceparent"]


def test_a_call_that_failed_says_how_it_was_sorted_and_nothing_else() -> None:
    seen = Watched()
    with pytest.raises(Throttled), seen.watch().calls("default").call("create", "r1.2", attempt=3):
        raise Throttled("Maja")
    assert seen.counted("tandem_ehr_calls_total", "default", "create", "none") == 1
    assert seen.counted("tandem_ehr_retries_total", "default", "create") == 1
    ((_, said),) = seen.events
    assert (said["error"], said["attempt"], said["status"]) == ("Throttled", 3, 0)
    assert "Maja" not in seen.spans["ehr call create"].to_json() + repr(seen.events)


def test_a_person_at_a_terminal_sees_no_line_for_each_call() -> None:
    seen = Watched()
    with seen.watch(logs_calls=lambda: False).calls("default").call("read", "r1.1") as call:
        call.answered(200)
    assert seen.events == []
    assert seen.counted("tandem_ehr_calls_total", "default", "read", "200") == 1


def test_calls_of_a_push_of_a_request_are_one_trace() -> None:
    seen = Watched()
    watch = seen.watch()
    with watch.request(a_request()) as request:
        with watch.push("plan-1", "default") as push, watch.calls("default").call("read", "r1.1"):
            push.outcome = "in-step"
        request.status = 200
    request_span, push_span, call_span = (
        seen.spans[name] for name in ("request listPlans", "push", "ehr call read")
    )
    assert push_span.parent.span_id == request_span.context.span_id
    assert call_span.parent.span_id == push_span.context.span_id


def test_without_traces_nothing_is_sent_and_everything_else_is_seen() -> None:
    seen = Watched()
    with seen.watch(traced=False).calls("default").call("read", "r1.1") as call:
        call.answered(200)
        assert call.headers == {}
    assert seen.counted("tandem_ehr_calls_total", "default", "read", "200") == 1
    assert seen.spans == {}


def test_whoever_is_not_watched_works_the_same() -> None:
    nobody = Unwatched()
    with nobody.request(a_request()) as request, nobody.call("read", "1") as call:
        request.status = 200
        call.again()
        call.answered(200)
    assert nobody.exposition()[0] == ""
    with Untraced().span(SPANS[0], called="x") as span:
        span.note(anything="goes nowhere")
        span.fail()
        assert span.traceparent is None


@pytest.mark.parametrize("span", SPANS, ids=lambda one: one.name)
def test_an_attribute_that_is_not_listed_is_refused(span) -> None:
    check(span, dict.fromkeys(span.attributes, "x"))
    with pytest.raises(UnlistedAttribute, match="family_name"):
        check(span, {"family_name": "Sørensen"})
