"""What the contract does not reach: determinism, odd requests, and what a page shows later."""

import json
from decimal import Decimal
from typing import Any

import pytest

from service.fhir.json import dumps
from service.sandbox.shape import Shape
from service.sandbox.store import MemoryStore
from tests.unit.sandbox.in_process import BASE, START, Sandbox, words


def transaction(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def ask(method: str, url: str, **more: Any) -> dict[str, Any]:
    return {"request": {"method": method, "url": url}, **more}


def test_the_same_requests_at_the_same_times_give_the_same_bytes() -> None:
    def run() -> str:
        sandbox = Sandbox()
        made = sandbox.made("Patient", name=[{"family": "A"}])
        sandbox.tick(seconds=1)
        sandbox.ask("PUT", f"/Patient/{made['id']}", made | {"gender": "male"})
        return dumps([sandbox.body("GET", "/_history"), sandbox.body("GET", "/metadata")])

    assert run() == run()


def test_everything_in_a_transaction_carries_one_moment() -> None:
    sandbox = Sandbox()
    body = sandbox.body(
        "POST", "", transaction(*(ask("POST", "Patient", resource={"resourceType": "Patient"}) for _ in "ab"))
    )
    assert {one["response"]["lastModified"] for one in body["entry"]} == {"2026-11-23T09:00:00.000+00:00"}


def test_a_moment_is_cut_to_the_millisecond() -> None:
    sandbox = Sandbox()
    sandbox.now = START.replace(microsecond=123_999)
    made = sandbox.made("Patient")
    assert made["meta"]["lastUpdated"] == "2026-11-23T09:00:00.123+00:00"
    assert sandbox.found("/Patient?_lastUpdated=2026-11-23T09:00:00.123Z") == [made["id"]]


def test_an_id_that_is_taken_is_not_given_again() -> None:
    store = MemoryStore()
    first = Sandbox(store=store).made("Patient")
    second = Sandbox(store=store).made("Patient")
    assert first["id"] != second["id"]


def test_the_digits_of_a_decimal_are_kept() -> None:
    sandbox = Sandbox()
    sent = b'{"resourceType":"Observation","valueQuantity":{"value":1.50}}'
    incoming = json.loads(sent, parse_float=Decimal)
    made = sandbox.server.answer(_post("Observation", sent)).body or {}
    assert made["valueQuantity"] == incoming["valueQuantity"]
    assert '"value":1.50' in dumps(made)


def _post(kind: str, body: bytes) -> Any:
    from service.sandbox.wire import Incoming  # noqa: PLC0415 (one request that is written by hand)

    headers = {"content-type": "application/fhir+json"}
    return Incoming(method="POST", base=BASE, segments=(kind,), headers=headers, body=body)


def test_a_later_page_shows_what_is_there_by_then() -> None:
    sandbox = Sandbox(shape=Shape(page_size=1))
    made = [sandbox.made("Patient") for _ in range(3)]
    link = next(one["url"] for one in sandbox.body("GET", "/Patient")["link"] if one["relation"] == "next")
    sandbox.ask("DELETE", f"/Patient/{made[1]['id']}")
    assert sandbox.found(link) == []


@pytest.mark.parametrize("query", ["_getpagesoffset=x", "_count=0", "_count=9999999999"])
def test_a_page_link_that_was_tampered_with_is_refused(query: str) -> None:
    sandbox = Sandbox(shape=Shape(page_size=1))
    for _ in range(2):
        sandbox.made("Patient")
    link = next(one["url"] for one in sandbox.body("GET", "/Patient")["link"] if one["relation"] == "next")
    key = dict(part.split("=") for part in link.partition("?")[2].split("&"))["_getpages"]
    assert sandbox.ask("GET", f"?_getpages={key}&{query}").status == 400
    assert sandbox.ask("GET", f"?_getpages={key}").status == 200


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "/Patient/1/_history"),
        ("GET", "/Patient/1/2/3/_history"),
        ("PUT", "/_history"),
        ("FROB", "/Patient/1"),
        ("POST", "/Patient/r1"),
        ("DELETE", "/Patient"),
    ],
)
def test_a_request_that_means_nothing_is_refused(method: str, url: str) -> None:
    answer = Sandbox().ask(method, url, {"resourceType": "Patient"})
    assert answer.status in {400, 404}
    assert words(answer)


