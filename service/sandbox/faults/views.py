"""A chart in which some versions cannot be seen yet, as a stale index or a cached search has it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import TypeAlias

from service.sandbox.records import Key, Version, index_keys
from service.sandbox.store import Store

Hidden: TypeAlias = frozenset[tuple[Key, int]]


def newest(store: Store, number: int) -> Hidden:
    """Gives the newest versions of a chart, so many of them."""
    return _named(islice(store.history(), number))


def younger(store: Store, moment: datetime) -> Hidden:
    """Gives the versions that came after a moment."""
    return _named(version for version in store.history() if version.moment > moment)


def _named(versions: Iterator[Version]) -> Hidden:
    return frozenset((version.key, version.number) for version in versions)


class Earlier:
    """The chart without hidden versions; with `fresh`, what is found is shown as it is now, as HAPI does."""

    def __init__(self, store: Store, hidden: Hidden, *, fresh: bool = False) -> None:
        self._store = store
        self._hidden = hidden
        self._fresh = fresh

    def unit(self) -> AbstractContextManager[None]:
        """Gives a block of the chart itself."""
        return self._store.unit()

    def append(self, version: Version) -> None:
        """Keeps one more version in the chart itself."""
        self._store.append(version)

    def relabel(self, version: Version) -> None:
        """Relabels a resource of the chart itself."""
        self._store.relabel(version)

    def clear(self) -> None:
        """Clears the chart itself."""
        self._store.clear()

    def latest(self, key: Key) -> Version | None:
        """Gives the newest version of what can be seen."""
        seen = self._seen(key)
        return self._store.latest(key) if self._fresh and seen is not None else seen

    def current(self, kind: str) -> Iterator[Version]:
        """Gives the resources of a type that can be seen and are not deleted, oldest first."""
        keys = dict.fromkeys(one.key for one in reversed(list(self.history())) if one.kind == kind)
        return (one for one in map(self._seen, keys) if one is not None and one.body is not None)

    def holders(self, index_key: str) -> Iterator[Version]:
        """Gives the resources that can be seen and have this key."""
        for kind in {version.kind for version in self.history()}:
            for version in self.current(kind):
                if index_key in index_keys(version.body or {}):
                    yield version

    def history(self) -> Iterator[Version]:
        """Gives all versions that can be seen, newest first."""
        return (one for one in self._store.history() if (one.key, one.number) not in self._hidden)

    def versions(self, key: Key) -> tuple[Version, ...]:
        """Gives the versions of one resource that can be seen, oldest first."""
        return tuple(one for one in self._store.versions(key) if (one.key, one.number) not in self._hidden)

    def _seen(self, key: Key) -> Version | None:
        versions = self.versions(key)
        return versions[-1] if versions else None
