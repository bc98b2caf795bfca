"""A chart with hidden versions is the chart as it was, in every question that a store can be asked."""

from hypothesis import given
from hypothesis import strategies as st

from service.sandbox.faults.views import Earlier, newest, younger
from service.sandbox.records import Method, Version, index_keys
from service.sandbox.store import MemoryStore
from tests.unit.sandbox.in_process import START

CHANGES = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=10)


def written(changes: list[tuple[str, bool]]) -> MemoryStore:
    store = MemoryStore()
    for name, deletes in changes:
        before = store.latest(("Goal", name))
        number = before.number + 1 if before else 1
        body = {"resourceType": "Goal", "id": name, "identifier": [{"value": f"{number % 2}"}]}
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
    return store


def seen(store: MemoryStore | Earlier) -> object:
    keys = ["identifier:0", "identifier:1"]
    return (
        list(store.history()),
        sorted(one.location for one in store.current("Goal")),
        {key: sorted(one.location for one in store.holders(key)) for key in keys},
        {name: (store.latest(("Goal", name)), store.versions(("Goal", name))) for name in "abc"},
    )


@given(CHANGES, st.integers(0, 10))
def test_without_its_newest_versions_a_chart_is_what_it_was(
    changes: list[tuple[str, bool]], hide: int
) -> None:
    whole = written(changes)
    assert seen(Earlier(whole, newest(whole, hide))) == seen(written(changes[: max(0, len(changes) - hide)]))


@given(CHANGES)
def test_nothing_is_younger_than_now(changes: list[tuple[str, bool]]) -> None:
    whole = written(changes)
    assert seen(Earlier(whole, younger(whole, START))) == seen(whole)


def test_what_is_written_through_a_view_is_in_the_chart() -> None:
    store = MemoryStore()
    view = Earlier(store, frozenset())
    with view.unit():
        view.append(next(written([("a", False)]).history()))
    assert index_keys((store.latest(("Goal", "a")) or next(store.history())).body or {}) == {"identifier:1"}
    view.relabel(next(store.history()))
    view.clear()
    assert list(store.history()) == []
