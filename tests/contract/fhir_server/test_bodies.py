"""What the server makes of a body: rows 19 and 20 of the behaviours, and bodies that are none."""

from typing import Any

import pytest

from tests.contract.fhir_server.client import Client, named, patient, unique, words


def kept(chart: Client, **elements: Any) -> dict[str, Any]:
    made = chart.made({"resourceType": "Patient", **elements})
    return {key: value for key, value in made.items() if key not in {"id", "meta", "resourceType"}}


def test_an_unknown_element_is_dropped_and_nothing_is_said(chart: Client) -> None:
    sent = {"mystery": 1, "gender": "female", "maritalStatus": {"mystery": True, "text": "single"}}
    assert kept(chart, **sent) == {"gender": "female", "maritalStatus": {"text": "single"}}


def test_empty_elements_are_dropped(chart: Client) -> None:
    assert kept(chart, name=[], gender="", maritalStatus={}, birthDate=None, active=True) == {"active": True}


def test_one_value_stands_for_a_list_and_a_list_for_one_value(chart: Client) -> None:
    assert kept(chart, name={"family": "Solo"}, gender=["male"]) == {
        "name": [{"family": "Solo"}],
        "gender": "male",
    }


def test_a_text_for_an_object_is_dropped(chart: Client) -> None:
    assert kept(chart, maritalStatus="single") == {}


def test_primitives_are_read_kindly(chart: Client) -> None:
    assert kept(chart, active="true", name=[{"family": 3}]) == {"active": True, "name": [{"family": "3"}]}


def test_extensions_contained_resources_and_gaps_in_lists_survive(chart: Client) -> None:
    sent = {
        "contained": [{"resourceType": "Organization", "id": "o", "name": "House"}],
        "managingOrganization": {"reference": "#o"},
        "_birthDate": {"extension": [{"url": "http://example.org/e", "valueString": "x"}]},
        "name": [
            {
                "given": ["a", None],
                "_given": [None, {"extension": [{"url": "http://example.org/e", "valueCode": "u"}]}],
            }
        ],
        "extension": [{"url": "http://example.org/e", "valueDecimal": 1.5}],
    }
    assert kept(chart, **sent) == sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"gender": "bogus"},
        {"birthDate": "1980-99"},
        {"active": "yes"},
        {"multipleBirthInteger": "two"},
    ],
    ids=str,
)
def test_an_impossible_value_is_refused(chart: Client, wrong: dict[str, Any]) -> None:
    answer = chart.post("/Patient", patient(**wrong))
    assert answer.status_code == 400
    assert next(iter(wrong)) in words(answer)


def test_what_r4_requires_is_not_asked_for(chart: Client) -> None:
    assert chart.post("/Observation", {"resourceType": "Observation"}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        '{"resourceType":',
        "",
        "[]",
        '{"active": true}',
        '{"resourceType": "Nonesuch"}',
        '{"resourceType": "Goal"}',
    ],
)
def test_a_body_that_is_no_resource_of_the_type_is_refused(chart: Client, body: str) -> None:
    answer = chart.post("/Patient", body)
    assert answer.status_code == 400
    assert words(answer)


def test_a_body_of_an_unknown_format_is_refused(chart: Client) -> None:
    assert chart.ask("POST", "/Patient", "x", Content_Type="text/plain").status_code == 400
    assert chart.ask("POST", "/Patient", patient(), Content_Type="application/json").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/metadata", 405),
        ("GET", "", 400),
        ("PUT", "/Patient", 400),
        ("GET", "/Patient/1/2/3/4", 400),
        ("GET", "/Patient/$nonesuch", 400),
        ("GET", "/Nonesuch", 404),
    ],
)
def test_every_refusal_is_an_operation_outcome(chart: Client, method: str, path: str, status: int) -> None:
    body = patient() if method == "PUT" else None
    answer = chart.ask(method, path, body)
    assert answer.status_code == status
    assert "Traceback" not in words(answer)


def test_a_head_request_says_the_same_without_a_body(chart: Client, ada: str) -> None:
    answer = chart.ask("HEAD", f"/{ada}")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["ETag"] == 'W/"1"'


def test_a_resource_with_an_unknown_id_reads_404_after_a_refused_write(chart: Client) -> None:
    key = f"Patient/{unique()}x"
    chart.put(f"/{key}", patient(id=key.partition("/")[2], gender="bogus"))
    assert chart.get(f"/{key}").status_code == 404
    assert named(patient(id="x")) == "Patient/x"
