"""Every refusal ends in the one error that says how to react."""

import re
from collections.abc import Callable

import pytest
import requests
import responses

from service.ehr.errors import never_sent, retry_after
from service.ehr.gateway import Gateway
from service.ports import ehr
from service.ports.ehr import Create, PutNew, Update

BASE = "http://ehr.test/fhir"
ANYWHERE = re.compile(".*")
SECRET = "Doe|sertraline"
GOAL = {"resourceType": "Goal", "description": {"text": SECRET}}

CALLS: dict[str, Callable[[Gateway], object]] = {
    "metadata": lambda g: g.capabilities(),
    "read": lambda g: g.read("Goal/1"),
    "search": lambda g: list(g.search("Goal", {"identifier": SECRET})),
    "validate": lambda g: g.validate(GOAL),
    "create": lambda g: g.write(Create(resource=GOAL, if_none_exist=f"identifier={SECRET}")),
    "update": lambda g: g.write(Update(reference="Goal/1", resource=GOAL, if_version="3")),
    "put-new": lambda g: g.write(PutNew(reference="Goal/own-1", resource=GOAL)),
    "transact": lambda g: g.transact([Create(resource=GOAL, if_none_exist=None)]),
    "transact-update": lambda g: g.transact(
        [Update(reference="Goal/1", resource=GOAL, if_version="3"), Create(resource=GOAL, if_none_exist=None)]
    ),
}
READS = ("metadata", "read", "search", "validate")
WRITES = ("create", "update", "put-new", "transact", "transact-update")
ALL = READS + WRITES


