"""One transaction holds what a keyed request did and what it was told; everything else stays as it was."""

from datetime import timedelta

import pytest

from service.application.answer_once import OnceStorage, OtherRequest, StillAnswering
from service.application.directory import add_person, read_person
from service.application.ports import PlanPorts
from service.ports.answers import Asked, KeptAnswer
from service.ports.storage import StorageBusy, Unknown
from tests.builders import a_person
from tests.fakes.clock import StillClock
from tests.fakes.storage import MemoryAnswers, MemoryStorage, MemoryUnitOfWork

ASKED = Asked(principal="anonymous", operation="createPerson", key="k", fingerprint="f")
ANSWER = KeptAnswer(fingerprint="f", status=201, headers=(), body="{}")
CLOCK = StillClock()


def once_over(storage: MemoryStorage) -> OnceStorage:
    return OnceStorage(storage, clock=CLOCK, keep_for=timedelta(hours=1))


def add(once: OnceStorage, name: str = "p") -> KeptAnswer:
    add_person(a_person(id=name), ports=PlanPorts(storage=once, clock=CLOCK))
    return ANSWER


def test_an_effect_without_a_key_is_kept_as_ever() -> None:
    storage = MemoryStorage()
    add(once_over(storage))
    assert set(storage.kept.people) == {"p"}


def test_the_effect_and_its_answer_are_kept_together() -> None:
    storage = MemoryStorage()
    once = once_over(storage)
    assert once.answer(ASKED, lambda: add(once)) == (ANSWER, False)
    assert set(storage.kept.people) == {"p"}
    assert once.answer(ASKED, lambda: pytest.fail("acted again")) == (ANSWER, True)


def test_a_failure_after_the_effect_keeps_neither() -> None:
    storage = MemoryStorage()
    once = once_over(storage)

    def fails() -> KeptAnswer:
        add(once)
        assert read_person("p", ports=PlanPorts(storage=once, clock=CLOCK)), "seen within the request"
        raise LookupError

    with pytest.raises(LookupError):
        once.answer(ASKED, fails)
    assert storage.kept.people == {}
    assert once.answer(ASKED, lambda: add(once)) == (ANSWER, False)


def test_two_effects_of_one_request_are_kept_together_or_not_at_all() -> None:
    storage = MemoryStorage()
    once = once_over(storage)

    def second_fails() -> KeptAnswer:
        add(once, "first")
        return add(once, "first")

    with pytest.raises(Exception, match="there is a person"):
        once.answer(ASKED, second_fails)
    assert storage.kept.people == {}


def test_an_answer_without_an_effect_is_kept_too() -> None:
    once = once_over(MemoryStorage())
    assert once.answer(ASKED, lambda: ANSWER) == (ANSWER, False)
    assert once.answer(ASKED, lambda: ANSWER) == (ANSWER, True)


def test_reading_before_the_first_effect_holds_no_writer_up() -> None:
    storage = MemoryStorage(patience=0)
    once = once_over(storage)

    def looks_first() -> KeptAnswer:
        with pytest.raises(Unknown), once.begin(write=False) as work:
            work.people.get("p")
        add_person(a_person(id="other"), ports=PlanPorts(storage=storage, clock=CLOCK))
        return add(once)

    assert once.answer(ASKED, looks_first) == (ANSWER, False)
    assert set(storage.kept.people) == {"p", "other"}


def leave(once: OnceStorage, name: str = "left") -> None:
    """Begin a unit of work, and go without its commit."""
    with once.begin() as work:
        work.people.add(a_person(id=name))


def test_a_first_part_that_was_left_is_undone_and_the_next_begins_anew() -> None:
    """As without a key: whoever lost a race looks again, and sees what the other kept."""
    storage = MemoryStorage(patience=0)
    once = once_over(storage)

    def tries_again() -> KeptAnswer:
        leave(once)
        add(once_over(storage), "meanwhile")
        assert read_person("meanwhile", ports=PlanPorts(storage=once, clock=CLOCK))
        leave(once)
        return add(once)

    assert once.answer(ASKED, tries_again) == (ANSWER, False)
    assert set(storage.kept.people) == {"meanwhile", "p"}
    assert once.answer(ASKED, lambda: pytest.fail("acted again")) == (ANSWER, True)


def test_of_two_that_try_again_under_one_key_the_later_gets_the_kept_answer() -> None:
    storage = MemoryStorage(patience=0)
    once, beside = once_over(storage), once_over(storage)

    def is_overtaken() -> KeptAnswer:
        leave(once)
        beside.answer(ASKED, lambda: add(beside, "beside"))
        return add(once)

    assert once.answer(ASKED, is_overtaken) == (ANSWER, True)
    assert set(storage.kept.people) == {"beside"}


def test_a_part_that_was_left_behind_another_spoils_the_whole() -> None:
    storage = MemoryStorage()
    once = once_over(storage)

    def leaves() -> KeptAnswer:
        add(once, "first")
        leave(once)
        return add(once)

    with pytest.raises(RuntimeError, match="uncommitted"):
        once.answer(ASKED, leaves)
    assert storage.kept.people == {}


@pytest.mark.parametrize("write", [True, False])
def test_a_part_that_was_left_within_another_spoils_the_whole(write: bool) -> None:
    storage = MemoryStorage()
    once = once_over(storage)

    def leaves() -> KeptAnswer:
        with once.begin() as first, once.begin(write=write):
            first.people.add(a_person(id="first"))
            leave(once)
            first.commit()
        return ANSWER

    with pytest.raises(RuntimeError, match="uncommitted"):
        once.answer(ASKED, leaves)
    assert storage.kept.people == {}


@pytest.mark.parametrize("write", [True, False])
def test_a_part_is_committed_once_and_only_if_it_was_opened_for_writing(write: bool) -> None:
    once = once_over(MemoryStorage())

    def commits_too_often() -> KeptAnswer:
        add(once)
        with once.begin(write=write) as work:
            work.commit()
            work.commit()
        return ANSWER

    with pytest.raises(RuntimeError, match="over" if write else "for reading"):
        once.answer(ASKED, commits_too_often)


def test_another_request_under_the_key_is_refused() -> None:
    once = once_over(MemoryStorage())
    once.answer(ASKED, lambda: ANSWER)
    other = Asked(principal="anonymous", operation="createPerson", key="k", fingerprint="g")
    with pytest.raises(OtherRequest):
        once.answer(other, lambda: pytest.fail("acted"))


def test_an_answer_that_came_meanwhile_is_taken_and_the_effect_undone() -> None:
    storage = MemoryStorage()
    once, beside = once_over(storage), once_over(storage)

    def is_overtaken() -> KeptAnswer:
        beside.answer(ASKED, lambda: ANSWER)
        return add(once)

    assert once.answer(ASKED, is_overtaken) == (ANSWER, True)
    assert storage.kept.people == {}


class _Held(MemoryAnswers):
    def reserve(self, *args: object, **given: object) -> None:
        raise StorageBusy("the database is busy with another writer")


class _StorageWithHeldKeys(MemoryStorage):
    def begin(self, *, write: bool = True) -> MemoryUnitOfWork:
        return _WorkWithHeldKeys(self, write=write)


class _WorkWithHeldKeys(MemoryUnitOfWork):
    def __enter__(self) -> "_WorkWithHeldKeys":
        super().__enter__()
        self.answers = _Held(self._working)
        return self


def test_a_key_that_stays_held_is_told_as_such() -> None:
    once = once_over(_StorageWithHeldKeys())
    with pytest.raises(StillAnswering):
        once.answer(ASKED, lambda: add(once))
