"""Update: versions, labels, client-chosen ids (rows 1, 2, 5, 10, 17, 23)."""

from typing import Any

import pytest

from tests.contract.fhir_server.client import Client, named, patient, unique, words


def tags(*codes: str) -> dict[str, Any]:
    return {"tag": [{"system": "urn:tandem:tag", "code": code} for code in codes]}


def codes(resource: dict[str, Any], name: str) -> set[str]:
    return {one["code"] for one in resource["meta"].get(name, [])}


@pytest.mark.parametrize("form", ['W/"{}"', '"{}"', "{}"])
def test_a_stale_version_is_refused_with_409_however_it_is_written(chart: Client, form: str) -> None:
    made = chart.made(patient())
    fresh = chart.put(f"/{named(made)}", made | {"gender": "male"}, If_Match=form.format(1))
    assert (fresh.status_code, fresh.headers["ETag"]) == (200, 'W/"2"')
    stale = chart.put(f"/{named(made)}", made | {"gender": "female"}, If_Match=form.format(1))
    assert stale.status_code == 409
    assert "HAPI-0989" in words(stale)
    assert chart.get(f"/{named(made)}").json()["gender"] == "male"


def test_a_stale_version_in_the_body_alone_overwrites(chart: Client) -> None:
    made = chart.made(patient())
    chart.put(f"/{named(made)}", made | {"gender": "male"})
    assert chart.put(f"/{named(made)}", made | {"gender": "other"}).status_code == 200
    assert chart.get(f"/{named(made)}").json()["gender"] == "other"


def test_equal_content_makes_no_new_version(chart: Client) -> None:
    made = chart.made(patient(gender="male"))
    again = chart.put(f"/{named(made)}", patient(id=made["id"], gender="male"))
    assert (again.status_code, again.headers["ETag"]) == (200, 'W/"1"')
    assert again.json()["meta"]["lastUpdated"] == made["meta"]["lastUpdated"]


def test_tags_and_labels_are_merged_and_profiles_replaced(chart: Client) -> None:
    label = {"security": [{"system": "urn:tandem:label", "code": "R"}]}
    made = chart.made(patient(meta=tags("a") | label | {"profile": ["http://example.org/a"]}))
    put = chart.put(f"/{named(made)}", patient(id=made["id"], meta=tags("b")))
    assert codes(put.json(), "tag") == {"a", "b"}
    assert codes(put.json(), "security") == {"R"}
    assert "profile" not in put.json()["meta"]


def test_a_new_tag_alone_makes_a_new_version(chart: Client) -> None:
    made = chart.made(patient(meta=tags("a")))
    assert chart.put(f"/{named(made)}", patient(id=made["id"])).headers["ETag"] == 'W/"1"'
    assert chart.put(f"/{named(made)}", patient(id=made["id"], meta=tags("b"))).headers["ETag"] == 'W/"2"'


def test_snapshot_mode_replaces_the_tags(chart: Client) -> None:
    made = chart.made(patient(meta=tags("a")))
    replaced = {"X-Meta-Snapshot-Mode": "TAG, PROFILE, SECURITY_LABEL"}
    put = chart.put(f"/{named(made)}", patient(id=made["id"], meta=tags("z")), **replaced)
    assert codes(put.json(), "tag") == {"z"}


def test_a_client_may_choose_an_id_with_a_letter_in_it(chart: Client) -> None:
    mine = f"x{unique()}"
    put = chart.put(f"/Patient/{mine}", patient(id=mine))
    assert (put.status_code, put.headers["ETag"]) == (201, 'W/"1"')
    assert chart.get(f"/Patient/{mine}").status_code == 200


@pytest.mark.parametrize(
    ("key", "body_id"),
    [("987654321987", "987654321987"), ("a_b", "a_b"), ("abc", None), ("abc", "abd")],
)
def test_an_id_that_cannot_be_taken_is_refused(chart: Client, key: str, body_id: str | None) -> None:
    answer = chart.put(f"/Patient/{key}", patient(**({"id": body_id} if body_id else {})))
    assert answer.status_code == 400
    assert words(answer)


def test_if_match_does_not_keep_an_update_from_creating(chart: Client) -> None:
    mine = f"x{unique()}"
    assert chart.put(f"/Patient/{mine}", patient(id=mine), If_Match='W/"1"').status_code == 201


def test_if_none_match_is_no_guard_for_a_put(chart: Client) -> None:
    made = chart.made(patient())
    put = chart.put(f"/{named(made)}", made | {"gender": "male"}, If_None_Match="*")
    assert (put.status_code, put.headers["ETag"]) == (200, 'W/"2"')
