"""What cannot be a plan is refused by status and field, and nothing of it is kept or repeated."""

import json
from typing import Any

import pytest

from service.document import plan_to_document
from service.domain.plan import Plan
from tests.builders import a_goal, a_plan, an_appointment

PLACES: list[tuple[str, list[str | int], Any, str]] = [
    ("a text for a list", ["goals"], "none", "goals"),
    ("a number for an object", ["patient"], 7, "patient"),
    ("a number for a text", ["title"], 7, "title"),
    ("an empty text", ["title"], " ", "title"),
    ("a NUL", ["title"], "a\0b", "title"),
    ("half a surrogate pair", ["title"], "a\ud800b", "title"),
    ("a text without end", ["title"], "x" * 2001, "title"),
    ("an unknown status", ["status"], "running", "status"),
    ("an id that is none", ["goals", 0, "id"], "a b", "goals[0].id"),
    ("an unknown field", ["goals", 0, "colour"], "red", "goals[0].?"),
    ("a field that may be a record", ["Sørensen, Maja"], 1, "?"),
    ("a day that is none", ["created"], "2026-02-30", "created"),
    ("an impossible dose", ["medications", 0, "dosage", 0, "dose", "value"], 50_000,
     "medications[0].dosage[0].dose.value"),
    ("a negative dose", ["medications", 0, "dosage", 0, "dose", "value"], -1,
     "medications[0].dosage[0].dose.value"),
    ("a dose without end", ["medications", 0, "dosage", 0, "dose", "value"], "1e9999",
     "medications[0].dosage[0].dose.value"),
    ("a unit that is none", ["medications", 0, "dosage", 0, "dose", "unit"], "spoon",
     "medications[0].dosage[0].dose.unit"),
    ("a value set for a system", ["conditions", 0, "code", "codings", 0, "system"],
     "http://hl7.org/fhir/ValueSet/condition-code", "conditions[0].code.codings[0].system"),
    ("an appointment without a zone", ["appointments", 0, "zone"], "Nowhere", "appointments[0].zone"),
    ("a start without an offset", ["appointments", 0, "start"], "2026-04-01T10:00:00",
     "appointments[0].start"),
    ("an end before its start", ["appointments", 0, "end"], "2020-01-01T10:00:00Z", "appointments[0].end"),
    ("an author who is nobody", ["author"], "nobody", "author"),
    ("a reference to nothing", ["goals", 0, "addresses"], ["nothing"], "goals[0].addresses[0]"),
    ("an id that is taken", ["goals", 0, "id"], "plan", "goals[0].id"),
]  # fmt: skip


def spoilt(path: list[str | int], value: Any) -> Any:
    document: Any = plan_to_document(a_plan(id="plan", goals=(a_goal(),), appointments=(an_appointment(),)))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(("path", "value", "field"), [row[1:] for row in PLACES], ids=[r[0] for r in PLACES])
def test_what_makes_no_sense_is_named_by_its_path(
    api, plan: Plan, path: list[str | int], value: Any, field: str
) -> None:
    response = api.post("/plans", json.dumps(spoilt(path, value)))
    assert response.status_code == 422
    assert field in [one["field"] for one in response.json["errors"]]
    assert api.get("/plans/plan").status_code == 404


BODIES: list[tuple[str, bytes | str, int]] = [
    ("nothing", "", 400),
    ("half of it", '{"id": "plan', 400),
    ("a list", "[]", 400),
    ("a text", '"plan"', 400),
    ("null", "null", 400),
    ("a number that is none", '{"id": NaN}', 400),
    ("a number of many digits", '{"id": ' + "9" * 5000 + "}", 400),
    ("bytes that are no text", b'{"id": "\xff"}', 400),
    ("nested deeper than plans are", '{"a":' * 65 + "1" + "}" * 65, 400),
    ("nested deeper than Python goes", "[" * 100_000, 400),
    ("an object without anything", "{}", 422),
    ("nested as deep as is read", '{"a":' * 64 + "1" + "}" * 64, 422),
    ("more than is taken", '{"id": "' + "x" * (2 * 1024 * 1024) + '"}', 413),
]


@pytest.mark.parametrize(("body", "status"), [row[1:] for row in BODIES], ids=[r[0] for r in BODIES])
def test_what_is_no_document_has_its_status(api, body: bytes | str, status: int) -> None:
    response = api.post("/plans", body)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == status
    assert response.json["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/merge-patch+json", None])
def test_another_media_type_is_refused(api, plan: Plan, media: str | None) -> None:
    response = api.ask(
        "PUT",
        f"/plans/{plan.id}",
        plan_to_document(plan),
        headers={"X-Tandem-Author": "a", "If-Match": '"1"'},
        content_type=media,
    )
    assert response.status_code == 415


def test_a_charset_is_no_other_media_type(api, plan: Plan) -> None:
    response = api.ask(
        "PUT",
        f"/plans/{plan.id}",
        plan_to_document(plan),
        headers={"X-Tandem-Author": "a", "If-Match": '"1"'},
        content_type="application/json; charset=utf-8",
    )
    assert response.status_code == 200


def test_a_patch_is_a_merge_patch(api, plan: Plan) -> None:
    headers = {"X-Tandem-Author": "a", "If-Match": '"1"'}
    response = api.ask("PATCH", f"/plans/{plan.id}", {"title": "x"}, headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("author", [None, "", "a b", "Jörg", "a" * 65])
def test_a_revision_has_an_author(api, plan: Plan, author: str | None) -> None:
    headers = {} if author is None else {"X-Tandem-Author": author}
    response = api.ask("POST", "/plans", plan_to_document(plan), headers=headers)
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == ["X-Tandem-Author"]


@pytest.mark.parametrize(
    "path", ["/plans/a%00b", "/plans/a%20b", "/plans/" + "a" * 65, "/plans/", "/plans//goals", "/"]
)
def test_a_path_that_leads_nowhere_is_not_found(api, path: str) -> None:
    response = api.get(path)
    assert response.status_code == 404
    assert response.json["title"] == "Not Found"


def test_a_plan_that_is_not_there_is_not_found_and_not_repeated(api) -> None:
    response = api.get("/plans/Sorensen")
    assert response.status_code == 404
    assert response.json["detail"] == "There is no such plan."
    assert "Sorensen" not in response.text


def test_a_method_that_is_not_offered_names_those_that_are(api, plan: Plan) -> None:
    response = api.ask("DELETE", f"/plans/{plan.id}")
    assert response.status_code == 405
    assert response.json["title"] == "Method Not Allowed"
    assert {"GET", "PUT", "PATCH"} <= set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", [row[1] for row in PLACES], ids=[row[0] for row in PLACES])
def test_no_refusal_repeats_what_was_sent(api, plan: Plan, path: list[str | int]) -> None:
    response = api.post("/plans", json.dumps(spoilt(path, "Maja\0told us")))
    assert response.status_code == 422
    assert "Maja" not in response.text
    assert "told us" not in response.text


@pytest.mark.parametrize("name", ["patients", "Maja Sørensen", "x" * 33])
def test_a_parameter_that_is_none_is_not_repeated(api, name: str) -> None:
    response = api.ask("GET", "/plans", query_string={name: "Maja"})
    assert response.status_code == 422
    assert [one["field"] for one in response.json["errors"]] == ["?"]
    assert "Maja" not in response.text


def test_an_answer_names_a_hundred_problems_and_the_number_of_all(api) -> None:
    response = api.post("/plans", json.dumps(spoilt(["goals"], [1] * 1000)))
    assert response.status_code == 422
    assert len(response.json["errors"]) == 100
    assert response.json["detail"].endswith("and 1000 in all.")
