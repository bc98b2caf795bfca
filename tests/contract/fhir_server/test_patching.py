"""JSON Patch."""

from typing import Any

import pytest

from tests.contract.fhir_server.client import JSON, Client, named, patient, unique, words


def operation(op: str, path: str, value: Any = None) -> list[dict[str, Any]]:
    return [{"op": op, "path": path, "value": value}]


def test_a_patch_changes_one_element_and_answers_without_an_etag(chart: Client) -> None:
    made = chart.made(patient(birthDate="1980-01-01"))
    done = chart.patch(f"/{named(made)}", operation("replace", "/birthDate", "1981-01-01"), If_Match='W/"1"')
    assert done.status_code == 200
    assert "ETag" not in done.headers
    assert done.headers["Content-Location"].endswith("/_history/2")
    assert done.json()["birthDate"] == "1981-01-01"
    assert done.json()["name"] == made["name"]


def test_a_stale_patch_is_refused_with_409(chart: Client) -> None:
    made = chart.made(patient())
    chart.put(f"/{named(made)}", made | {"gender": "male"})
    stale = chart.patch(f"/{named(made)}", operation("add", "/gender", "other"), If_Match='W/"1"')
    assert stale.status_code == 409


def test_a_patch_that_changes_nothing_makes_no_new_version(chart: Client) -> None:
    made = chart.made(patient(gender="male"))
    done = chart.patch(f"/{named(made)}", operation("replace", "/gender", "male"))
    assert done.json()["meta"]["versionId"] == "1"


def test_the_id_stays_what_it_is(chart: Client, ada: str) -> None:
    done = chart.patch(f"/{ada}", operation("replace", "/id", "other"))
    assert named(done.json()) == ada


@pytest.mark.parametrize(
    "operations",
    [
        operation("replace", "/nowhere/3", "x"),
        operation("test", "/name/0/family", "Other"),
        operation("add", "/gender", "bogus"),
        "{x",
    ],
    ids=["path", "test", "code", "garbage"],
)
def test_a_patch_that_cannot_be_applied_is_refused(chart: Client, ada: str, operations: Any) -> None:
    answer = chart.patch(f"/{ada}", operations)
    assert answer.status_code == 400
    assert words(answer)
    assert chart.get(f"/{ada}").headers["ETag"] == 'W/"1"'


def test_a_patch_needs_its_own_content_type(chart: Client, ada: str) -> None:
    assert chart.patch(f"/{ada}", [], **{"Content-Type": "application/json"}).status_code == 400
    assert JSON == "application/fhir+json"


def test_what_is_not_there_cannot_be_patched(chart: Client, ada: str) -> None:
    assert chart.patch(f"/Patient/{unique()}x", []).status_code == 404
    chart.delete(f"/{ada}")
    assert chart.patch(f"/{ada}", []).status_code == 410
