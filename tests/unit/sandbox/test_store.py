"""The stores: units are all or nothing, and a file keeps what it was given."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sandbox.records import Method, Version
from service.sandbox.sqlite import FileUnusable, SqliteStore
from service.sandbox.store import MemoryStore
from tests.unit.sandbox.in_process import START

CHANGES = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=8)


class Stop(Exception):
    """Ends a unit."""


def change(store: MemoryStore, name: str, deletes: bool) -> None:
    before = store.latest(("Goal", name))
    number = before.number + 1 if before else 1
    body = {
        "resourceType": "Goal",
        "id": name,
        "identifier": [{"value": f"{name}{number % 2}"}, {"system": "urn:x"}],
        "subject": {"reference": f"Patient/{number % 3}"},
    }
    store.append(
        Version(
            kind="Goal",
            id=name,
            number=number,
            moment=START,
            method=Method.DELETE if deletes else Method.PUT,
            body=None if deletes else body,
        )
    )


def fail(store: MemoryStore, changes: list[tuple[str, bool]]) -> None:
    with store.unit():
        for name, deletes in changes:
            change(store, name, deletes)
        raise Stop


def seen(store: MemoryStore) -> object:
    """Gives everything that a store can be asked."""
    keys = [
        *(f"identifier:{name}{bit}" for name in "abc" for bit in "01"),
        *(f"Patient/{n}" for n in range(3)),
    ]
    return (
        list(store.history()),
        list(store.current("Goal")),
        {key: sorted(one.id for one in store.holders(key)) for key in keys},
        [store.latest(("Goal", name)) for name in "abc"],
        [store.versions(("Goal", name)) for name in "abc"],
    )


@given(CHANGES, CHANGES, CHANGES)
def test_a_unit_that_fails_leaves_no_trace_and_an_inner_one_undoes_only_itself(
    kept: list[tuple[str, bool]], undone: list[tuple[str, bool]], later: list[tuple[str, bool]]
) -> None:
    store, plain = MemoryStore(), MemoryStore()
    with store.unit():
        for name, deletes in kept:
            change(store, name, deletes)
            change(plain, name, deletes)
        with pytest.raises(Stop):
            fail(store, undone)
        assert seen(store) == seen(plain)
        for name, deletes in later:
            change(store, name, deletes)
            change(plain, name, deletes)
    assert seen(store) == seen(plain)


def test_a_unit_keeps_other_threads_out() -> None:
    store = MemoryStore()
    order = []

    def write() -> None:
        with store.unit():
            order.append("other")

    with store.unit():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(0.05)
        order.append("mine")
    thread.join()
    assert order == ["mine", "other"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chart.db"


def test_a_file_gives_back_what_was_written(path: Path) -> None:
    store = SqliteStore(path)
    with store.unit():
        change(store, "a", False)
        with store.unit():
            change(store, "b", False)
    with store.unit():
        change(store, "a", True)
    before = seen(store)
    store.close()
    again = SqliteStore(path)
    assert seen(again) == before
    again.close()


def test_a_failed_unit_reaches_neither_memory_nor_file(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(Stop):
        fail(store, [("a", False)])
    assert list(store.history()) == []
    store.close()
    again = SqliteStore(path)
    assert list(again.history()) == []
    again.close()


def test_what_the_file_refuses_is_not_in_memory_either(path: Path) -> None:
    store = SqliteStore(path)
    with store.unit():
        change(store, "a", False)
    twice = store.latest(("Goal", "a"))
    assert twice
    with pytest.raises(sqlite3.IntegrityError), store.unit():
        store.append(twice)
    assert len(list(store.history())) == 1
    with store.unit():
        change(store, "a", False)
    assert len(list(store.history())) == 2
    store.close()


def test_a_second_server_cannot_open_the_file(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(FileUnusable, match="locked"):
        SqliteStore(path)
    store.close()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database " * 100)
    with pytest.raises(FileUnusable, match="not a database"):
        SqliteStore(tmp_path / "text.db")
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute("pragma user_version = 9")
    newer.close()
    with pytest.raises(FileUnusable, match="schema 9"):
        SqliteStore(tmp_path / "newer.db")


def test_a_relabelled_version_takes_the_place_of_the_old_one_everywhere(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "chart.db")
    for name in ("a", "b", "a", "b"):
        with store.unit():
            change(store, name, deletes=False)
    newest = store.latest(("Goal", "a"))
    assert newest is not None
    relabelled = replace(newest, body={**(newest.body or {}), "meta": {"tag": [{"code": "x"}]}})
    store.relabel(relabelled)
    assert store.latest(("Goal", "a")) == relabelled
    assert [one.location for one in store.history()] == [
        f"Goal/{name}/_history/{number}" for name, number in (("b", 2), ("a", 2), ("b", 1), ("a", 1))
    ]
    seen_before = seen(store)
    store.close()
    again = SqliteStore(tmp_path / "chart.db")
    assert seen(again) == seen_before
    again.close()


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_cleared_store_is_as_new(tmp_path: Path, on_disk: bool) -> None:
    store = SqliteStore(tmp_path / "chart.db") if on_disk else MemoryStore()
    with store.unit():
        change(store, "a", deletes=False)
    store.clear()
    assert seen(store) == seen(MemoryStore())
    with store.unit():
        change(store, "b", deletes=False)
    assert [one.id for one in store.current("Goal")] == ["b"]
    if isinstance(store, SqliteStore):
        store.close()
        again = SqliteStore(tmp_path / "chart.db")
        assert [one.id for one in again.current("Goal")] == ["b"]
        again.close()
