"""Every call of the EHR is seen: its interaction, its answer, its tries, and its name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import responses

from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import RetryPolicy
from service.ports.ehr import Create, Unavailable

BASE = "http://ehr.test/fhir"
PATIENT = {"resourceType": "Patient", "id": "1", "meta": {"versionId": "4"}}
TWICE = RetryPolicy(attempts=2, base=0, cap=0, jitter=lambda longest: longest)
Dial = Callable[..., Gateway]


@dataclass
class Seen:
    """One call as it was seen."""

    interaction: str
    call_id: str
    attempt: int
    status: int | None = None
    headers: dict[str, str] = field(default_factory=lambda: {"traceparent": "00-ab-cd-01"})

    def answered(self, status: int) -> None:
        self.status = status

    def again(self) -> None:
        self.attempt += 1


@dataclass
class Notes:
    calls: list[Seen] = field(default_factory=list)

    @contextmanager
    def call(self, interaction: str, call_id: str, *, attempt: int = 1) -> Iterator[Seen]:
        self.calls.append(Seen(interaction, call_id, attempt))
        yield self.calls[-1]

    def told(self) -> list[tuple[str, int | None, int]]:
        return [(one.interaction, one.status, one.attempt) for one in self.calls]


@pytest.fixture
def notes() -> Notes:
    return Notes()


def test_a_call_is_seen_under_the_name_that_it_goes_out_with(
    dial: Dial, server: responses.RequestsMock, notes: Notes
) -> None:
    server.get(f"{BASE}/Patient/1", json=PATIENT)
    dial(watch=notes).read("Patient/1")
    sent = server.calls[0].request.headers
    assert sent["X-Request-Id"] == notes.calls[0].call_id == "req-1"
    assert sent["traceparent"] == "00-ab-cd-01"
    assert notes.told() == [("read", 200, 1)]


def test_each_try_of_a_write_is_a_call_of_its_own(
    dial: Dial, server: responses.RequestsMock, notes: Notes
) -> None:
    server.post(f"{BASE}/Patient", status=429)
    server.post(f"{BASE}/Patient", status=201, json=PATIENT)
    gateway = dial(watch=notes, retry=TWICE)
    gateway.write(Create(resource={"resourceType": "Patient"}, if_none_exist=None))
    assert notes.told() == [("create", 429, 1), ("create", 201, 2)]
    assert [one.call_id for one in notes.calls] == ["req-1", "req-2"]


def test_a_read_that_is_tried_again_is_one_call_that_says_how_often(
    dial: Dial, server: responses.RequestsMock, notes: Notes
) -> None:
    server.get(f"{BASE}/Patient/1", status=503)
    server.get(f"{BASE}/Patient/1", json=PATIENT)
    dial(watch=notes, limits=Limits(read_retries=3, backoff=0)).read("Patient/1")
    assert notes.told() == [("read", 200, 2)]


def test_a_call_without_an_answer_has_no_status(
    dial: Dial, server: responses.RequestsMock, notes: Notes
) -> None:
    with pytest.raises(Unavailable):
        dial(watch=notes).read("Patient/1")
    assert notes.told() == [("read", None, 1)]
