"""The control door: arms faults, makes things happen, and is shut unless it is asked for."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from service.sandbox.app import create_app, door
from service.sandbox.control import open_control
from service.sandbox.faults.knobs import KNOBS
from service.sandbox.faults.server import FaultyServer
from service.sandbox.server import FhirServer
from service.sandbox.serving import running
from service.sandbox.store import MemoryStore
from service.sandbox.wire import NoAnswer, Silence
from tests.ehr_servers import numbered_ids, wall_clock

FHIR = {"content_type": "application/fhir+json"}
PATIENT = '{"resourceType": "Patient", "active": true}'


def application() -> Any:
    ehr = FaultyServer(FhirServer(MemoryStore(), wall_clock, numbered_ids()))
    app = door(ehr.answer)
    open_control(app, ehr)
    return app


@pytest.fixture
def client() -> FlaskClient:
    return application().test_client()


@pytest.fixture
def served() -> Iterator[tuple[str, str]]:
    """The FHIR base URL, and that of the control door."""
    with running(application()) as url:
        yield url, url.replace("/fhir", "/control")


def test_the_door_is_shut_unless_it_is_asked_for() -> None:
    plain = create_app(MemoryStore(), wall_clock, numbered_ids()).test_client()
    assert plain.get("/control/faults").status_code == 404
    assert plain.post("/control/wipe", json={}).status_code == 404


def test_faults_are_armed_shown_counted_and_taken_back(client: FlaskClient) -> None:
    first = client.post("/control/faults", json={"fault": "error-before", "times": 1})
    assert first.status_code == 201
    second = client.post("/control/faults", json={"text": "latency seconds=0 type=Goal"})
    assert second.get_json()["number"] == 2
    assert client.post("/fhir/Patient", data=PATIENT, **FHIR).status_code == 500
    listed = client.get("/control/faults").get_json()["faults"]
    assert [(one["text"], one["met"], one["struck"]) for one in listed] == [
        ("error-before times=1", 1, 1),
        ("latency seconds=0 type=Goal", 0, 0),
    ]
    left = client.delete("/control/faults/1").get_json()["faults"]
    assert [one["number"] for one in left] == [2]
    assert client.delete("/control/faults").get_json() == {"faults": []}


def test_a_fault_that_was_shown_can_be_armed_again(client: FlaskClient) -> None:
    shown = client.post(
        "/control/faults", json={"text": "error-after status=502 after=2 chance=0.5"}
    ).get_json()
    again = client.post("/control/faults", json={"text": shown["text"]}).get_json()
    assert again == {**shown, "number": 2}


def test_every_knob_is_listed(client: FlaskClient) -> None:
    rows = client.get("/control/knobs").get_json()["knobs"]
    assert [one["fault"] for one in rows] == list(KNOBS)
    assert next(one["takes"] for one in rows if one["fault"] == "overloaded") == ["retry-after", "form"]


WRONG: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/control/faults", {"json": {"fault": "latency", "seconds": "x"}}, 400, "latency: seconds"),
    ("POST", "/control/faults", {"json": {"text": "nonsense"}}, 400, "nonsense"),
    ("POST", "/control/faults", {"data": "{", "content_type": "application/json"}, 400, "JSON"),
    ("POST", "/control/faults", {"data": '{"fault": "wipe"}'}, 415, "application/json"),
    ("POST", "/control/wipe", {}, 415, "application/json"),
    ("POST", "/control/wipe", {"json": {"patient": "Patient/1"}}, 400, "patient is not known"),
    ("POST", "/control/merge-patient", {"json": {"patient": "Goal/1"}}, 400, "patient"),
    ("POST", "/control/merge-patient", {"json": {}}, 409, "nothing"),
    ("DELETE", "/control/faults/7", {}, 404, "number 7"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "words"), WRONG)
def test_what_makes_no_sense_is_told(
    client: FlaskClient, method: str, path: str, sent: Any, status: int, words: str
) -> None:
    answer = client.open(path, method=method, **sent)
    assert answer.status_code == status
    assert words in answer.get_json()["error"]


def test_events_happen_at_once(client: FlaskClient) -> None:
    for _ in range(2):
        client.post("/fhir/Patient", data=PATIENT, **FHIR)
    merge = client.post("/control/merge-patient", json={"patient": "Patient/r1", "into": "Patient/r2"})
    assert merge.get_json() == {"changed": ["Patient/r1", "Patient/r2"]}
    assert client.get("/fhir/Patient/r1").get_json()["active"] is False
    goal = '{"resourceType": "Goal", "lifecycleStatus": "active", "description": {"text": "x"},'
    client.post("/fhir/Goal", data=goal + '"subject": {"reference": "Patient/r1"}}', **FHIR)
    client.post("/control/move-resource", json={"resource": "Goal/r3", "to": "Patient/r2"})
    assert client.get("/fhir/Goal/r3").get_json()["subject"]["reference"] == "Patient/r2"
    assert client.post("/control/wipe", json={}).get_json() == {"changed": ["everything"]}
    assert client.get("/fhir/Goal/r3").status_code == 404


@pytest.mark.parametrize(
    ("fault", "how"),
    [("no-connection", Silence.REFUSED), ("lost-response", Silence.DROPPED), ("cut-body", Silence.CUT)],
)
def test_without_a_socket_no_answer_is_raised_out_of_the_application(
    client: FlaskClient, fault: str, how: Silence
) -> None:
    client.post("/control/faults", json={"fault": fault})
    with pytest.raises(NoAnswer) as caught:
        client.post("/fhir/Patient", data=PATIENT, buffered=True, **FHIR)
    assert caught.value.how is how


def test_a_cut_body_without_a_body_is_a_dropped_answer(client: FlaskClient) -> None:
    client.post("/control/faults", json={"fault": "cut-body"})
    with pytest.raises(NoAnswer):
        client.post("/fhir/Patient", data=PATIENT, headers={"Prefer": "return=minimal"}, **FHIR)


@pytest.mark.parametrize("fault", ["no-connection", "lost-request", "lost-response", "cut-body"])
def test_on_a_socket_the_connection_ends_and_the_next_one_works(served: tuple[str, str], fault: str) -> None:
    fhir, control = served
    requests.post(f"{control}/faults", json={"fault": fault, "times": 1}, timeout=10)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.post(
            f"{fhir}/Patient", data=PATIENT, headers={"Content-Type": "application/json"}, timeout=10
        )
    found = requests.get(f"{fhir}/Patient", timeout=10).json()
    assert found["total"] == (1 if fault in {"lost-response", "cut-body"} else 0)


def test_half_a_body_announces_the_whole(served: tuple[str, str]) -> None:
    fhir, control = served
    whole = len(requests.get(f"{fhir}/metadata", timeout=10).content)
    requests.post(f"{control}/faults", json={"fault": "cut-body"}, timeout=10)
    with requests.get(f"{fhir}/metadata", stream=True, timeout=10) as answer:
        assert (answer.status_code, int(answer.headers["Content-Length"])) == (200, whole)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            _ = answer.content


def test_the_server_s_date_is_said_once(served: tuple[str, str]) -> None:
    fhir, control = served
    dates = [requests.get(f"{fhir}/metadata", timeout=10).headers["Date"]]
    requests.post(f"{control}/faults", json={"fault": "clock-skew", "seconds": -86400}, timeout=10)
    dates.append(requests.get(f"{fhir}/metadata", timeout=10).headers["Date"])
    assert [date.count("GMT") for date in dates] == [1, 1]
    assert dates[0] != dates[1]
