"""Which requests a fault strikes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sandbox.faults.notation import read_text
from service.sandbox.faults.schedule import Schedule
from service.sandbox.faults.scope import Asked, Interaction, asked_by, targets
from service.sandbox.wire import Incoming
from tests.unit.sandbox.faults.faulty import Faulty, patient


def bundle(kind: str, *requests: tuple[str, str]) -> bytes:
    entry = [{"request": {"method": method, "url": url}} for method, url in requests]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entry}).encode()


MIXED = bundle(
    "transaction", ("PUT", "Goal/1"), ("POST", "Patient"), ("PATCH", "Task/2?x"), ("PUT", "Flag?a=b")
)
REQUESTS = {
    ("GET", "metadata"): ("capabilities", ""),
    ("GET", "Goal/1"): ("read", "Goal"),
    ("HEAD", "Goal/1"): ("read", "Goal"),
    ("GET", "Goal/1/_history/2"): ("vread", "Goal"),
    ("GET", "Goal"): ("search", "Goal"),
    ("GET", "Goal/_search"): ("search", "Goal"),
    ("POST", "Goal/_search"): ("search", "Goal"),
    ("GET", "Goal/_history"): ("history", "Goal"),
    ("GET", "Goal/1/_history"): ("history", "Goal"),
    ("GET", "_history"): ("history", ""),
    ("GET", "_history?_offset=20"): ("page", ""),
    ("GET", "Goal/_history?_offset=0"): ("history", "Goal"),
    ("GET", "?_getpages=x"): ("page", "Goal"),
    ("POST", "Goal"): ("create", "Goal"),
    ("PUT", "Goal/1"): ("update", "Goal"),
    ("PUT", "Goal?a=b"): ("update", "Goal"),
    ("PATCH", "Goal/1"): ("patch", "Goal"),
    ("DELETE", "Goal/1"): ("delete", "Goal"),
    ("POST", "Goal/$validate"): ("operation", "Goal"),
    ("GET", "Goal/1/$meta"): ("operation", "Goal"),
    ("GET", ""): ("operation", ""),
}


def incoming(method: str, url: str, body: bytes = b"") -> Incoming:
    path, _, query = url.partition("?")
    pairs = tuple(tuple(one.split("=")) for one in query.split("&") if one)
    return Incoming(
        method=method,
        base="",
        segments=tuple(filter(None, path.split("/"))),
        query=pairs,
        body=body,  # type: ignore[arg-type]  pairs
    )


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_is_known_for_what_it_is(request_: tuple[str, str]) -> None:
    interaction, kind = REQUESTS[request_]
    expected = Asked(interaction=Interaction(interaction), types=frozenset({kind} - {""}))
    assert asked_by(incoming(*request_), "Goal") == expected


def test_a_bundle_is_about_the_types_of_its_entries() -> None:
    asked = asked_by(incoming("POST", "", MIXED))
    assert asked == Asked(
        interaction=Interaction.TRANSACTION, types=frozenset({"Goal", "Patient", "Task", "Flag"})
    )
    assert asked_by(incoming("POST", "", bundle("batch"))).interaction is Interaction.BATCH
    assert asked_by(incoming("POST", "", b"no JSON")) == Asked(interaction=Interaction.TRANSACTION)


def test_a_request_names_what_it_updates() -> None:
    assert list(targets(incoming("POST", "", MIXED))) == [("Goal", "1"), ("Task", "2")]
    assert list(targets(incoming("PATCH", "Goal/1"))) == [("Goal", "1")]
    assert list(targets(incoming("POST", "Goal"))) == []


def struck(text: str, number: int = 8) -> list[int]:
    """Which of so many creates of a Goal a fault strikes, counted from 1."""
    schedule = Schedule().with_one_more(read_text(text))
    asked = Asked(interaction=Interaction.CREATE, types=frozenset({"Goal"}))
    found = []
    for one in range(1, number + 1):
        schedule, armed = schedule.next(asked)
        if armed:
            found.append(one)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lost-response times=2", [1, 2]),
        ("lost-response after=3 times=2", [4, 5]),
        ("lost-response after=6", [7, 8]),
        ("lost-response type=Patient", []),
        ("lost-response type=Patient,Goal after=7", [8]),
        ("lost-response interaction=update", []),
        ("lost-response chance=0", []),
    ],
)
def test_a_scope_says_which_requests(text: str, expected: list[int]) -> None:
    assert struck(text) == expected


@given(st.integers(0, 10**6), st.sampled_from([0.1, 0.5, 0.9]))
def test_chance_is_the_same_for_the_same_seed(seed: int, chance: float) -> None:
    text = f"lost-response chance={chance} seed={seed}"
    assert struck(text, 50) == struck(text, 50)


def test_chance_comes_near_to_what_it_says_and_times_still_limits_it() -> None:
    assert 400 < len(struck("lost-response chance=0.5 seed=1", 1000)) < 600
    assert len(struck("lost-response chance=0.5 seed=1 times=7", 1000)) == 7
    assert struck("lost-response chance=0.5 seed=1", 50) != struck("lost-response chance=0.5 seed=2", 50)


def test_the_type_of_a_page_is_that_of_its_search() -> None:
    ehr = Faulty("expired-page type=Goal")
    for _ in range(2):
        ehr.made("Patient")
    page = ehr.body("GET", "/Patient?_count=1")["link"][1]["url"]
    assert ehr.ask("GET", page).status == 200
    ehr.arm("expired-page type=Patient")
    assert ehr.ask("GET", page).status == 410


def test_a_fault_is_numbered_counted_and_taken_back() -> None:
    ehr = Faulty("error-before times=1", "error-before interaction=read")
    assert ehr.ask("POST", "/Patient", patient()).status == 500
    assert ehr.ask("POST", "/Patient", patient()).status == 201
    assert [(one.number, one.met, one.struck) for one in ehr.ehr.armed] == [(1, 2, 1), (2, 0, 0)]
    ehr.ehr.disarm(1)
    ehr.arm("latency")
    assert [one.number for one in ehr.ehr.armed] == [2, 3], "a number is never given twice"
    ehr.ehr.disarm()
    assert ehr.ehr.armed == ()
    assert ehr.ask("GET", "/Patient/r1").status == 200


def test_what_a_fault_remembers_goes_with_it() -> None:
    ehr = Faulty("expired-token")
    assert ehr.ask("GET", "/Patient", Authorization="a").status == 401
    ehr.ehr.disarm(1)
    ehr.arm("expired-token")
    assert ehr.ask("GET", "/Patient", Authorization="b").status == 401
    assert ehr.ask("GET", "/Patient", Authorization="a").status == 200


def test_faults_strike_in_the_order_in_which_they_were_armed() -> None:
    ehr = Faulty("error-after status=502", "error-after status=504", "dropped-elements paths=Patient.gender")
    assert ehr.ask("POST", "/Patient", patient(gender="other", active=True)).status == 504
    assert "gender" not in ehr.body("GET", "/Patient/r1")
