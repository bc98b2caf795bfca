"""The door of the monitoring, and what every request leaves there."""

from flask import Flask

from tests.unit.api.conftest import Api, Surroundings
from tests.unit.telemetry.watching import Watched


def watched() -> tuple[Api, Watched]:
    seen, around = Watched(), Surroundings()
    app: Flask = around.app(watch=seen.watch())
    return Api(app), seen


def test_the_metrics_are_told_as_text() -> None:
    api, _ = watched()
    response = api.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE tandem_requests_total counter" in response.text


def test_a_request_is_counted_by_its_operation_and_never_by_its_path() -> None:
    api, seen = watched()
    api.get("/plans/Sorensen")
    api.get("/Sorensen")
    assert seen.counted("tandem_requests_total", "GET", "readPlan", "404") == 1
    assert seen.counted("tandem_requests_total", "GET", "none", "404") == 1
    assert "Sorensen" not in api.get("/metrics").text


def test_a_request_is_a_span_below_that_of_its_caller() -> None:
    api, seen = watched()
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    api.get("/health/live", traceparent=caller, X_Request_Id="abc")
    span = seen.spans["request live"]
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert span.attributes["tandem.request_id"] == "abc"


def test_a_service_that_is_not_watched_has_nothing_to_tell(api) -> None:
    assert api.get("/metrics").text == ""
