"""The door: what lies outside FHIR, what crashes, and where it listens."""

from typing import Any

import pytest
import requests
from werkzeug.serving import BaseWSGIServer

from service.sandbox.app import create_app, door
from service.sandbox.serving import NotLoopback, running, serve
from service.sandbox.store import MemoryStore
from service.sandbox.wire import Answer, Incoming
from tests.ehr_servers import numbered_ids, wall_clock


def app() -> Any:
    return create_app(MemoryStore(), wall_clock, numbered_ids())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/elsewhere", 404),
        ("OPTIONS", "/fhir/Patient", 405),
        ("GET", "/fhir/", 400),
    ],
)
def test_every_error_is_an_operation_outcome(method: str, path: str, status: int) -> None:
    answer = app().test_client().open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/fhir+json"
    assert answer.get_json()["resourceType"] == "OperationOutcome"


def test_a_crash_says_nothing_of_what_was_sent() -> None:
    def crash(incoming: Incoming) -> Answer:
        raise RuntimeError(f"cannot take {incoming.body!r}")

    answer = door(crash).test_client().post("/fhir/Patient", data="Ada Example")
    assert answer.status_code == 500
    assert answer.get_json()["issue"][0]["code"] == "exception"
    assert "Ada" not in answer.text
    assert "Traceback" not in answer.text


def test_a_double_slash_is_no_redirect_that_would_turn_a_write_into_a_read() -> None:
    assert app().test_client().post("/fhir//Patient").status_code == 404


def test_a_running_app_answers_on_loopback_until_its_block_ends() -> None:
    with running(app()) as url:
        assert url.startswith("http://127.0.0.1:")
        assert requests.get(f"{url}/metadata", timeout=10).json()["implementation"]["url"] == url
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/metadata", timeout=10)


def test_an_address_that_others_can_reach_is_refused() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "example.org"):  # noqa: S104 (it is refused)
        with pytest.raises(NotLoopback):
            serve(app(), host, 0)


def test_serving_goes_on_until_it_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    served = []
    monkeypatch.setattr(BaseWSGIServer, "serve_forever", lambda server: served.append(server.server_port))
    serve(app(), "localhost", 0)
    assert served[0] > 0
