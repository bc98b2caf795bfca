from threading import Barrier, Thread

import pytest

from service.ports.storage import PlanFilter, Storage, Superseded
from tests.builders import PSYCHIATRIST, a_plan
from tests.contract.storage.samples import NOON, a_revision, a_row, an_entry


class CrashError(Exception):
    """Stands for whatever ends a use case in the middle."""


def nothing_is_kept(storage: Storage) -> bool:
    with storage.begin(write=False) as work:
        return (
            work.plans.page(PlanFilter()).items == ()
            and work.people.page().items == ()
            and work.ledger.of_plan("default", a_plan().id) == ()
            and work.journal.open_rows("default", "patient-1") == ()
            and work.cursors.get("default", "history") is None
        )


def do_a_bit_of_everything(storage: Storage, *, crash: bool) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision())
        work.people.put(PSYCHIATRIST)
        work.ledger.save([an_entry()], plan_id=a_plan().id)
        work.journal.write([a_row()])
        work.cursors.put("default", "history", "1")
        if crash:
            raise CrashError


def test_a_crash_leaves_nothing(storage: Storage) -> None:
    with pytest.raises(CrashError):
        do_a_bit_of_everything(storage, crash=True)
    assert nothing_is_kept(storage)


def test_without_a_commit_nothing_is_kept(storage: Storage) -> None:
    do_a_bit_of_everything(storage, crash=False)
    assert nothing_is_kept(storage)


def test_a_crash_after_the_commit_loses_nothing(storage: Storage) -> None:
    def crash_at_last() -> None:
        with storage.begin() as work:
            work.plans.add(a_revision())
            work.commit()
            raise CrashError

    with pytest.raises(CrashError):
        crash_at_last()
    with storage.begin(write=False) as work:
        assert work.plans.head(a_plan().id) == a_revision()


def test_work_is_committed_once(storage: Storage) -> None:
    with storage.begin() as work:
        work.commit()
        with pytest.raises(RuntimeError, match="is over"):
            work.commit()


def test_work_opened_for_reading_commits_nothing(storage: Storage) -> None:
    with storage.begin(write=False) as work, pytest.raises(RuntimeError, match="for reading"):
        work.commit()


def test_who_reads_sees_one_state(storage: Storage) -> None:
    with storage.begin(write=False) as reading:
        assert reading.people.page().items == ()
        with storage.begin() as work:
            work.people.put(PSYCHIATRIST)
            work.commit()
        assert reading.people.page().items == ()
    with storage.begin(write=False) as reading:
        assert reading.people.page().items == (PSYCHIATRIST,)


def test_of_two_threads_that_append_to_one_head_exactly_one_wins(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision())
        work.commit()
    start, outcomes = Barrier(2), []

    def append(title: str) -> None:
        start.wait()
        revision = a_revision(a_plan(title=title), number=2, recorded_at=NOON)
        try:
            with storage.begin() as work:
                work.plans.append(revision, expected=1)
                work.commit()
            outcomes.append(title)
        except Superseded as error:
            outcomes.append(error.current)

    threads = [Thread(target=append, args=(title,)) for title in ("One", "Other")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert 2 in outcomes
    (winner,) = set(outcomes) - {2}
    with storage.begin(write=False) as work:
        assert work.plans.head(a_plan().id).plan.title == winner
