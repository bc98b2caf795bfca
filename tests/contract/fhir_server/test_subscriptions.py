"""Subscriptions with a rest-hook (rows 24 and 25), on a server that has them enabled."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from service.fhir.json import loads
from tests.contract.fhir_server.client import Client, goal, named, unique, words

PATIENCE = 30


class Endpoint(ThreadingHTTPServer):
    """A subscriber on this machine, and what it was told: method, path, headers, body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Telling)
        self.told: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def of(self, path: str) -> list[tuple[str, str, dict[str, str], bytes]]:
        return [one for one in self.told if one[1].startswith(path)]


class Telling(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        assert isinstance(self.server, Endpoint)
        self.server.told.append((self.command, self.path, dict(self.headers), body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_DELETE = do_POST  # noqa: N815  http.server's names

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def subscription(criteria: str, **channel: Any) -> dict[str, Any]:
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "contract",
        "criteria": criteria,
        "channel": {"type": "rest-hook", **channel},
    }


def until(holds: Callable[[], bool]) -> None:
    """Waits for what the server does in its own time."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def subscribed(chart: Client, endpoint: Endpoint) -> Iterator[Callable[..., str]]:
    """Subscribes, waits until that is active, and gives the path at the endpoint; ends it afterwards."""
    made = []

    def subscribe(criteria: str, **channel: Any) -> str:
        path = f"/{unique()}"
        held = chart.made(subscription(criteria, endpoint=endpoint.url + path, **channel))
        assert (held["status"], held["meta"]["versionId"]) == ("requested", "1")
        made.append(named(held))
        until(lambda: chart.get(f"/{named(held)}").json()["status"] == "active")
        return path

    yield subscribe
    for one in made:
        chart.delete(f"/{one}")


def test_a_subscription_becomes_active_as_its_next_version(chart: Client, endpoint: Endpoint) -> None:
    held = chart.made(subscription("Goal?lifecycle-status=proposed", endpoint=endpoint.url))
    until(lambda: chart.get(f"/{named(held)}").json()["status"] == "active")
    assert chart.get(f"/{named(held)}").json()["meta"]["versionId"] == "2"
    chart.delete(f"/{named(held)}")


def test_what_matches_is_put_to_the_subscriber_and_what_does_not_is_not(
    chart: Client, ada: str, endpoint: Endpoint, subscribed: Callable[..., str]
) -> None:
    header = ["X-Contract: abc"]
    path = subscribed(f"Goal?patient={ada}", payload="application/fhir+json", header=header)
    other = chart.made({"resourceType": "Patient"})
    chart.made(goal(named(other)))
    mine = chart.made(goal(ada))
    until(lambda: bool(endpoint.of(path)))
    ((method, asked, headers, body),) = endpoint.of(path)
    assert (method, asked) == ("PUT", f"{path}/{named(mine)}")
    assert headers["X-Contract"] == "abc"
    assert headers["Content-Type"].startswith("application/fhir+json")
    assert loads(body)["id"] == mine["id"]


def test_without_a_payload_only_a_hint_comes_and_none_of_a_deletion(
    chart: Client, ada: str, endpoint: Endpoint, subscribed: Callable[..., str]
) -> None:
    path = subscribed(f"Goal?patient={ada}")
    made = chart.made(goal(ada))
    until(lambda: len(endpoint.of(path)) == 1)
    chart.delete(f"/{named(made)}")
    chart.made(goal(ada))
    until(lambda: len(endpoint.of(path)) == 2)
    assert {(method, asked, body) for method, asked, _, body in endpoint.of(path)} == {("POST", path, b"")}


REFUSED = {
    "HAPI-0013": subscription("Nonsense?x=1", endpoint="http://127.0.0.1:9"),
    "HAPI-0009": subscription("Goal?nonsense=1", endpoint="http://127.0.0.1:9"),
    "HAPI-0014": subscription("Goal", endpoint="http://127.0.0.1:9"),
    "HAPI-0021": subscription("Goal?"),
}


@pytest.mark.parametrize("number", REFUSED)
def test_a_subscription_that_could_never_tell_anything_is_refused(chart: Client, number: str) -> None:
    answer = chart.post("/Subscription", REFUSED[number])
    assert answer.status_code == 422
    assert number in words(answer)


def test_a_subscription_without_criteria_is_refused(chart: Client) -> None:
    sent = subscription("", endpoint="http://127.0.0.1:9")
    assert chart.post("/Subscription", sent).status_code == 422
