"""Pages, totals and page links that expire (rows 14 and 15)."""

from typing import Any

import pytest

from tests.contract.fhir_server.client import Client, entry, goal, named, patient, words


@pytest.fixture(scope="session")
def many(ehr: str) -> str:
    """A patient with 25 goals."""
    chart = Client(ehr)
    ada = named(chart.made(patient()))
    assert chart.bundle("batch", *(entry("POST", "Goal", goal(ada)) for _ in range(25))).status_code == 200
    return ada


def link(bundle: dict[str, Any], relation: str) -> str | None:
    return next((one["url"] for one in bundle["link"] if one["relation"] == relation), None)


def pages(chart: Client, search: str) -> list[dict[str, Any]]:
    read = [chart.get(search).json()]
    while following := link(read[-1], "next"):
        assert following.startswith(chart.base)
        read.append(chart.get(following).json())
    return read


def test_a_page_holds_twenty_and_tells_no_total(chart: Client, many: str) -> None:
    first, last = pages(chart, f"/Goal?patient={many}")
    assert (len(first["entry"]), first.get("total")) == (20, None)
    assert (len(last["entry"]), last.get("total")) == (5, 25)
    assert link(last, "previous")


def test_the_total_is_told_when_asked_or_when_all_fits(chart: Client, many: str) -> None:
    assert chart.get(f"/Goal?patient={many}&_total=accurate&_count=10").json()["total"] == 25
    assert chart.get(f"/Goal?patient={many}&_count=100").json()["total"] == 25


def test_a_search_that_is_not_to_be_stored_shows_its_first_page_alone(chart: Client, many: str) -> None:
    found = chart.get(f"/Goal?patient={many}", **{"Cache-Control": "no-cache, no-store"}).json()
    assert (len(found["entry"]), found["total"], link(found, "next")) == (20, 20, None)


def test_following_the_links_gives_everything_once(chart: Client, many: str) -> None:
    read = pages(chart, f"/Goal?patient={many}&_count=10&_sort=_lastUpdated")
    found = [named(one["resource"]) for page in read for one in page["entry"]]
    assert [len(page["entry"]) for page in read] == [10, 10, 5]
    assert len(set(found)) == 25


def test_each_page_includes_what_its_matches_point_to(chart: Client, many: str) -> None:
    for page in pages(chart, f"/Goal?patient={many}&_count=20&_include=Goal:patient"):
        included = [one for one in page["entry"] if one["search"]["mode"] == "include"]
        assert [named(one["resource"]) for one in included] == [many]


def test_an_offset_past_the_end_gives_an_empty_page(chart: Client, many: str) -> None:
    following = link(chart.get(f"/Goal?patient={many}").json(), "next")
    assert following
    beyond = chart.get(following.replace("_getpagesoffset=20", "_getpagesoffset=40"))
    assert (beyond.status_code, beyond.json().get("entry")) == (200, None)


def test_a_page_that_has_expired_is_410(chart: Client) -> None:
    unknown = (
        "_getpages=11111111-2222-3333-4444-555555555555&_getpagesoffset=2&_count=2&_bundletype=searchset"
    )
    answer = chart.get(f"?{unknown}")
    assert answer.status_code == 410
    assert "HAPI-0417" in words(answer)
