"""Changes leave as they were meant, and come back as what they are."""

from collections.abc import Callable

import pytest
import responses

from service.ehr.changes import ask_for, ask_for_all
from service.ehr.gateway import Gateway
from service.fhir.json import loads
from service.ports import ehr
from service.ports.ehr import Create, PutNew, Rejected, UnknownOutcome, Update

BASE = "http://ehr.test/fhir"
URN = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
GOAL = {"resourceType": "Goal", "lifecycleStatus": "active"}
CREATE = Create(resource=GOAL, if_none_exist="identifier=urn:t|1", full_url=URN)
UPDATE = Update(reference="Goal/7", resource=GOAL, if_version="3")
PUT_NEW = PutNew(reference="Goal/own-1", resource={**GOAL, "id": "own-1"})
CHANGES = [CREATE, UPDATE, PUT_NEW]


def kept(own_id: str, version: str) -> dict[str, object]:
    return {**GOAL, "id": own_id, "meta": {"versionId": version, "lastUpdated": "2026-11-23T18:00:00.001Z"}}


def test_an_update_cannot_be_said_without_a_version() -> None:
    with pytest.raises(TypeError):
        Update(reference="Goal/7", resource=GOAL)


def test_each_single_write_carries_its_condition(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.post(f"{BASE}/Goal", json=kept("7", "1"), status=201)
    server.put(f"{BASE}/Goal/7", json=kept("7", "4"))
    server.put(f"{BASE}/Goal/own-1", json=kept("own-1", "1"), status=201)
    made, changed, put = [gateway.write(change) for change in CHANGES]
    first, second, third = [call.request for call in server.calls]
    assert first.headers["If-None-Exist"] == "identifier=urn:t|1"
    assert second.headers["If-Match"] == 'W/"3"'
    assert "If-Match" not in third.headers
    assert {one.headers["Prefer"] for one in (first, second, third)} == {"return=representation"}
    assert loads(second.body)["id"] == "7"
    assert (made.reference, made.version, made.created) == ("Goal/7", "1", True)
    assert (changed.version, changed.created, changed.status) == ("4", False, 200)
    assert (put.reference, put.created, put.last_updated) == ("Goal/own-1", True, "2026-11-23T18:00:00.001Z")


def test_a_hit_of_a_conditional_create_says_that_nothing_was_made(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.post(f"{BASE}/Goal", json=kept("7", "9"), status=200)
    hit = gateway.write(CREATE)
    assert (hit.created, hit.version, hit.resource) == (False, "9", kept("7", "9"))


def test_a_server_that_sends_nothing_back_is_read_by_its_headers(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.post(f"{BASE}/Goal", status=201, headers={"Location": f"{BASE}/Goal/7/_history/2"})
    server.put(f"{BASE}/Goal/7", status=204, headers={"ETag": '"4"'})
    made, changed = gateway.write(CREATE), gateway.write(UPDATE)
    assert (made.reference, made.version, made.resource) == ("Goal/7", "2", None)
    assert (changed.reference, changed.version, changed.last_updated) == ("Goal/7", "4", None)


@pytest.mark.parametrize(
    ("change", "status", "body"),
    [
        (CREATE, 201, None),
        (CREATE, 202, kept("7", "1")),
        (CREATE, 201, {"resourceType": "Patient", "id": "7"}),
        (UPDATE, 200, kept("8", "4")),
        (PUT_NEW, 201, kept("12", "1")),
    ],
)
def test_an_answer_that_does_not_fit_the_write_leaves_its_outcome_unknown(
    gateway: Gateway,
    server: responses.RequestsMock,
    change: ehr.Change,
    status: int,
    body: dict[str, object] | None,
) -> None:
    for method, url in (("POST", "Goal"), ("PUT", "Goal/7"), ("PUT", "Goal/own-1")):
        server.add(method, f"{BASE}/{url}", status=status, **({"json": body} if body else {}))
    with pytest.raises(UnknownOutcome):
        gateway.write(change)


@pytest.mark.parametrize(
    "change",
    [
        Create(resource={}, if_none_exist=None),
        Create(resource={"resourceType": "../Goal"}, if_none_exist=None),
        Update(reference="Goal/7", resource={**GOAL, "id": "8"}, if_version="1"),
        Update(reference="Patient/7", resource=GOAL, if_version="1"),
        Update(reference="Goal", resource=GOAL, if_version="1"),
        PutNew(reference="Goal/../Patient", resource=GOAL),
    ],
)
def test_a_change_that_contradicts_itself_is_not_sent(
    gateway: Gateway, server: responses.RequestsMock, change: ehr.Change
) -> None:
    with pytest.raises(Rejected):
        gateway.write(change)
    assert not server.calls


@pytest.mark.parametrize(
    ("search", "sent"),
    [
        ("identifier=urn:t|1", "identifier=urn:t|1"),
        ("identifier=urn:t|a b", "identifier=urn:t|a%20b"),
        ("identifier=urn:t|a%7Cb", "identifier=urn:t|a%7Cb"),
        ("identifier=urn:t|ž", "identifier=urn:t|%C5%BE"),
        ("identifier=urn:t|1\r\nX-Evil: 1", "identifier=urn:t|1%0D%0AX-Evil:%201"),
        ("", None),
        (None, None),
    ],
)
def test_a_search_fits_into_a_header(search: str | None, sent: str | None) -> None:
    assert ask_for(Create(resource=GOAL, if_none_exist=search)).headers.get("If-None-Exist") == sent


def test_a_transaction_holds_every_change_with_its_condition() -> None:
    body = ask_for_all(CHANGES).body
    assert (body["resourceType"], body["type"]) == ("Bundle", "transaction")
    assert body["entry"] == [
        {
            "fullUrl": URN,
            "resource": GOAL,
            "request": {"method": "POST", "url": "Goal", "ifNoneExist": "identifier=urn:t|1"},
        },
        {
            "resource": {**GOAL, "id": "7"},
            "request": {"method": "PUT", "url": "Goal/7", "ifMatch": 'W/"3"'},
        },
        {
            "resource": {**GOAL, "id": "own-1"},
            "request": {"method": "PUT", "url": "Goal/own-1"},
        },
    ]


TWINS: list[Callable[[], list[ehr.Change]]] = [
    lambda: [CREATE, UPDATE, Create(resource=GOAL, if_none_exist=CREATE.if_none_exist)],
    lambda: [CREATE, PUT_NEW, Create(resource=GOAL, if_none_exist=None, full_url=URN)],
    lambda: [CREATE, UPDATE, Update(reference="Goal/7", resource=GOAL, if_version="4")],
    lambda: [CREATE, PUT_NEW, Update(reference="Goal/own-1", resource=GOAL, if_version="4")],
]


@pytest.mark.parametrize("changes", TWINS)
def test_two_changes_of_one_thing_never_share_a_transaction(
    gateway: Gateway, server: responses.RequestsMock, changes: Callable[[], list[ehr.Change]]
) -> None:
    with pytest.raises(Rejected) as caught:
        gateway.transact(changes())
    assert caught.value.entry == 2
    assert not server.calls


def test_one_identifier_may_sit_on_two_types() -> None:
    twin = Create(resource={"resourceType": "Task"}, if_none_exist=CREATE.if_none_exist)
    assert len(ask_for_all([CREATE, twin]).body["entry"]) == 2


def test_nothing_to_change_is_no_request(gateway: Gateway, server: responses.RequestsMock) -> None:
    assert gateway.transact([]) == ()
    assert not server.calls


def entry(status: str, own_id: str, version: str, **members: object) -> dict[str, object]:
    response = {"status": status, "location": f"Goal/{own_id}/_history/{version}", "etag": version}
    return {"response": response, **members}


def answered(*entries: dict[str, object]) -> dict[str, object]:
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": list(entries)}


def test_the_answers_of_a_transaction_stand_in_the_order_of_its_changes(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    entries = [
        entry("200 OK", "7", "1", resource=kept("7", "1")),
        entry("200", "7", "4"),
        entry("201 Created", "own-1", "1"),
    ]
    server.post(BASE, json=answered(*entries))
    made, changed, put = gateway.transact(CHANGES)
    assert (made.created, made.resource) == (False, kept("7", "1"))
    assert (changed.reference, changed.version) == ("Goal/7", "4")
    assert (put.reference, put.created) == ("Goal/own-1", True)


@pytest.mark.parametrize(
    "body",
    [
        answered(entry("200", "7", "1"), entry("200", "7", "4")),
        answered(*[entry("201", "9", "1")] * 4),
        answered(entry("200", "7", "1"), entry("409", "7", "4"), entry("201", "own-1", "1")),
        answered(entry("200", "7", "1"), entry("200", "8", "4"), entry("201", "own-1", "1")),
        answered(entry("200", "7", "1"), {}, entry("201", "own-1", "1")),
        {"resourceType": "Bundle", "type": "batch-response", "entry": [entry("200", "7", "1")] * 3},
        {"resourceType": "OperationOutcome"},
        {},
    ],
)
def test_answers_that_do_not_fit_the_transaction_leave_its_outcome_unknown(
    gateway: Gateway, server: responses.RequestsMock, body: dict[str, object]
) -> None:
    server.post(BASE, json=body)
    with pytest.raises(UnknownOutcome):
        gateway.transact(CHANGES)


def test_a_transaction_without_any_body_in_answer_is_of_unknown_outcome(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.post(BASE, status=200)
    with pytest.raises(UnknownOutcome):
        gateway.transact(CHANGES)
