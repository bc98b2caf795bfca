"""The directory is kept like plans are: nobody is overwritten unread."""

from dataclasses import replace

import pytest

from service.document import person_to_document
from tests.builders import COUNSELOR, PSYCHIATRIST, a_person

PERSON = person_to_document(PSYCHIATRIST)
PATH = f"/people/{PSYCHIATRIST.id}"


def test_a_person_comes_back_as_they_went_in(api) -> None:
    response = api.post("/people", PERSON)
    assert (response.status_code, response.json) == (201, PERSON)
    assert response.headers["Location"] == PATH
    found = api.get(PATH)
    assert (found.json, found.headers["ETag"]) == (PERSON, response.headers["ETag"])


def test_an_id_names_one_person(api) -> None:
    api.post("/people", PERSON)
    response = api.post("/people", person_to_document(a_person(family_name="Other")))
    assert response.status_code == 409
    assert api.get(PATH).json == PERSON


def test_a_person_is_changed_on_what_was_read(api) -> None:
    tag = api.post("/people", PERSON).headers["ETag"]
    changed = person_to_document(replace(PSYCHIATRIST, active=False))
    response = api.put(PATH, changed, If_Match=tag)
    assert (response.status_code, response.json) == (200, changed)
    assert response.headers["ETag"] != tag
    assert api.put(PATH, PERSON, If_Match=tag).status_code == 412


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 428), ({"If_Match": "*"}, 428), ({"If_Match": '"1"'}, 412)]
)
def test_a_person_is_not_changed_unread(api, headers: dict[str, str], status: int) -> None:
    api.post("/people", PERSON)
    assert api.put(PATH, PERSON, **headers).status_code == status


def test_a_person_who_is_not_there_is_not_found(api) -> None:
    assert api.get(PATH).status_code == 404
    assert api.put(PATH, PERSON, If_Match='"1"').status_code == 404


def test_a_person_keeps_the_id_of_the_path(api) -> None:
    response = api.put(PATH, person_to_document(COUNSELOR), If_Match='"1"')
    assert [one["field"] for one in response.json["errors"]] == ["id"]


def test_the_directory_comes_in_pages(api) -> None:
    for number in range(3):
        api.post("/people", person_to_document(a_person(id=f"person-{number}")))
    response = api.get("/people?limit=2")
    assert [one["id"] for one in response.json["items"]] == ["person-0", "person-1"]
    link = response.headers["Link"]
    assert [one["id"] for one in api.get(link[1 : link.index(">")]).json["items"]] == ["person-2"]


def test_a_patient_is_no_clinician(api) -> None:
    response = api.post("/people", PERSON | {"profession": "patient"})
    assert [one["field"] for one in response.json["errors"]] == ["profession"]


def test_a_reader_who_has_a_person_gets_nothing(api) -> None:
    tag = api.post("/people", PERSON).headers["ETag"]
    assert api.get(PATH, If_None_Match=tag).status_code == 304
