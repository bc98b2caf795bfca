"""The gateway sorts each fault of the sandbox into the reaction that it deserves, without a socket."""

from collections.abc import Callable
from itertools import count

import pytest
from requests.adapters import BaseAdapter

from service.ehr.gateway import Gateway
from service.ehr.retry import NEVER_AGAIN
from service.ehr.transport import Transport
from service.fhir.json import JsonObject
from service.ports.ehr import (
    Create,
    Denied,
    EhrError,
    SeveralMatch,
    Stale,
    Throttled,
    Unavailable,
    UnknownOutcome,
    Update,
)
from service.sandbox.app import door
from service.sandbox.faults.notation import read_text
from service.sandbox.faults.server import FaultyServer
from service.sandbox.server import FhirServer
from service.sandbox.shape import Shape
from service.sandbox.store import MemoryStore
from tests.ehr_servers import numbered_ids, wall_clock
from tests.fakes.direct_transport import DirectAdapter
from tests.fakes.wsgi_transport import WsgiAdapter

WAYS: dict[str, Callable[[FaultyServer], BaseAdapter]] = {
    "wsgi": lambda ehr: WsgiAdapter(door(ehr.answer)),
    "direct": lambda ehr: DirectAdapter(ehr.answer),
}
PATIENT: JsonObject = {"resourceType": "Patient", "identifier": [{"system": "urn:t", "value": "1"}]}
CREATE = Create(resource=PATIENT, if_none_exist="identifier=urn:t|1")


class Line:
    """A gateway to a sandbox with faults."""

    def __init__(self, way: str) -> None:
        numbers = count(1)
        self._store = MemoryStore()
        server = FhirServer(self._store, wall_clock, numbered_ids(), shape=Shape(page_size=2))
        self.ehr = FaultyServer(server, sleep=lambda _: None)
        transport = Transport(
            "http://ehr.test/fhir", request_ids=lambda: f"q{next(numbers)}", adapter=WAYS[way](self.ehr)
        )
        self.chart = Gateway(transport, retry=NEVER_AGAIN, sleep=lambda _: None)

    def held(self) -> int:
        """How many patients the chart holds."""
        return sum(1 for _ in self._store.current("Patient"))

    def arm(self, text: str) -> None:
        self.ehr.arm(read_text(text))


@pytest.fixture(params=WAYS)
def line(request: pytest.FixtureRequest) -> Line:
    return Line(request.param)


WRITES = {
    "no-connection": (Unavailable, 0),
    "lost-request": (UnknownOutcome, 0),
    "lost-response": (UnknownOutcome, 1),
    "cut-body": (UnknownOutcome, 1),
    "error-before": (UnknownOutcome, 0),
    "error-after": (UnknownOutcome, 1),
    "late-effect": (UnknownOutcome, 0),
    "too-many-requests": (Throttled, 0),
    "overloaded form=date": (Throttled, 0),
    "expired-token": (Denied, 0),
}


@pytest.mark.parametrize("fault", WRITES)
def test_a_write_that_fails_is_known_by_what_may_have_come_of_it(line: Line, fault: str) -> None:
    kind, effects = WRITES[fault]
    line.arm(fault)
    with pytest.raises(EhrError) as caught:
        line.chart.write(CREATE)
    assert type(caught.value) is kind
    assert line.held() == effects


@pytest.mark.parametrize("fault", ["no-connection", "lost-request", "cut-body", "error-before"])
def test_a_read_that_fails_can_be_tried_again(line: Line, fault: str) -> None:
    line.chart.write(CREATE)
    line.arm(f"{fault} times=1")
    with pytest.raises(Unavailable):
        line.chart.read("Patient/r1")
    assert line.chart.read("Patient/r1").version == "1"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_read_either_way(line: Line, form: str) -> None:
    line.arm(f"too-many-requests retry-after=7 form={form}")
    with pytest.raises(Throttled) as caught:
        line.chart.write(CREATE)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("fault", [None, "412-for-409"])
def test_a_stale_write_is_stale_by_either_status(line: Line, fault: str | None) -> None:
    line.chart.write(CREATE)
    if fault:
        line.arm(fault)
    with pytest.raises(Stale):
        line.chart.write(Update(reference="Patient/r1", resource={**PATIENT, "id": "r1"}, if_version="7"))


def test_an_edit_in_between_makes_a_write_stale(line: Line) -> None:
    line.chart.write(CREATE)
    line.arm("meanwhile-edit")
    with pytest.raises(Stale):
        line.chart.write(Update(reference="Patient/r1", resource={**PATIENT, "id": "r1"}, if_version="1"))


def test_a_search_whose_page_expires_begins_again_and_gives_up_when_it_goes_on(line: Line) -> None:
    made = {line.chart.write(Create(resource=PATIENT, if_none_exist=None)).reference for _ in range(5)}
    line.arm("expired-page times=1 after=1")
    found = [held.reference for held in line.chart.search("Patient", {})]
    assert (len(found), set(found)) == (5, made)
    line.arm("expired-page")
    with pytest.raises(Unavailable):
        list(line.chart.search("Patient", {}))


def test_several_holders_stop_a_create_as_ever(line: Line) -> None:
    for _ in range(2):
        line.chart.write(Create(resource=PATIENT, if_none_exist=None))
    with pytest.raises(SeveralMatch):
        line.chart.write(CREATE)


def test_every_search_of_ours_asks_past_a_cache(line: Line) -> None:
    line.arm("search-cache")
    assert list(line.chart.search("Patient", {"identifier": "urn:t|1"})) == []
    line.chart.write(CREATE)
    assert len(list(line.chart.search("Patient", {"identifier": "urn:t|1"}))) == 1
