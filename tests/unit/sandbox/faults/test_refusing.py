"""Faults in which the server refuses: too much at once, a token or a page that expired, other statuses."""

from email.utils import parsedate_to_datetime

import pytest

from tests.unit.sandbox.faults.faulty import Faulty, patient
from tests.unit.sandbox.in_process import BASE, START, words


@pytest.mark.parametrize(("fault", "status"), [("too-many-requests", 429), ("overloaded", 503)])
def test_a_full_server_says_when_to_come_back_and_does_nothing(fault: str, status: int) -> None:
    ehr = Faulty(f"{fault} retry-after=7")
    answer = ehr.ask("POST", "/Patient", patient())
    assert (answer.status, answer.headers["Retry-After"]) == (status, "7")
    assert ehr.held() == []


@pytest.mark.parametrize(("fault", "status"), [("too-many-requests", 429), ("overloaded", 503)])
def test_a_full_server_may_name_a_date_by_its_own_clock(fault: str, status: int) -> None:
    ehr = Faulty(f"{fault} retry-after=90 form=date")
    answer = ehr.ask("GET", "/Patient")
    until, now = (parsedate_to_datetime(answer.headers[name]) for name in ("Retry-After", "Date"))
    assert answer.status == status
    assert (now, (until - now).total_seconds()) == (START, 90)


def test_an_expired_token_is_refused_until_another_comes() -> None:
    ehr = Faulty("expired-token after=1")
    assert ehr.ask("GET", "/Patient", Authorization="Bearer a").status == 200
    refused = ehr.ask("POST", "/Patient", patient(), Authorization="Bearer a")
    assert refused.status == 401
    assert "invalid_token" in refused.headers["WWW-Authenticate"]
    assert ehr.ask("GET", "/Patient", Authorization="Bearer a").status == 401
    assert ehr.held() == []
    assert ehr.ask("GET", "/Patient", Authorization="Bearer b").status == 200


def test_an_expired_page_is_410_while_the_first_page_is_not() -> None:
    ehr = Faulty("expired-page")
    for _ in range(3):
        ehr.made("Patient")
    first = ehr.body("GET", "/Patient?_count=2")
    answer = ehr.ask("GET", first["link"][1]["url"])
    assert answer.status == 410
    assert "HAPI-0417" in words(answer)


STALE = {"If_Match": 'W/"7"'}


def test_412_for_409_and_back() -> None:
    ehr = Faulty()
    ehr.made("Patient", active=True)
    sent = ("PUT", "/Patient/r1", patient(id="r1", active=False))
    assert ehr.ask(*sent, **STALE).status == 409
    ehr.arm("412-for-409")
    answer = ehr.ask(*sent, **STALE)
    assert answer.status == 412
    assert "HAPI" not in words(answer)
    assert ehr.ask(*sent, If_Match='W/"1"').status == 200


def test_409_for_412() -> None:
    ehr = Faulty()
    for _ in range(2):
        ehr.made("Patient", active=True)
    condition = {"If_None_Exist": "active=true"}
    assert ehr.ask("POST", "/Patient", patient(), **condition).status == 412
    ehr.arm("409-for-412")
    assert ehr.ask("POST", "/Patient", patient(), **condition).status == 409
    assert ehr.held() == ["r1", "r2"]


def test_the_entries_of_a_batch_say_the_other_status_too() -> None:
    ehr = Faulty("412-for-409")
    ehr.made("Patient", active=True)
    request = {"method": "PUT", "url": "Patient/r1", "ifMatch": 'W/"7"'}
    reading = {"request": {"method": "GET", "url": "Patient/r1"}}
    entry = [{"request": request, "resource": patient(id="r1")}, reading]
    answer = ehr.body("POST", "/", {"resourceType": "Bundle", "type": "batch", "entry": entry})
    assert [one["response"]["status"].partition(" ")[0] for one in answer["entry"]] == ["412", "200"]


def rows(ehr: Faulty, url: str) -> list[list[str]]:
    """The ids on each page."""
    pages = []
    following: str | None = url
    while following:
        bundle = ehr.body("GET", following)
        pages.append([one["fullUrl"].removeprefix(f"{BASE}/Patient/") for one in bundle.get("entry", [])])
        following = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), None)
    return pages


# Six patients, two on a page; newest first in a history, oldest first in a search.
PAGES = {
    "duplicate-row": [["1", "2"], ["2", "3", "4"], ["4", "5", "6"]],
    "missing-row": [["1", "2"], ["4"], ["6"]],
    "reordered-rows": [["1", "2"], ["6", "5"], ["4", "3"]],
}


@pytest.mark.parametrize("fault", PAGES)
def test_rows_stand_on_the_wrong_page(fault: str) -> None:
    ehr = Faulty()
    for number in range(1, 7):
        ehr.made("Patient", gender="other", birthDate=f"200{number}-01-01")
        ehr.tick(seconds=1)
    ehr.arm(fault)
    expected = [[f"r{one}" for one in page] for page in PAGES[fault]]
    assert rows(ehr, "/Patient?_count=2&_sort=_lastUpdated") == expected
    turned = {f"r{number}": f"r{7 - number}" for number in range(1, 7)}
    assert rows(ehr, "/Patient/_history?_count=2") == [[turned[one] for one in page] for page in expected]


def test_reordered_rows_of_a_last_page_without_a_partner_are_only_turned() -> None:
    ehr = Faulty("reordered-rows")
    for _ in range(4):
        ehr.made("Patient")
    assert rows(ehr, "/Patient?_count=2") == [["r1", "r2"], ["r4", "r3"]]


def test_what_a_page_includes_stays_beside_its_rows() -> None:
    ehr = Faulty("missing-row")
    subject = {"reference": f"Patient/{ehr.made('Patient')['id']}"}
    for _ in range(2):
        ehr.made("Goal", lifecycleStatus="active", description={"text": "Sleep"}, subject=subject)
    first = ehr.body("GET", "/Goal?_count=1&_include=Goal:subject")
    second = ehr.body("GET", first["link"][1]["url"])
    assert [one["resource"]["resourceType"] for one in second["entry"]] == ["Patient"]


@pytest.mark.parametrize("fault", [*PAGES, "expired-page"])
def test_a_first_page_is_as_it_is(fault: str) -> None:
    ehr = Faulty(fault)
    ehr.made("Patient")
    for path in ("/Patient?_count=1", "/Patient/_history?_count=1", "/Patient/r1/_history?_offset=0"):
        assert len(ehr.body("GET", path)["entry"]) == 1


def test_a_page_that_is_none_stays_an_error() -> None:
    ehr = Faulty("duplicate-row", "missing-row", "reordered-rows")
    assert ehr.ask("GET", "?_getpages=x&_getpagesoffset=y").status == 410
