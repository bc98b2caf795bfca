"""History of a resource, a type and the server (row 13)."""

from urllib.parse import quote

import pytest

from tests.contract.fhir_server.client import Client, goal, named, patient, unique


def test_a_resources_history_is_newest_first_with_deletions(chart: Client, ada: str) -> None:
    chart.put(f"/{ada}", patient(id=ada.partition("/")[2], gender="male"))
    chart.delete(f"/{ada}")
    bundle = chart.get(f"/{ada}/_history").json()
    assert bundle["type"] == "history"
    assert [entry["request"] for entry in bundle["entry"]] == [
        {"method": "DELETE", "url": f"{ada}/_history/3"},
        {"method": "PUT", "url": f"{ada}/_history/2"},
        {"method": "POST", "url": f"{ada}/_history/1"},
    ]
    assert [entry["response"]["status"] for entry in bundle["entry"]] == ["200 OK", "200 OK", "201 Created"]
    assert [entry["response"]["etag"] for entry in bundle["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
    assert "resource" not in bundle["entry"][0]
    assert bundle["entry"][0]["fullUrl"] == f"{chart.base}/{ada}"


def test_the_history_of_what_never_was_is_404(chart: Client) -> None:
    assert chart.get(f"/Goal/{unique()}x/_history").status_code == 404
    assert chart.get("/Nonesuch/_history").status_code == 404


def test_since_includes_its_own_moment(chart: Client, ada: str) -> None:
    changed = chart.put(f"/{ada}", patient(id=ada.partition("/")[2], gender="male")).json()
    since = quote(changed["meta"]["lastUpdated"])
    bundle = chart.get(f"/{ada}/_history?_since={since}").json()
    assert [entry["request"]["url"] for entry in bundle["entry"]] == [f"{ada}/_history/2"]


@pytest.mark.parametrize("path", ["/Goal/_history", "/_history"])
def test_a_wider_history_pages_through_every_change(chart: Client, ada: str, path: str) -> None:
    made = [chart.made(goal(ada)) for _ in range(3)]
    chart.delete(f"/{named(made[0])}")
    bundle = chart.get(f"{path}?_since={quote(made[0]['meta']['lastUpdated'])}&_count=2").json()
    seen = []
    while True:
        seen += [(one["request"]["method"], one["fullUrl"]) for one in bundle.get("entry", [])]
        following = [one["url"] for one in bundle["link"] if one["relation"] == "next"]
        if not following:
            break
        assert "_offset=" in following[0]
        bundle = chart.get(following[0]).json()
    urls = {f"{chart.base}/{named(one)}" for one in made}
    ours = [one for one in seen if one[1] in urls]
    assert ours[0] == ("DELETE", f"{chart.base}/{named(made[0])}")
    assert [method for method, _ in ours] == ["DELETE", "POST", "POST", "POST"]


@pytest.mark.parametrize("path", ["/_history?_count=1", "/Goal/_history?_count=1", "/Goal?_count=1"])
def test_what_is_found_says_when_the_server_answered(chart: Client, ada: str, path: str) -> None:
    before = chart.made(goal(ada))["meta"]["lastUpdated"]
    told_at = chart.get(path).json()["meta"]["lastUpdated"]
    after = chart.made(goal(ada))["meta"]["lastUpdated"]
    assert before <= told_at <= after


def test_a_type_history_holds_no_other_type(chart: Client, ada: str) -> None:
    made = chart.made(goal(ada))
    bundle = chart.get(f"/Goal/_history?_since={quote(made['meta']['lastUpdated'])}").json()
    assert {one["request"]["url"].partition("/")[0] for one in bundle["entry"]} == {"Goal"}


@pytest.mark.parametrize("query", ["_since=zz", "_since=2020-01-01"])
def test_a_history_that_cannot_be_read_is_refused(chart: Client, query: str) -> None:
    assert chart.get(f"/Goal/_history?{query}").status_code == 400
