"""What leaves, what is let in, and what nobody else gets to see."""

import gzip
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import responses

from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ports import ehr
from service.ports.ehr import Create

BASE = "http://ehr.test/fhir"
PATIENT = {"resourceType": "Patient", "id": "1", "meta": {"versionId": "4"}}
Dial = Callable[..., Gateway]


def test_each_request_asks_for_fhir_json_and_carries_its_own_id(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.get(f"{BASE}/Patient/1", json=PATIENT)
    gateway.read("Patient/1")
    gateway.read("Patient/1")
    sent = [call.request.headers for call in server.calls]
    assert [headers["X-Request-Id"] for headers in sent] == ["req-1", "req-2"]
    assert {headers["Accept"] for headers in sent} == {"application/fhir+json"}
    assert "Authorization" not in sent[0]


def test_a_token_is_asked_for_anew_before_each_request(dial: Dial, server: responses.RequestsMock) -> None:
    tokens = iter(["first", "second"])
    gateway = dial(token=lambda: next(tokens))
    server.get(f"{BASE}/Patient/1", json=PATIENT)
    gateway.read("Patient/1")
    gateway.read("Patient/1")
    sent = [call.request.headers["Authorization"] for call in server.calls]
    assert sent == ["Bearer first", "Bearer second"]


def test_nothing_is_taken_from_the_environment(
    gateway: Gateway, server: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine ehr.test login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.test:3128")
    server.get(f"{BASE}/Patient/1", json=PATIENT)
    gateway.read("Patient/1")
    assert "Authorization" not in server.calls[0].request.headers
    assert not server.calls[0].request.req_kwargs["proxies"]


def test_a_decimal_keeps_its_digits_on_both_ways(gateway: Gateway, server: responses.RequestsMock) -> None:
    kept = b'{"resourceType":"Observation","id":"1","valueQuantity":{"value":1.50}}'
    server.post(f"{BASE}/Observation", body=kept, status=201)
    server.get(f"{BASE}/Observation/1", body=kept)
    read = gateway.read("Observation/1").resource
    gateway.write(Create(resource=read, if_none_exist=None))
    assert (
        server.calls[1].request.body
        == b'{"resourceType":"Observation","id":"1","valueQuantity":{"value":1.50}}'
    )


@pytest.mark.parametrize("wrap", [lambda content: content, gzip.compress])
def test_an_answer_is_not_read_beyond_the_limit(
    dial: Dial, server: responses.RequestsMock, wrap: Callable[[bytes], bytes]
) -> None:
    gateway = dial(limits=Limits(answer_bytes=100_000, read_retries=0))
    content = wrap(b'{"resourceType":"Patient","id":"1","x":"' + b"a" * 5_000_000 + b'"}')
    headers = {"Content-Encoding": "gzip"} if content[:2] == b"\x1f\x8b" else {}
    for method in ("GET", "POST"):
        server.add(method, f"{BASE}/Patient" + ("/1" * (method == "GET")), body=content, headers=headers)
    with pytest.raises(ehr.NotFhir, match="larger"):
        gateway.read("Patient/1")
    with pytest.raises(ehr.UnknownOutcome, match="larger"):
        gateway.write(Create(resource={"resourceType": "Patient"}, if_none_exist=None))


def test_an_endless_refusal_is_still_a_refusal(dial: Dial, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Patient/1", body=b"x" * 500_000, status=403)
    with pytest.raises(ehr.Denied):
        dial().read("Patient/1")


def test_a_read_is_sent_on_within_the_server(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Patient/1", status=307, headers={"Location": "/r4/Patient/1"})
    server.get("http://ehr.test/r4/Patient/1", json=PATIENT)
    assert gateway.read("Patient/1").version == "4"


@pytest.mark.parametrize(
    "elsewhere",
    ["http://evil.test/fhir/Patient/1", "https://ehr.test/fhir/Patient/1", "//evil.test/", "http://["],
)
def test_no_read_follows_to_another_origin(
    dial: Dial, server: responses.RequestsMock, elsewhere: str
) -> None:
    server.get(f"{BASE}/Patient/1", status=302, headers={"Location": elsewhere})
    with pytest.raises(ehr.NotFhir):
        dial(token=lambda: "secret").read("Patient/1")
    assert len(server.calls) == 1


def test_a_write_follows_nowhere(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.post(f"{BASE}/Patient", status=308, headers={"Location": f"{BASE}/Patient2"})
    with pytest.raises(ehr.NotFhir, match="redirects"):
        gateway.write(Create(resource={"resourceType": "Patient"}, if_none_exist=None))


def test_redirects_that_go_in_circles_end(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Patient/1", status=302, headers={"Location": f"{BASE}/Patient/1"})
    with pytest.raises(ehr.NotFhir, match="without end"):
        gateway.read("Patient/1")


def test_no_log_holds_the_identifier_that_was_searched(
    dial: Dial, server: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.get(f"{BASE}/Patient", status=500)
    with pytest.raises(ehr.Unavailable):
        list(dial().search("Patient", {"identifier": "urn:mrn|12345"}))
    assert "12345" not in caplog.text
    assert logging.getLogger("urllib3.connectionpool").getEffectiveLevel() == logging.ERROR