def test_only_json_is_read_and_written() -> None:
    sandbox = Sandbox()
    assert sandbox.ask("POST", "/Patient", {}, Content_Type="application/fhir+xml").status == 415
    assert sandbox.ask("POST", "/Patient", {}, Content_Type="").status == 400
    assert sandbox.ask("GET", "/Patient?_format=xml").status == 406
    assert sandbox.ask("GET", "/Patient", Accept="application/fhir+xml").status == 406
    assert sandbox.ask("GET", "/Patient", Accept="application/xml, */*").status == 200


def test_a_garbled_version_and_a_garbled_patch_are_refused() -> None:
    sandbox = Sandbox()
    made = sandbox.made("Patient")
    path, patch = f"/Patient/{made['id']}", {"Content_Type": "application/json-patch+json"}
    assert sandbox.ask("PUT", path, made, If_Match="not a version").status == 400
    for operations in ([{"op": "replace", "path": "", "value": 3}], 3, [3], {"op": "add"}):
        assert sandbox.ask("PATCH", path, operations, **patch).status == 400


def test_a_bundles_patch_must_be_a_json_patch_in_base64() -> None:
    sandbox = Sandbox()
    made = sandbox.made("Patient")
    for binary in (
        {"resourceType": "Binary", "contentType": "text/plain", "data": "W10="},
        {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": "?"},
    ):
        sent = transaction(ask("PATCH", f"Patient/{made['id']}", resource=binary))
        assert sandbox.ask("POST", "", sent).status == 400


@pytest.mark.parametrize(
    "entry",
    [
        ask("DELETE", "Patient"),
        ask("PUT", "Patient", resource={"resourceType": "Patient"}),
        ask("PUT", "Patient/a/_history/1", resource={"resourceType": "Patient"}),
        ask("GET", ""),
        ask("FROB", "Patient"),
        ask("HEAD", "Patient/1"),
        ask("POST", "Patient", resource={"resourceType": "Patient", "gender": "bogus"}),
    ],
)
def test_a_transaction_with_an_entry_that_means_nothing_is_refused(entry: dict[str, Any]) -> None:
    assert Sandbox().ask("POST", "", transaction(entry)).status == 400


def test_an_entry_may_name_its_type_by_its_resource_or_by_a_whole_url() -> None:
    sandbox = Sandbox()
    patient = {"resourceType": "Patient"}
    body = sandbox.body(
        "POST",
        "",
        transaction(ask("POST", "", resource=patient), ask("PUT", f"{BASE}/Patient/mine", resource=patient)),
    )
    assert [one["response"]["status"] for one in body["entry"]] == ["201 Created", "201 Created"]


def test_deleting_what_is_not_there_in_a_bundle_is_no_error() -> None:
    body = Sandbox().body("POST", "", transaction(ask("DELETE", "Patient/nobody")))
    assert body["entry"][0]["response"]["status"] == "204 No Content"
    assert "location" not in body["entry"][0]["response"]


def test_a_conditional_update_in_a_transaction_overwrites_the_one_it_finds() -> None:
    sandbox = Sandbox()
    sent = {"resourceType": "Patient", "identifier": [{"value": "1"}]}
    made = sandbox.made("Patient", identifier=[{"value": "1"}])
    body = sandbox.body(
        "POST", "", transaction(ask("PUT", "Patient?identifier=1", resource=sent | {"gender": "male"}))
    )
    assert body["entry"][0]["response"]["location"] == f"Patient/{made['id']}/_history/2"


def test_a_conditional_reference_may_mean_what_the_same_transaction_makes() -> None:
    sandbox = Sandbox()
    patient = {"resourceType": "Patient", "identifier": [{"value": "1"}]}
    goal = {"resourceType": "Goal", "subject": {"reference": "Patient?identifier=1"}}
    made = {
        "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=1"},
        "resource": patient,
    }
    body = sandbox.body("POST", "", transaction(ask("POST", "Goal", resource=goal), made))
    assert [one["response"]["status"] for one in body["entry"]] == ["201 Created", "201 Created"]


