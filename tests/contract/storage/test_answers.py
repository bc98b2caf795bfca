"""Kept answers: one under each key, for whoever asked, until it expires."""

from dataclasses import replace
from datetime import datetime
from threading import Barrier, Thread

import pytest

from service.ports.answers import Asked, KeptAnswer
from service.ports.storage import Storage
from tests.contract.storage.samples import NOON, later

ASKED = Asked(principal="anonymous", operation="createPlan", key="key-1", fingerprint="f1")
# A body is whatever an API answered: escapes, line ends and all.
ANSWER = KeptAnswer(
    fingerprint="f1",
    status=201,
    headers=(("ETag", '"1"'), ("Location", "/plans/p")),
    body='{"a":"\\u0000é\n"}',
)


def ask(storage: Storage, asked: Asked = ASKED, now: datetime = NOON) -> KeptAnswer | None:
    """Asks with an answer at hand, as whoever comes first does."""
    with storage.begin() as work:
        found = work.answers.reserve(asked, now=now, until=later(60))
        if found is None:
            work.answers.keep(asked, ANSWER)
            work.commit()
    return found


def found(storage: Storage, asked: Asked = ASKED, now: datetime = NOON) -> KeptAnswer | None:
    with storage.begin(write=False) as work:
        return work.answers.find(asked, now=now)


def test_an_answer_comes_back_as_it_was(storage: Storage) -> None:
    assert found(storage) is None
    assert ask(storage) is None
    assert found(storage) == ask(storage) == ANSWER


def test_an_answer_is_found_whatever_is_asked_under_its_key(storage: Storage) -> None:
    ask(storage)
    assert found(storage, replace(ASKED, fingerprint="f2")) == ANSWER


@pytest.mark.parametrize(
    "change", [{"principal": "someone"}, {"operation": "createPerson"}, {"key": "key-2"}]
)
def test_a_key_is_one_of_whoever_asks_what(storage: Storage, change: dict[str, str]) -> None:
    ask(storage)
    assert found(storage, replace(ASKED, **change)) is None
    assert ask(storage, replace(ASKED, **change)) is None


def test_an_answer_expires_and_its_key_is_free(storage: Storage) -> None:
    ask(storage)
    assert found(storage, now=later(59)) == ANSWER
    assert found(storage, now=later(60)) is None
    assert ask(storage, now=later(60)) is None


def test_a_key_that_was_taken_without_an_answer_is_free_again(storage: Storage) -> None:
    with storage.begin() as work:
        assert work.answers.reserve(ASKED, now=NOON, until=later(60)) is None
    assert found(storage) is None
    assert ask(storage) is None


def test_taking_one_key_forgets_what_has_expired(storage: Storage) -> None:
    ask(storage)
    ask(storage, replace(ASKED, key="key-2"), now=later(61))
    assert found(storage, now=NOON) is None


def test_of_two_that_ask_at_once_one_gets_the_answer_of_the_other(storage: Storage) -> None:
    start, given = Barrier(2), []

    def run() -> None:
        start.wait()
        given.append(ask(storage))

    threads = [Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(given, key=str) == [ANSWER, None]
