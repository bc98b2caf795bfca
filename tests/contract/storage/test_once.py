"""One effect and one answer for a key, on real databases: at the same moment, and when a process ends."""

import subprocess
import sys
from collections import Counter
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from service.api.once import REPLAYED
from service.document import person_to_document
from service.fhir.json import JsonObject
from service.ports.answers import Asked
from service.storage import Storage
from service.storage.database import open_engine
from service.storage.schema import upgrade
from tests.builders import a_person
from tests.contract.storage.keyed_request import BODY, ask, installed
from tests.contract.storage.samples import NOON, later
from tests.data import ROOT
from tests.unit.intake.charts import a_chart

AT_ONCE = 8


@pytest.fixture
def url(database: str) -> str:
    upgrade(database)
    return database


def counted(url: str, table: str) -> int:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()  # noqa: S608  a table of ours
    engine.dispose()
    return int(found)


def asked_at_once(url: str, bodies: list[JsonObject]) -> list[TestResponse]:
    """Send bodies under one key, each from a thread of its own."""
    return sent_at_once(url, "/people", [("k", body) for body in bodies])


def sent_at_once(url: str, path: str, requests: list[tuple[str, JsonObject]]) -> list[TestResponse]:
    """Send bodies, each under its key and from a thread of its own."""
    start, answers = Barrier(len(requests)), []
    with installed(url) as tandem:
        app = tandem.application()

        def run(key: str, body: JsonObject) -> None:
            headers = {"Idempotency-Key": key, "X-Tandem-Author": "n.okafor"}
            start.wait()
            answers.append(app.test_client().post(path, json=body, headers=headers))

        threads = [Thread(target=run, args=one) for one in requests]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    return answers


def test_of_many_at_the_same_moment_one_has_the_effect_and_all_get_its_answer(url: str) -> None:
    answers = asked_at_once(url, [BODY] * AT_ONCE)
    assert Counter(one.status_code for one in answers) == {201: AT_ONCE}
    assert Counter(one.headers.get(REPLAYED) for one in answers) == {None: 1, "true": AT_ONCE - 1}
    assert len({(one.data, one.headers["ETag"], one.headers["Location"]) for one in answers}) == 1
    assert (counted(url, "people"), counted(url, "answers")) == (1, 1)


def test_different_requests_at_the_same_moment_under_one_key_have_one_effect(url: str) -> None:
    answers = asked_at_once(url, [person_to_document(a_person(id=name)) for name in ("first", "second")])
    assert sorted(one.status_code for one in answers) == [201, 422]
    assert counted(url, "people") == 1


def test_one_chart_under_many_keys_at_the_same_moment_makes_one_plan_and_an_answer_for_each_key(
    url: str,
) -> None:
    body = {"bundle": a_chart(), "zone": "Europe/Berlin"}
    answers = sent_at_once(url, "/imports", [(f"k{number}", body) for number in range(AT_ONCE)])
    assert Counter(one.status_code for one in answers) == {201: AT_ONCE}
    told = [one.get_json() for one in answers]
    assert Counter(one["outcome"] for one in told) == {"made": 1, "known": AT_ONCE - 1}
    assert len({one["plan_id"] for one in told}) == 1
    assert (counted(url, "plans"), counted(url, "imports"), counted(url, "answers")) == (1, 1, AT_ONCE)


@pytest.mark.parametrize(("moment", "kept"), [("before", 0), ("after", 1)])
def test_a_process_that_ends_leaves_effect_and_answer_or_neither(url: str, moment: str, kept: int) -> None:
    words = [sys.executable, "-m", "tests.contract.storage.keyed_request", url, moment]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 9, ended.stderr
    assert (counted(url, "people"), counted(url, "answers")) == (kept, kept)
    answer = ask(url)
    assert answer.status_code == 201
    assert answer.headers.get(REPLAYED) == ("true" if kept else None)
    assert counted(url, "people") == 1


def test_a_key_that_another_holds_too_long_is_told_as_such(url: str) -> None:
    """On SQLite the other holds the one writer, so that nothing can be kept at all."""
    asked = Asked(principal="anonymous", operation="createPerson", key="crash", fingerprint="")
    other = Storage(url)
    with other.begin() as work:
        work.answers.reserve(asked, now=NOON, until=later(60_000_000))
        answer = ask(url)
    other.close()
    status, after = (503, "5") if url.startswith("sqlite") else (409, "1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, after)
    assert counted(url, "people") == 0
    assert ask(url).status_code == 201
