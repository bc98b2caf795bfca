"""A search finds everything once, or says that it did not."""

import pytest
import responses

from service.ehr.gateway import Gateway
from service.ports import ehr

BASE = "http://ehr.test/fhir"


def goal(number: int, version: str = "1") -> dict[str, object]:
    return {"resourceType": "Goal", "id": str(number), "meta": {"versionId": version}}


def page(*resources: dict[str, object], following: str | None = None) -> dict[str, object]:
    links = [{"relation": "self", "url": "x"}]
    links += [{"relation": "next", "url": following}] if following else []
    entry = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entry}


def found(gateway: Gateway) -> list[str]:
    return [held.reference for held in gateway.search("Goal", {"patient": "1"})]


def test_pages_are_followed_to_the_last(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1), goal(2), following=f"{BASE}?_getpages=a"))
    server.get(BASE, json=page(goal(3), following="?_getpages=b"), match=[query(_getpages="a")])
    server.get(f"{BASE}/", json=page(goal(4)), match=[query(_getpages="b")])
    assert found(gateway) == ["Goal/1", "Goal/2", "Goal/3", "Goal/4"]
    for call in server.calls:
        assert call.request.headers["Cache-Control"] == "no-cache"
        assert call.request.headers["Prefer"] == "handling=strict"


def test_a_search_for_an_identity_leaves_nothing_behind_on_the_server(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1)))
    assert [held.reference for held in gateway.search("Goal", {"identifier": "s|1"})] == ["Goal/1"]
    assert server.calls[0].request.headers["Cache-Control"] == "no-cache, no-store"


def test_a_search_for_identities_that_fills_a_page_is_made_again_page_by_page(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    names = {"identifier": "s|1,s|2"}
    first = [goal(n) for n in range(10)]
    server.get(f"{BASE}/Goal", json=page(*first), match=[query(**names)])
    server.get(
        f"{BASE}/Goal",
        json=page(*first, following=f"{BASE}?_getpages=a"),
        match=[query(**names, _count="100")],
    )
    server.get(BASE, json=page(goal(10), goal(11)), match=[query(_getpages="a")])
    assert len(list(gateway.search("Goal", names))) == 12
    asked = [call.request.headers["Cache-Control"] for call in server.calls]
    assert asked == ["no-cache, no-store", "no-cache", "no-cache"]


def test_a_search_for_more_identities_than_fill_a_page_is_made_page_by_page(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    names = {"identifier": ",".join(f"s|{n}" for n in range(10))}
    server.get(f"{BASE}/Goal", json=page(goal(1)), match=[query(**names, _count="100")])
    assert [held.reference for held in gateway.search("Goal", names)] == ["Goal/1"]
    assert [call.request.headers["Cache-Control"] for call in server.calls] == ["no-cache"]


def query(**params: str) -> object:
    return responses.matchers.query_param_matcher(params)


def test_an_empty_searchset_finds_nothing(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Goal", json={"resourceType": "Bundle", "type": "searchset", "total": 0})
    assert found(gateway) == []


def test_a_row_that_comes_twice_is_yielded_once(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1), goal(1), goal(2), following=f"{BASE}/more"))
    server.get(f"{BASE}/more", json=page(goal(2), goal(1, "2")))
    assert found(gateway) == ["Goal/1", "Goal/2", "Goal/1"]


def test_includes_are_yielded_and_outcomes_are_not(gateway: Gateway, server: responses.RequestsMock) -> None:
    body = page(goal(1))
    body["entry"] += [
        {"resource": {"resourceType": "Patient", "id": "p"}, "search": {"mode": "include"}},
        {"resource": {"resourceType": "OperationOutcome", "issue": []}, "search": {"mode": "outcome"}},
        {"resource": {"resourceType": "OperationOutcome", "issue": []}},
        {"fullUrl": "no resource"},
    ]
    server.get(f"{BASE}/Goal", json=body)
    assert found(gateway) == ["Goal/1", "Patient/p"]


@pytest.mark.parametrize(
    "link", ["http://evil.test/fhir?page=2", "https://ehr.test/fhir?page=2", "//evil.test"]
)
def test_a_next_link_to_another_origin_is_not_followed(
    gateway: Gateway, server: responses.RequestsMock, link: str
) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1), following=link))
    search = gateway.search("Goal", {})
    assert next(search).reference == "Goal/1"
    with pytest.raises(ehr.NotFhir, match="origin"):
        next(search)
    assert len(server.calls) == 1


def test_pages_in_a_circle_end(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1), following=f"{BASE}/a"))
    server.get(f"{BASE}/a", json=page(goal(2), following=f"{BASE}/b"))
    server.get(f"{BASE}/b", json=page(goal(3), following=f"{BASE}/a"))
    with pytest.raises(ehr.NotFhir, match="no end"):
        found(gateway)


def test_an_expired_page_starts_the_search_anew(gateway: Gateway, server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1), following=f"{BASE}/old"))
    server.get(f"{BASE}/old", json={"resourceType": "OperationOutcome"}, status=410)
    server.get(f"{BASE}/Goal", json=page(goal(1), goal(2), following=f"{BASE}/new"))
    server.get(f"{BASE}/new", json=page(goal(3)))
    assert found(gateway) == ["Goal/1", "Goal/2", "Goal/3"]


def test_a_page_that_expires_again_is_an_outage_and_no_deletion(
    gateway: Gateway, server: responses.RequestsMock
) -> None:
    server.get(f"{BASE}/Goal", json=page(goal(1), following=f"{BASE}/old"))
    server.get(f"{BASE}/old", json={"resourceType": "OperationOutcome"}, status=410)
    with pytest.raises(ehr.Unavailable):
        found(gateway)
    assert len(server.calls) == 4


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"resourceType": "Patient", "id": "1"},
        {"resourceType": "Bundle", "type": "batch-response"},
        page({"resourceType": "Goal"}),
    ],
)
def test_an_answer_that_is_no_searchset_is_refused(
    gateway: Gateway, server: responses.RequestsMock, body: dict[str, object]
) -> None:
    server.get(f"{BASE}/Goal", json=body)
    with pytest.raises(ehr.NotFhir):
        found(gateway)