def words(text: str) -> dict[str, object]:
    issue = {"severity": "error", "code": "processing", "diagnostics": f"{text}: {SECRET}"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


TABLE: list[tuple[tuple[str, ...], int, object, type[ehr.EhrError]]] = [
    (ALL, 401, words("who"), ehr.Denied),
    (ALL, 403, "<html>no</html>", ehr.Denied),
    (ALL, 407, "", ehr.Denied),
    (ALL, 425, "", ehr.Unavailable),
    (ALL, 429, words("slow down"), ehr.Throttled),
    (ALL, 501, "", ehr.Rejected),
    (ALL, 405, words("HAPI-0302"), ehr.Rejected),
    (("read", "search", *WRITES), 400, words("HAPI-0450"), ehr.Rejected),
    (("read", "search", *WRITES), 422, words("invalid"), ehr.Rejected),
    (WRITES, 413, "<html>too big</html>", ehr.Rejected),
    (READS, 500, words("oops"), ehr.Unavailable),
    (READS, 503, "<html>down</html>", ehr.Unavailable),
    (READS, 408, "", ehr.Unavailable),
    (WRITES, 500, words("oops"), ehr.UnknownOutcome),
    (WRITES, 502, "<html>bad gateway</html>", ehr.UnknownOutcome),
    (WRITES, 503, "", ehr.UnknownOutcome),
    (WRITES, 504, "", ehr.UnknownOutcome),
    (WRITES, 408, "", ehr.UnknownOutcome),
    (("read", "update"), 404, words("HAPI-2001"), ehr.Missing),
    (("read", "update"), 404, "", ehr.Missing),
    (("read", "update"), 410, words("HAPI-0471"), ehr.Gone),
    (("read", "update"), 410, "<html>moved house</html>", ehr.NotFhir),
    (("read", "update", "create", "search"), 404, "<html>nothing here</html>", ehr.NotFhir),
    (("metadata",), 404, words("none"), ehr.NotFhir),
    (("search", "validate", "create", "put-new", "transact"), 404, words("HAPI-0302"), ehr.Rejected),
    (("search",), 410, words("HAPI-0417"), ehr.Rejected),
    (("update", "transact-update"), 409, words("HAPI-0550: HAPI-0989"), ehr.Stale),
    (("update",), 409, words("HAPI-0974"), ehr.Stale),
    (("update",), 409, words("HAPI-0550: HAPI-0823"), ehr.Stale),
    (("update", "transact-update"), 409, "", ehr.Stale),
    (("update", "transact-update"), 412, "", ehr.Stale),
    (("create", "transact", "transact-update"), 409, words("HAPI-0550: HAPI-2745"), ehr.Contended),
    (("put-new",), 409, words("HAPI-0550: HAPI-0825"), ehr.Contended),
    (("create", "put-new", "transact"), 409, "", ehr.Contended),
    (("update",), 409, words("HAPI-0550: HAPI-0515"), ehr.Rejected),
    (("create", "transact", "transact-update"), 412, words("HAPI-0958"), ehr.SeveralMatch),
    (("create", "transact"), 412, "", ehr.SeveralMatch),
    (("read", "search"), 409, words("why"), ehr.Rejected),
    (("read", "search"), 412, words("why"), ehr.Rejected),
    (ALL, 304, "", ehr.NotFhir),
]
ROWS = [
    pytest.param(call, status, body, kind, id=f"{call}-{status}-{n}")
    for n, (calls, status, body, kind) in enumerate(TABLE)
    for call in calls
]


def answer_everything(server: responses.RequestsMock, status: int, body: object, **headers: str) -> None:
    content = {"json": body} if isinstance(body, dict) else {"body": body, "content_type": "text/html"}
    for method in ("GET", "POST", "PUT"):
        server.add(method, ANYWHERE, status=status, headers=headers, **content)


@pytest.mark.parametrize(("call", "status", "body", "kind"), ROWS)
def test_a_refusal_is_sorted_by_the_reaction_it_deserves(
    gateway: Gateway,
    server: responses.RequestsMock,
    call: str,
    status: int,
    body: object,
    kind: type[ehr.EhrError],
) -> None:
    answer_everything(server, status, body)
    with pytest.raises(ehr.EhrError) as caught:
        CALLS[call](gateway)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.request_id == "req-1"
    assert "Doe" not in str(caught.value)
    assert "sertraline" not in str(caught.value)


def test_the_server_s_words_are_kept_for_the_report(gateway: Gateway, server: responses.RequestsMock) -> None:
    issue = {
        "severity": "error",
        "code": "value",
        "details": {"text": "no such code"},
        "expression": ["Goal.lifecycleStatus"],
    }
    answer_everything(server, 422, {"resourceType": "OperationOutcome", "issue": [issue]})
    with pytest.raises(ehr.Rejected) as caught:
        CALLS["create"](gateway)
    (told,) = caught.value.issues
    assert (told.code, told.diagnostics, told.expression) == (
        "value",
        "no such code",
        ("Goal.lifecycleStatus",),
    )


def test_the_server_s_own_request_id_is_the_one_to_quote(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    answer_everything(server, 500, "", **{"X-Request-Id": "theirs-7"})
    with pytest.raises(ehr.Unavailable) as caught:
        gateway.read("Goal/1")
    assert caught.value.request_id == "theirs-7"


@pytest.mark.parametrize("call", ALL)
def test_a_503_with_retry_after_had_no_effect(
    gateway: Gateway, server: responses.RequestsMock, call: str
) -> None:
    answer_everything(server, 503, "", **{"Retry-After": "7"})
    with pytest.raises(ehr.Throttled) as caught:
        CALLS[call](gateway)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("body", ["<html>hello</html>", "[1]", "{", '{"a": NaN}'])
def test_a_write_whose_answer_cannot_be_read_is_of_unknown_outcome(
    gateway: Gateway, server: responses.RequestsMock, call: str, body: str
) -> None:
    answer_everything(server, 200, body)
    with pytest.raises(ehr.UnknownOutcome):
        CALLS[call](gateway)


@pytest.mark.parametrize("call", READS)
@pytest.mark.parametrize("body", ["<html>hello</html>", "[1]", "{"])
def test_a_page_of_html_is_no_fhir_server(
    gateway: Gateway, server: responses.RequestsMock, call: str, body: str
) -> None:
    answer_everything(server, 200, body)
    with pytest.raises(ehr.NotFhir):
        CALLS[call](gateway)


@pytest.mark.parametrize("call", ALL)
@pytest.mark.parametrize(
    ("fault", "read", "write"),
    [
        (requests.ReadTimeout("x"), ehr.Unavailable, ehr.UnknownOutcome),
        (requests.ConnectionError("aborted"), ehr.Unavailable, ehr.UnknownOutcome),
        (requests.ConnectionError(), ehr.Unavailable, ehr.UnknownOutcome),
        (requests.exceptions.ChunkedEncodingError("x"), ehr.Unavailable, ehr.UnknownOutcome),
        (requests.exceptions.ContentDecodingError("x"), ehr.Unavailable, ehr.UnknownOutcome),
        (requests.ConnectTimeout("x"), ehr.Unavailable, ehr.Unavailable),
        (requests.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"), ehr.Unavailable, ehr.Unavailable),
        (requests.exceptions.InvalidHeader("x"), ehr.Rejected, ehr.Rejected),
    ],
)
def test_a_fault_after_sending_leaves_only_writes_unknown(
    gateway: Gateway,
    server: responses.RequestsMock,
    call: str,
    fault: Exception,
    read: type[ehr.EhrError],
    write: type[ehr.EhrError],
) -> None:
    answer_everything(server, 200, fault)
    with pytest.raises(ehr.EhrError) as caught:
        CALLS[call](gateway)
    assert type(caught.value) is (read if call in READS else write)
    assert caught.value.__suppress_context__


def test_a_certificate_that_is_not_trusted_means_that_nothing_was_sent() -> None:
    assert never_sent(requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED]"))
    assert not never_sent(requests.exceptions.SSLError("[SSL] unexpected eof"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": " 120 "}, 120),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 18:00:30 GMT"}, None),
        ({"Retry-After": "Mon, 23 Nov 2026 18:00:30 GMT", "Date": "Mon, 23 Nov 2026 18:00:00 GMT"}, 30),
        ({"Retry-After": "Mon, 23 Nov 2026 17:00:30 GMT", "Date": "Mon, 23 Nov 2026 18:00:00 GMT"}, 0),
        ({"Retry-After": "Mon, 23 Nov 2026 18:00:30 -0000", "Date": "Mon, 23 Nov 2026 18:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_by_the_server_s_clock(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
