"""Faults of what the server sees and keeps: an old index, a wrong clock, writes that are not kept."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from service.sandbox.faults.lenses import without
from service.sandbox.shape import Shape
from tests.unit.sandbox.faults.faulty import Faulty, patient
from tests.unit.sandbox.in_process import START, words


def test_a_stale_search_sees_the_chart_of_a_minute_ago_and_a_read_sees_now() -> None:
    ehr = Faulty("stale-search")
    ehr.made("Patient", active=True, identifier=[{"value": "x"}])
    ehr.tick(seconds=50)
    ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=False, identifier=[{"value": "x"}]))
    ehr.tick(seconds=20)
    assert ehr.found("/Patient?active=true") == ehr.found("/Patient?identifier=x") == ["r1"]
    assert ehr.body("GET", "/Patient")["entry"][0]["resource"]["meta"]["versionId"] == "1"
    assert ehr.body("GET", "/Patient/r1")["active"] is False
    ehr.tick(seconds=41)
    assert ehr.found("/Patient?active=true") == []
    assert ehr.found("/Patient?active=false") == ["r1"]


def test_a_stale_search_shows_what_is_deleted_and_hides_what_is_new() -> None:
    ehr = Faulty()
    ehr.made("Patient")
    ehr.tick(seconds=90)
    ehr.arm("stale-search")
    ehr.ask("DELETE", "/Patient/r1")
    ehr.made("Patient")
    assert ehr.found("/Patient") == ehr.found("/Patient?_id=r1,r2") == ["r1"]
    assert ehr.held() == ["r2"]


def test_a_stale_search_can_lack_a_number_of_versions() -> None:
    ehr = Faulty("stale-search versions=2")
    for _ in range(5):
        ehr.made("Patient")
    assert ehr.found("/Patient") == ["r1", "r2", "r3"]
    first = ehr.body("GET", "/Patient?_count=2")
    assert [one["resource"]["id"] for one in ehr.body("GET", first["link"][1]["url"])["entry"]] == ["r3"]


def test_a_cached_search_finds_the_same_as_they_are_now_for_a_minute() -> None:
    ehr = Faulty("search-cache")
    ehr.made("Patient", active=True)
    assert ehr.found("/Patient?active=true") == ["r1"]
    ehr.made("Patient", active=True)
    ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=False))
    ehr.tick(seconds=59)
    (held,) = ehr.body("GET", "/Patient?active=true")["entry"]
    assert (held["resource"]["id"], held["resource"]["active"]) == ("r1", False)
    assert ehr.found("/Patient?active=true&_count=5") == ["r2"], "another search"
    ehr.tick(seconds=1)
    assert ehr.found("/Patient?active=true") == ["r2"]


@pytest.mark.parametrize("asked", ["no-cache", "no-store"])
def test_a_search_that_asks_for_no_cache_sees_now_and_renews_it(asked: str) -> None:
    ehr = Faulty("search-cache")
    assert ehr.found("/Patient") == []
    ehr.made("Patient")
    assert ehr.found("/Patient") == []
    assert len(ehr.body("GET", "/Patient", Cache_Control=asked)["entry"]) == 1
    assert ehr.found("/Patient") == ["r1"]


def test_a_thousand_rows_share_one_last_updated() -> None:
    ehr = Faulty("equal-timestamps")
    for _ in range(1000):
        ehr.made("Patient")
        ehr.tick(milliseconds=7)
    moment = START.isoformat(timespec="milliseconds").replace("+", "%2B")
    assert ehr.body("GET", f"/Patient?_lastUpdated={moment}&_total=accurate")["total"] == 1000
    ehr.ehr.disarm()
    assert ehr.made("Patient")["meta"]["lastUpdated"] > START.isoformat()


@pytest.mark.parametrize("seconds", [300, -300])
def test_a_clock_is_off_in_all_that_it_says(seconds: int) -> None:
    ehr = Faulty(f"clock-skew seconds={seconds}")
    answer = ehr.ask("POST", "/Patient", patient())
    dates = [parsedate_to_datetime(answer.headers[name]) for name in ("Date", "Last-Modified")]
    assert [(date - START).total_seconds() for date in dates] == [seconds, seconds]
    assert (answer.body or {})["meta"]["lastUpdated"][:16] == ("2026-11-23T09:05", "2026-11-23T08:55")[
        seconds < 0
    ]


def test_clocks_add_up() -> None:
    ehr = Faulty("clock-skew seconds=60", "equal-timestamps", "clock-skew seconds=-30")
    assert ehr.made("Patient")["meta"]["lastUpdated"] == "2026-11-23T09:00:30.000+00:00"
    ehr.tick(hours=1)
    assert ehr.made("Patient")["meta"]["lastUpdated"] == "2026-11-23T09:00:30.000+00:00"


@pytest.mark.parametrize("fault", ["ignored-write", "ignored-write says=kept"])
def test_an_ignored_create_is_answered_as_done(fault: str) -> None:
    ehr = Faulty(fault)
    answer = ehr.ask("POST", "/Patient", patient(active=True))
    assert (answer.status, answer.headers["ETag"]) == (201, 'W/"1"')
    assert ehr.held() == []


def test_an_ignored_update_says_what_was_sent() -> None:
    ehr = Faulty()
    ehr.made("Patient", active=True)
    ehr.arm("ignored-write")
    answer = ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=False), If_Match='W/"1"')
    assert (answer.status, answer.headers["ETag"], (answer.body or {})["active"]) == (200, 'W/"2"', False)
    assert ehr.calmly("GET", "/Patient/r1")["active"] is True


def test_an_ignored_update_may_say_what_is_kept() -> None:
    ehr = Faulty()
    ehr.made("Patient", active=True)
    ehr.arm("ignored-write says=kept")
    answer = ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=False))
    assert (answer.status, answer.headers["ETag"], (answer.body or {})["active"]) == (200, 'W/"1"', True)
    assert ehr.ask("PUT", "/Patient/r1", patient(id="r1"), If_Match='W/"9"').status == 409
    assert ehr.ask("PUT", "/Patient/own", patient(id="own")).status == 201
    assert ehr.held() == ["r1"]


def test_an_ignored_transaction_keeps_nothing() -> None:
    ehr = Faulty("ignored-write")
    entry = [{"request": {"method": "POST", "url": "Patient"}, "resource": patient()}]
    answer = ehr.ask("POST", "/", {"resourceType": "Bundle", "type": "transaction", "entry": entry})
    assert answer.status == 200
    assert ehr.held() == []


def test_dropped_elements_vanish_without_a_word_however_they_are_written() -> None:
    ehr = Faulty("dropped-elements paths=Patient.name.given,Patient.birthDate")
    sent = patient(name=[{"family": "A", "given": ["B"]}], birthDate="2000-01-01", _birthDate={"id": "b"})
    made = ehr.made("Patient", **{key: sent[key] for key in ("name", "birthDate", "_birthDate")})
    assert (made["name"], "birthDate" in made, "_birthDate" in made) == ([{"family": "A"}], False, False)
    assert ehr.body("PUT", "/Patient/r1", {**sent, "id": "r1"})["meta"]["versionId"] == "1", "nothing is new"
    operations: Any = [{"op": "add", "path": "/birthDate", "value": "2000-01-01"}]
    patched = ehr.body("PATCH", "/Patient/r1", operations, Content_Type="application/json-patch+json")
    assert "birthDate" not in patched
    entry = [{"request": {"method": "PUT", "url": "Patient/own"}, "resource": {**sent, "id": "own"}}]
    ehr.ask("POST", "/", {"resourceType": "Bundle", "type": "transaction", "entry": entry})
    assert "birthDate" not in ehr.body("GET", "/Patient/own")


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("Goal.note.text", {"note": [{"id": "n"}]}),
        ("Goal.note", {}),
        ("Goal.nothing.at.all", {"note": [{"id": "n", "text": "x"}]}),
        ("Patient.note", {"note": [{"id": "n", "text": "x"}]}),
        ("Goal.note.text.value", {"note": [{"id": "n", "text": "x"}]}),
    ],
)
def test_a_path_takes_away_what_stands_there(path: str, left: dict[str, Any]) -> None:
    goal = {"resourceType": "Goal", "note": [{"id": "n", "text": "x"}]}
    assert without(goal, (path,)) == {"resourceType": "Goal", **left}


def test_an_element_that_is_left_empty_goes_too() -> None:
    goal = {"resourceType": "Goal", "note": [{"text": "x"}], "subject": {"display": "A"}}
    assert without(goal, ("Goal.note.text", "Goal.subject.display")) == {"resourceType": "Goal"}


@pytest.mark.parametrize("shape", [Shape(), Shape(merges_tags=False)])
def test_tags_are_merged_whatever_is_asked(shape: Shape) -> None:
    def tags(body: dict[str, Any]) -> list[str]:
        return sorted(one["code"] for one in body["meta"]["tag"])

    ehr = Faulty(shape=shape)
    ehr.made("Patient", meta={"tag": [{"code": "a"}]})
    sent = patient(id="r1", meta={"tag": [{"code": "b"}]})
    asked = {"X_Meta_Snapshot_Mode": "TAG, SECURITY_LABEL"}
    assert tags(ehr.body("PUT", "/Patient/r1", sent, **asked)) == ["b"]
    ehr.arm("merged-tags")
    sent["meta"]["tag"] = [{"code": "c"}]
    assert tags(ehr.body("PUT", "/Patient/r1", sent, **asked)) == ["b", "c"]


def test_a_swapped_server_has_other_people_under_the_same_ids_and_nothing_else() -> None:
    ehr = Faulty()
    mine = ehr.made("Patient", birthDate="1980-01-02")
    subject = {"reference": f"Patient/{mine['id']}"}
    ehr.made("Goal", lifecycleStatus="active", description={"text": "Sleep"}, subject=subject)
    ehr.arm("swapped-server")
    assert ehr.body("GET", "/Patient/r1")["birthDate"] != "1980-01-02"
    assert ehr.ask("GET", "/Goal/r2").status == 404
    assert ehr.body("GET", "/metadata")["software"]["name"] == "Another sandbox"
    assert ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=False)).status == 200
    assert ehr.body("GET", "/Patient/r1")["active"] is False, "it is a server, and keeps what it is given"
    ehr.ehr.disarm()
    assert ehr.body("GET", "/Patient/r1") == mine
    assert "Resource" not in words(ehr.ask("GET", "/")), "and the first is untouched"