def test_validating_a_profile_says_that_profiles_are_not_known() -> None:
    parts = [
        {"name": "resource", "resource": {"resourceType": "Patient"}},
        {"name": "profile", "valueUri": "http://example.org/p"},
    ]
    body = Sandbox().body("POST", "/Patient/$validate", {"resourceType": "Parameters", "parameter": parts})
    assert body["issue"][-1]["code"] == "not-supported"
    assert body["issue"][-1]["severity"] == "information"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("code:missing=true", 1),
        ("code:missing=false", 2),
        ("code:text=ser", 1),
        ("code:text=flu", 1),
        ("status:text=final", 0),
        ("date:missing=true&status=x", 0),
        ("_sort=status", 3),
        ("_sort=-date,status", 3),
        ("date:missing=true", 2),
        ("subject:Group=x", 0),
        ("_profile=http://example.org/p", 1),
        ("_summary=false", 3),
        ("value-concept:not=x", 3),
        ("subject=http://elsewhere.example/Patient/1", 1),
        ("_id:missing=false", 3),
        ("category=a\\,b", 1),
        ("category=a%7Cb", 0),
    ],
)
def test_searches_that_the_contract_leaves_out(query: str, found: int) -> None:
    sandbox = Sandbox()
    sandbox.made(
        "Observation", code={"coding": [{"display": "Fluoxetine"}]}, category=[{"coding": [{"code": "a,b"}]}]
    )
    sandbox.made(
        "Observation", code={"text": "Sertraline"}, effectivePeriod={"start": "2026"}, status="final"
    )
    sandbox.made(
        "Observation",
        meta={"profile": ["http://example.org/p"]},
        subject={"reference": "http://elsewhere.example/Patient/1"},
    )
    assert len(sandbox.found(f"/Observation?{query}")) == found


def test_a_reverse_include_can_go_on() -> None:
    sandbox = Sandbox()
    ada = sandbox.made("Patient")
    subject = {"reference": f"Patient/{ada['id']}"}
    goal = sandbox.made("Goal", subject=subject)
    plan = sandbox.made("CarePlan", subject=subject, goal=[{"reference": f"Goal/{goal['id']}"}])
    query = f"/Patient?_id={ada['id']}&_revinclude=Goal:patient&_revinclude:iterate=CarePlan:goal"
    assert sandbox.found(query) == [ada["id"], goal["id"], plan["id"]]


def test_an_include_passes_over_what_is_elsewhere() -> None:
    sandbox = Sandbox()
    goal = sandbox.made("Goal", subject={"reference": "http://elsewhere.example/fhir/Patient/1"})
    assert sandbox.found("/Goal?_include=Goal:subject&_include=CarePlan:goal") == [goal["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"contained": [{"resourceType": "Nonesuch"}]},
        {"contained": [{"id": "a"}]},
        {"multipleBirthInteger": True},
        {"multipleBirthInteger": Decimal("1.5")},
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused(wrong: dict[str, Any]) -> None:
    sent = dumps({"resourceType": "Patient", **wrong}).encode()
    assert Sandbox().server.answer(_post("Patient", sent)).status == 400


def test_an_object_where_a_text_belongs_is_dropped_and_a_number_in_digits_is_read() -> None:
    made = Sandbox().made("Patient", gender={"x": 1}, language=True, multipleBirthInteger="2")
    assert "gender" not in made
    assert (made["language"], made["multipleBirthInteger"]) == ("true", 2)


def test_a_since_that_is_no_date_is_refused() -> None:
    assert Sandbox().ask("GET", "/_history?_since=2026-99-01T00:00:00Z").status == 400


def test_a_string_parameter_looks_into_all_parts_of_a_name() -> None:
    sandbox = Sandbox()
    made = sandbox.made("Patient", name=[{"text": "Dr Ada Núñez", "prefix": ["Dr"]}], active=True)
    sandbox.made("Organization", name="Nunez House")
    assert sandbox.found("/Patient?name=dr") == [made["id"]]
    assert len(sandbox.found("/Organization?name=núñez")) == 1
