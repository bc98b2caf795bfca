"""Where the versions are kept: a log that only grows, with the look-ups that a server needs."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Protocol

from service.sandbox.records import Key, Version, index_keys


class Store(Protocol):
    """What the server asks of its store. Units nest: an inner one that fails undoes only itself."""

    def unit(self) -> AbstractContextManager[None]:
        """Gives a block that is all or nothing, and that no other thread interrupts."""

    def append(self, version: Version) -> None:
        """Keeps one more version."""

    def relabel(self, version: Version) -> None:
        """Puts another meta into the newest version of a resource, which keeps its number, for good."""

    def clear(self) -> None:
        """Forgets everything, outside of any unit."""

    def latest(self, key: Key) -> Version | None:
        """Gives the newest version, a deleted one too."""

    def current(self, kind: str) -> Iterator[Version]:
        """Gives the resources of a type that are not deleted, oldest id first."""

    def holders(self, index_key: str) -> Iterator[Version]:
        """Gives the resources, not deleted, that have this key in `index_keys`."""

    def history(self) -> Iterator[Version]:
        """Gives all versions, newest first."""

    def versions(self, key: Key) -> tuple[Version, ...]:
        """Gives the versions of one resource, oldest first."""


class MemoryStore:
    """Keeps everything in memory and forgets it when the process ends."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._log: list[Version] = []
        self._versions: dict[Key, list[Version]] = {}
        self._ids: dict[str, dict[str, None]] = {}
        self._keys: dict[Key, frozenset[str]] = {}
        self._holders: dict[str, dict[Key, None]] = {}

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Gives a block that is all or nothing, and that no other thread interrupts."""
        with self._lock:
            mark = len(self._log)
            try:
                yield
            except BaseException:
                self._forget_after(mark)
                raise

    def append(self, version: Version) -> None:
        """Keeps one more version."""
        self._log.append(version)
        self._versions.setdefault(version.key, []).append(version)
        self._ids.setdefault(version.kind, {})[version.id] = None
        self._index(version)

    def relabel(self, version: Version) -> None:
        """Puts another meta into the newest version of a resource, which keeps its number, for good."""
        old = self._versions[version.key][-1]
        self._versions[version.key][-1] = version
        place = next(place for place in reversed(range(len(self._log))) if self._log[place] is old)
        self._log[place] = version

    def clear(self) -> None:
        """Forgets everything, outside of any unit."""
        with self._lock:
            for kept in (self._log, self._versions, self._ids, self._keys, self._holders):
                kept.clear()

    def latest(self, key: Key) -> Version | None:
        """Gives the newest version, a deleted one too."""
        found = self._versions.get(key)
        return found[-1] if found else None

    def current(self, kind: str) -> Iterator[Version]:
        """Gives the resources of a type that are not deleted, oldest id first."""
        newest = (self._versions[kind, one][-1] for one in self._ids.get(kind, ()))
        return (version for version in newest if version.body is not None)

    def holders(self, index_key: str) -> Iterator[Version]:
        """Gives the resources, not deleted, that have this key in `index_keys`."""
        return (self._versions[key][-1] for key in self._holders.get(index_key, ()))

    def history(self) -> Iterator[Version]:
        """Gives all versions, newest first."""
        return reversed(self._log)

    def versions(self, key: Key) -> tuple[Version, ...]:
        """Gives the versions of one resource, oldest first."""
        return tuple(self._versions.get(key, ()))

    def _index(self, version: Version) -> None:
        for old in self._keys.pop(version.key, frozenset()):
            del self._holders[old][version.key]
        keys = index_keys(version.body) if version.body else frozenset[str]()
        for new in keys:
            self._holders.setdefault(new, {})[version.key] = None
        self._keys[version.key] = keys

    def _forget_after(self, mark: int) -> None:
        while len(self._log) > mark:
            undone = self._log.pop()
            left = self._versions[undone.key]
            left.pop()
            self._index(left[-1] if left else _absent(undone))
            if not left:
                del self._versions[undone.key], self._ids[undone.kind][undone.id], self._keys[undone.key]


def _absent(version: Version) -> Version:
    """Gives a version without content, which is looked up by nothing."""
    return Version(
        kind=version.kind,
        id=version.id,
        number=0,
        moment=version.moment,
        method=version.method,
        body=None,
    )
