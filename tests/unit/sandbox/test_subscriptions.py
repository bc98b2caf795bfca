"""Who is told what, without a socket; and what the sender does with subscribers that are away or far."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest

from service.sandbox.faults.effects import MergedPatient, MovedResource
from service.sandbox.faults.notation import read_text
from service.sandbox.faults.server import FaultyServer
from service.sandbox.hooks import Hooks, is_near
from service.sandbox.server import FhirServer
from service.sandbox.store import MemoryStore
from service.sandbox.subscriptions import Notification
from service.sandbox.wire import NoAnswer
from tests.unit.sandbox.in_process import START, Sandbox

ENDPOINT = "http://127.0.0.1:9/hook"


class Telling(Sandbox):
    """A sandbox whose notifications end in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Notification] = []
        numbers = iter(range(1, 1000))
        store = MemoryStore()
        behind = FhirServer(store, lambda: START, lambda: f"r{next(numbers)}", notify=self.told.append)
        self.ehr = FaultyServer(behind, sleep=lambda _: None)
        self.server = self.ehr  # type: ignore[assignment]  the same `answer`

    def subscribe(self, criteria: str, **channel: Any) -> str:
        made = self.made(
            "Subscription",
            status="requested",
            reason="test",
            criteria=criteria,
            channel={"type": "rest-hook", "endpoint": ENDPOINT, **channel},
        )
        return f"/Subscription/{made['id']}"

    def urls(self) -> list[str]:
        """What was told since the last time."""
        told = [f"{one.method} {one.url.removeprefix(ENDPOINT)}" for one in self.told]
        self.told.clear()
        return told


PAYLOAD = {"payload": "application/fhir+json"}


def test_without_a_sender_a_subscription_stays_requested() -> None:
    ehr = Sandbox()
    made = ehr.made(
        "Subscription",
        status="requested",
        reason="test",
        criteria="Goal?",
        channel={"type": "rest-hook", "endpoint": ENDPOINT},
    )
    assert ehr.body("GET", f"/Subscription/{made['id']}")["status"] == "requested"


def test_a_subscriber_is_told_of_creates_updates_and_patches_but_not_of_what_changes_nothing() -> None:
    ehr = Telling()
    ehr.subscribe("Patient?", **PAYLOAD)
    ehr.made("Patient")
    same = {"resourceType": "Patient", "id": "r2"}
    ehr.ask("PUT", "/Patient/r2", same)
    ehr.ask("PUT", "/Patient/r2", {**same, "active": True})
    operations: Any = [{"op": "add", "path": "/gender", "value": "other"}]
    ehr.ask("PATCH", "/Patient/r2", operations, Content_Type="application/json-patch+json")
    ehr.ask("DELETE", "/Patient/r2")
    ehr.ask("GET", "/Patient")
    assert ehr.urls() == ["PUT /Patient/r2"] * 3


def test_nobody_is_told_before_it_is_active_after_it_is_off_or_of_another_channel() -> None:
    ehr = Telling()
    path = ehr.subscribe("Patient?")
    ehr.subscribe("Patient?", type="email")
    ehr.made("Patient")
    assert ehr.urls() == ["POST "]
    ehr.ask("PUT", path, {**ehr.body("GET", path), "status": "off"})
    ehr.made("Patient")
    assert ehr.urls() == []


def test_of_a_transaction_each_entry_is_told_and_of_one_that_fails_none() -> None:
    ehr = Telling()
    ehr.subscribe("Patient?", **PAYLOAD)
    entry = [
        {
            "request": {"method": "PUT", "url": f"Patient/{one}"},
            "resource": {"resourceType": "Patient", "id": one},
        }
        for one in ("a", "b")
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entry}
    assert ehr.ask("POST", "/", bundle).status == 200
    assert ehr.urls() == ["PUT /Patient/a", "PUT /Patient/b"]
    goal = {
        "resourceType": "Goal",
        "id": "c",
        "lifecycleStatus": "active",
        "description": {"text": "Sleep"},
        "subject": {"reference": "Patient/nobody"},
    }
    broken = {"request": {"method": "PUT", "url": "Goal/c"}, "resource": goal}
    entry[0]["resource"] = {"resourceType": "Patient", "id": "a", "active": True}
    assert ehr.ask("POST", "/", {**bundle, "entry": [entry[0], broken]}).status >= 400
    assert ehr.urls() == []


def test_a_write_whose_answer_is_lost_is_told_and_one_that_is_ignored_is_not() -> None:
    ehr = Telling()
    ehr.subscribe("Patient?", **PAYLOAD)
    ehr.ehr.arm(read_text("lost-response times=1"))
    with pytest.raises(NoAnswer):
        ehr.ask("POST", "/Patient", {"resourceType": "Patient"})
    ehr.ehr.arm(read_text("ignored-write"))
    ehr.made("Patient")
    assert ehr.urls() == ["PUT /Patient/r2"]


def test_what_others_do_in_the_chart_is_told_too() -> None:
    ehr = Telling()
    ehr.subscribe("Patient?active=false", **PAYLOAD)
    ehr.subscribe("Goal?", **PAYLOAD)
    ehr.made("Patient", active=True)
    subject = {"reference": "Patient/r3"}
    ehr.made("Goal", lifecycleStatus="active", description={"text": "Sleep"}, subject=subject)
    ehr.urls()
    ehr.ehr.happen(MergedPatient(patient="Patient/r3"))
    ehr.ehr.happen(MovedResource(resource="Goal/r4"))
    assert ehr.urls() == ["PUT /Patient/r3", "PUT /Goal/r4"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:9/x"])
def test_an_endpoint_on_this_machine_is_near(url: str) -> None:
    assert is_near(url)


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/x", "http://example.org/x", "https://127.0.0.1/x", "file:///x", "http://[", ""]
)
def test_the_sandbox_calls_nobody_on_another_machine(url: str) -> None:
    assert not is_near(url)


@pytest.fixture
def hook() -> Iterator[tuple[str, "SimpleQueue[str]"]]:
    """A subscriber, and what it hears."""
    heard: SimpleQueue[str] = SimpleQueue()

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hearing) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def test_subscribers_that_are_away_or_far_keep_nobody_else_from_being_told(
    hook: tuple[str, "SimpleQueue[str]"],
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{taken.getsockname()[1]}"
    url, heard = hook
    hooks = Hooks()
    for one in (away, "http://192.0.2.1", f"{url}/a b", f"{url}?q=1", f"{url}/last"):
        hooks.send(Notification(method="POST", url=one, headers=(("X-A", "b"),), body=b""))
    assert [heard.get(timeout=30) for _ in range(2)] == ["/?q=1", "/last"]
