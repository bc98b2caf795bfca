"""The pages of a feed: what is asked, how a row is read, and where a reading begins anew."""

from collections.abc import Iterable
from typing import Any

import pytest

from service.ehr.errors import PageExpired
from service.ehr.feeding import feed_pages
from service.ehr.messages import Aim, Answer, Ask
from service.fhir.json import JsonObject
from service.ports.ehr import History, NotFhir, Row, Updated

GOAL: JsonObject = {
    "resourceType": "Goal",
    "id": "1",
    "meta": {"versionId": "4", "lastUpdated": "2026-03-02T12:00:00Z"},
}


class Server:
    """Gives these answers, one after the other."""

    def __init__(self, *answers: JsonObject | Exception, **headers: str) -> None:
        self.answers = iter(answers)
        self.headers = headers
        self.asked: list[Ask] = []

    def __call__(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return Answer(status=200, headers=self.headers, body=answer, request_id="req-1")


def bundle(*entries: JsonObject, more: str | None = None, kind: str = "history", **meta: Any) -> JsonObject:
    links = [{"relation": "next", "url": more}] if more else []
    return {"resourceType": "Bundle", "type": kind, "link": links, "entry": list(entries), **meta}


def read(server: Server, feed: History | Updated = History(), since: str | None = None) -> list[Row]:  # noqa: B008  a frozen value
    return [row for page in feed_pages(feed, since, count=50, fetch=server) for row in page.rows]


ASKED = [
    (History(), None, Aim.HISTORY, "_history", {"_count": "50"}),
    (History("Goal"), "T", Aim.HISTORY, "Goal/_history", {"_count": "50", "_since": "T"}),
    (Updated("Goal"), "T", Aim.SEARCH, "Goal", {"_count": "50", "_lastUpdated": "geT"}),
    (Updated("Goal"), None, Aim.SEARCH, "Goal", {"_count": "50"}),
]


@pytest.mark.parametrize(("feed", "since", "aim", "path", "params"), ASKED)
def test_a_feed_is_asked_for_past_every_cache(
    feed: History | Updated, since: str | None, aim: Aim, path: str, params: dict[str, str]
) -> None:
    server = Server(bundle(kind="history" if isinstance(feed, History) else "searchset"))
    read(server, feed, since)
    (ask,) = server.asked
    assert (ask.aim, ask.path, dict(ask.params)) == (aim, path, params)
    assert ask.headers["Cache-Control"] == "no-cache"


ROWS: list[tuple[JsonObject, Row]] = [
    (
        {"resource": GOAL},
        Row(reference="Goal/1", version="4", last_updated="2026-03-02T12:00:00Z", resource=GOAL),
    ),
    (
        {"request": {"method": "DELETE", "url": "Goal/1/_history/5"}, "response": {"status": "200"}},
        Row(reference="Goal/1", version="5", last_updated=None, deleted=True),
    ),
    (
        {
            "fullUrl": "http://ehr.test/fhir/Goal/1",
            "request": {"method": "DELETE", "url": ""},
            "response": {"status": "204", "etag": 'W/"6"', "lastModified": "2026-03-02T13:00:00Z"},
        },
        Row(reference="Goal/1", version="6", last_updated="2026-03-02T13:00:00Z", deleted=True),
    ),
    (
        {"request": {"method": "PUT", "url": "Goal/1"}},
        Row(reference="Goal/1", version=None, last_updated=None),
    ),
    ({"fullUrl": "http://ehr.test/fhir/Goal/1"}, Row(reference="Goal/1", version=None, last_updated=None)),
]


@pytest.mark.parametrize(("entry", "row"), ROWS)
def test_a_row_is_read_from_wherever_a_server_says_it(entry: JsonObject, row: Row) -> None:
    assert read(Server(bundle(entry))) == [row]


def test_what_the_server_says_about_its_answer_is_no_row() -> None:
    outcome = {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}}
    assert read(Server(bundle(outcome, {"resource": GOAL}))) != []


@pytest.mark.parametrize(
    "entry", [{}, {"request": {"method": "DELETE", "url": "Goal?x=y"}}, {"fullUrl": "urn:uuid:1"}]
)
def test_a_row_that_names_no_resource_is_not_passed_over(entry: JsonObject) -> None:
    with pytest.raises(NotFhir):
        read(Server(bundle(entry)))


@pytest.mark.parametrize("feed", [History(), Updated("Goal")])
def test_another_kind_of_bundle_is_no_answer(feed: History | Updated) -> None:
    with pytest.raises(NotFhir):
        read(Server(bundle(kind="collection")), feed)


def told_at(server: Server) -> Iterable[str | None]:
    return [page.told_at for page in feed_pages(History(), None, count=50, fetch=server)]


def test_the_servers_time_is_that_of_the_bundle_else_of_the_answer() -> None:
    date = {"Date": "Mon, 02 Mar 2026 12:00:05 GMT"}
    stamped = bundle(meta={"lastUpdated": "2026-03-02T12:00:04.123Z"})
    assert told_at(Server(stamped, **date)) == ["2026-03-02T12:00:04.123Z"]
    assert told_at(Server(bundle(), **date)) == ["2026-03-02T12:00:05+00:00"]
    assert told_at(Server(bundle())) == [None]


def test_a_page_that_expired_begins_the_reading_anew() -> None:
    first, second = bundle({"resource": GOAL}, more="?page=2"), bundle({"resource": {**GOAL, "id": "2"}})
    server = Server(first, PageExpired("gone"), first, second)
    assert [row.reference for row in read(server)] == ["Goal/1", "Goal/1", "Goal/2"]
    assert [one.aim for one in server.asked] == [Aim.HISTORY, Aim.PAGE, Aim.HISTORY, Aim.PAGE]


def test_pages_that_always_expire_end_the_reading() -> None:
    first = bundle(more="?page=2")
    with pytest.raises(PageExpired):
        read(Server(*[first, PageExpired("gone")] * 3))
