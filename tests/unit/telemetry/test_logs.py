"""A log writes listed events to its own stream, each with the request that it happened for."""

import json
from io import StringIO

import pytest

from service.telemetry.events import SERVER_STARTED, UnlistedField, emit
from service.telemetry.logs import configure


def test_an_event_says_for_which_request_it_happened() -> None:
    stream = StringIO()
    emit(configure(as_json=True, stream=stream, request_id=lambda: "r1"), SERVER_STARTED, port=1)
    said = json.loads(stream.getvalue())
    assert {name: said[name] for name in ("event", "port", "request_id", "level")} == {
        "event": "server.started",
        "port": 1,
        "request_id": "r1",
        "level": "info",
    }


def test_an_id_that_the_event_has_itself_stays() -> None:
    stream = StringIO()
    configure(as_json=True, stream=stream, request_id=lambda: "run").info("x", request_id="own")
    assert json.loads(stream.getvalue())["request_id"] == "own"


def test_two_logs_do_not_meet() -> None:
    one, other = StringIO(), StringIO()
    log = configure(as_json=False, stream=one)
    configure(as_json=True, stream=other).info("there")
    log.info("here")
    assert "here" in one.getvalue()
    assert "there" not in one.getvalue()
    assert json.loads(other.getvalue())["event"] == "there"


def test_a_field_that_is_not_listed_is_refused() -> None:
    stream = StringIO()
    with pytest.raises(UnlistedField, match="name"):
        emit(configure(as_json=True, stream=stream), SERVER_STARTED, name="Maja")
    assert stream.getvalue() == ""
