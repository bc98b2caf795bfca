"""Wherever a server says what it wrote, it is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ehr.messages import Answer
from service.ehr.quirks import echo_of_answer, echo_of_entry, held, kept
from service.fhir.bundle import Entry, Response

STAMPED = {
    "resourceType": "Goal",
    "id": "7",
    "meta": {"versionId": "2", "lastUpdated": "2026-11-23T18:00:00.123Z"},
}


def answer(body: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=200, headers=named, body=body, request_id=None)


@pytest.mark.parametrize("etag", ["1", '"1"', 'W/"1"', ' W/"1" '])
def test_a_version_is_read_from_every_form_of_etag(etag: str) -> None:
    assert echo_of_answer(answer(ETag=etag)).version == "1"


@pytest.mark.parametrize(
    ("echo", "reference", "version", "updated"),
    [
        (echo_of_answer(answer(STAMPED)), "Goal/7", "2", "2026-11-23T18:00:00.123Z"),
        (echo_of_answer(answer(STAMPED, ETag='W/"3"')), "Goal/7", "3", "2026-11-23T18:00:00.123Z"),
        (
            echo_of_answer(answer(Location="http://ehr.test/fhir/Goal/7/_history/5")),
            "Goal/7", "5", None,
        ),
        (
            echo_of_answer(answer(Content_Location="Goal/7/_history/5")),
            "Goal/7", "5", None,
        ),
        (
            echo_of_answer(answer(Location="Goal/7", Last_Modified="Mon, 23 Nov 2026 18:00:00 GMT")),
            "Goal/7", None, "2026-11-23T18:00:00+00:00",
        ),
        (echo_of_answer(answer()), None, None, None),
        (echo_of_answer(answer({"resourceType": "Goal", "id": "7", "meta": 1})), "Goal/7", None, None),
        (echo_of_answer(answer(Location="/somewhere/else")), None, None, None),
        (
            echo_of_entry(
                Entry(response=Response(status=200, location="Goal/7/_history/1", etag="1",
                                        last_modified="2026-11-23T18:21:47.867+00:00"))
            ),
            "Goal/7", "1", "2026-11-23T18:21:47.867+00:00",
        ),
    ],
)  # fmt: skip
def test_the_stamps_are_found_where_the_server_puts_them(
    echo: object, reference: str | None, version: str | None, updated: str | None
) -> None:
    target = echo.target
    assert (target.relative if target else None) == reference
    assert (echo.version, echo.last_updated) == (version, updated)


def test_an_outcome_in_place_of_a_resource_is_not_what_was_kept() -> None:
    assert kept({"resourceType": "OperationOutcome"}) is None
    assert kept(None) is None
    assert kept(STAMPED) == STAMPED


def test_an_entry_without_response_tells_nothing() -> None:
    assert echo_of_entry(Entry(resource=STAMPED)) is None


@pytest.mark.parametrize("body", [{}, {"resourceType": "Goal"}, {"id": "7"}, {"resourceType": 1, "id": 2}])
def test_a_resource_without_type_and_id_is_not_held(body: dict[str, object]) -> None:
    assert held(body) is None


@given(st.text(max_size=30))
def test_no_header_is_too_strange_to_read(text: str) -> None:
    echo = echo_of_answer(answer(ETag=text, Location=text, Last_Modified=text))
    assert echo.version is None or echo.version
    assert isinstance(echo.last_updated, str | None)
