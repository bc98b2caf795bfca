"""Each ability that a shape takes away is gone, and the CapabilityStatement says so."""

from datetime import timedelta
from typing import Any

import pytest

from service.sandbox.shape import Shape
from tests.unit.sandbox.in_process import Sandbox, words


def declared(sandbox: Sandbox, kind: str = "Goal") -> dict[str, Any]:
    rest = sandbox.body("GET", "/metadata")["rest"][0]
    return next(one for one in rest["resource"] if one["type"] == kind)


def interactions(of: dict[str, Any]) -> set[str]:
    return {one["code"] for one in of.get("interaction", [])}


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_server_without_bundles_refuses_them(kind: str) -> None:
    sandbox = Sandbox(shape=Shape(**{kind: False}))
    answer = sandbox.ask("POST", "", {"resourceType": "Bundle", "type": kind})
    assert answer.status == 400
    assert kind in words(answer)
    assert kind not in interactions(sandbox.body("GET", "/metadata")["rest"][0])


def test_a_server_without_any_system_interaction_declares_none() -> None:
    sandbox = Sandbox(shape=Shape(transaction=False, batch=False, history=False))
    assert "interaction" not in sandbox.body("GET", "/metadata")["rest"][0]


def test_a_server_without_conditional_create_makes_a_second_one() -> None:
    sandbox = Sandbox(shape=Shape(conditional_create=False))
    sent = {"resourceType": "Patient", "identifier": [{"value": "1"}]}
    for _ in range(2):
        assert sandbox.ask("POST", "/Patient", sent, If_None_Exist="identifier=1").status == 201
    request = {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=1"}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": sent, "request": request}],
    }
    assert sandbox.body("POST", "", bundle)["entry"][0]["response"]["status"] == "201 Created"
    assert len(sandbox.found("/Patient?identifier=1")) == 3
    assert declared(sandbox)["conditionalCreate"] is False


def test_a_server_without_conditional_update_refuses_it() -> None:
    sandbox = Sandbox(shape=Shape(conditional_update=False))
    sent = {"resourceType": "Patient", "identifier": [{"value": "1"}]}
    assert sandbox.ask("PUT", "/Patient?identifier=1", sent).status == 412
    request = {"method": "PUT", "url": "Patient?identifier=1"}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": sent, "request": request}],
    }
    assert sandbox.ask("POST", "", bundle).status == 412
    assert sandbox.found("/Patient") == []
    assert declared(sandbox)["conditionalUpdate"] is False


def test_a_server_that_chooses_ids_refuses_the_clients() -> None:
    sandbox = Sandbox(shape=Shape(update_create=False))
    assert sandbox.ask("PUT", "/Patient/mine", {"resourceType": "Patient", "id": "mine"}).status == 405
    assert declared(sandbox)["updateCreate"] is False


def test_a_server_without_patch_refuses_it() -> None:
    sandbox = Sandbox(shape=Shape(patch=False))
    made = sandbox.made("Patient")
    headers = {"Content_Type": "application/json-patch+json"}
    assert sandbox.ask("PATCH", f"/Patient/{made['id']}", [], **headers).status == 405
    assert "patchFormat" not in sandbox.body("GET", "/metadata")
    assert "patch" not in interactions(declared(sandbox))


def test_a_server_without_history_refuses_it() -> None:
    sandbox = Sandbox(shape=Shape(history=False))
    assert sandbox.ask("GET", "/_history").status == 400
    assert not {one for one in interactions(declared(sandbox)) if one.startswith("history")}
    assert declared(sandbox)["readHistory"] is False


def test_a_server_that_does_not_honour_if_match_overwrites() -> None:
    sandbox = Sandbox(shape=Shape(honours_if_match=False))
    made = sandbox.made("Patient")
    changed = made | {"gender": "male"}
    assert sandbox.ask("PUT", f"/Patient/{made['id']}", changed, If_Match='W/"9"').status == 200
    assert declared(sandbox)["versioning"] == "versioned"


def test_a_server_takes_writes_of_its_writable_types_only() -> None:
    sandbox = Sandbox(shape=Shape(writable=frozenset({"Patient"})))
    ada = sandbox.made("Patient")
    goal = {"resourceType": "Goal", "id": "g", "subject": {"reference": f"Patient/{ada['id']}"}}
    assert sandbox.ask("POST", "/Goal", goal).status == 405
    assert sandbox.ask("PUT", "/Goal/g", goal).status == 405
    assert sandbox.ask("DELETE", "/Goal/g").status == 405
    assert interactions(declared(sandbox)) == {
        "read",
        "vread",
        "search-type",
        "history-type",
        "history-instance",
    }
    assert "create" in interactions(declared(sandbox, "Patient"))


def test_a_server_that_merges_no_tags_replaces_them() -> None:
    sandbox = Sandbox(shape=Shape(merges_tags=False))
    made = sandbox.made("Patient", meta={"tag": [{"code": "a"}]})
    put = sandbox.body("PUT", f"/Patient/{made['id']}", {"resourceType": "Patient", "id": made["id"]})
    assert "tag" not in put["meta"]


def test_a_server_without_external_references_refuses_them() -> None:
    sandbox = Sandbox(shape=Shape(external_references=False))
    for reference in ("http://elsewhere.example/fhir/Patient/1", "https://elsewhere.example/ada"):
        sent = {"resourceType": "Goal", "subject": {"reference": reference}}
        answer = sandbox.ask("POST", "/Goal", sent)
        assert answer.status == 400
        assert "HAPI-0507" in words(answer)


def test_a_server_that_validates_refuses_what_is_invalid_with_the_place() -> None:
    sandbox = Sandbox(shape=Shape(validates=True))
    answer = sandbox.ask("POST", "/CarePlan", {"resourceType": "CarePlan"})
    assert answer.status == 422
    places = {place for issue in (answer.body or {})["issue"] for place in issue.get("expression", [])}
    assert any(place.startswith("CarePlan") for place in places)
    assert sandbox.made("Patient")


def test_the_version_the_name_and_the_page_size_are_as_shaped() -> None:
    shape = Shape(fhir_version="4.3.0", software="Another EHR", page_size=2, largest_page=3)
    sandbox = Sandbox(shape=shape)
    for _ in range(5):
        sandbox.made("Patient")
    assert sandbox.body("GET", "/metadata")["fhirVersion"] == "4.3.0"
    assert sandbox.body("GET", "/metadata")["software"] == {"name": "Another EHR"}
    assert len(sandbox.found("/Patient")) == 2
    assert len(sandbox.found("/Patient?_count=99")) == 3


def test_a_page_link_expires() -> None:
    sandbox = Sandbox(shape=Shape(page_size=1, page_lifetime=timedelta(minutes=5)))
    for _ in range(3):
        sandbox.made("Patient")
    link = next(one["url"] for one in sandbox.body("GET", "/Patient")["link"] if one["relation"] == "next")
    sandbox.tick(minutes=4)
    assert sandbox.ask("GET", link).status == 200
    sandbox.tick(minutes=1)
    assert sandbox.ask("GET", link).status == 410
    sandbox.body("GET", "/Patient")
    assert sandbox.ask("GET", link).status == 410
