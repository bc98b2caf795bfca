"""The rest of a search that did not fit on its first page, until it expires."""

from dataclasses import dataclass
from datetime import datetime

from service.sandbox.records import Key
from service.sandbox.wire import Pairs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a search found, in its order; later pages show each resource as it is by then."""

    id: str
    kind: str
    query: Pairs
    found: tuple[Key, ...]
    expires: datetime


class Pages:
    """Holds snapshots by an id that says nothing about them."""

    def __init__(self) -> None:
        self._snapshots: dict[str, Snapshot] = {}

    def keep(self, snapshot: Snapshot, now: datetime) -> None:
        """Keeps a snapshot and drops the expired ones."""
        self._snapshots = {key: one for key, one in self._snapshots.items() if one.expires > now}
        self._snapshots[snapshot.id] = snapshot

    def kind(self, key: str) -> str:
        """Tells the type of a snapshot, empty where there is none."""
        found = self._snapshots.get(key)
        return found.kind if found else ""

    def forget(self) -> None:
        """Drops all snapshots."""
        self._snapshots.clear()

    def find(self, key: str, now: datetime) -> Snapshot:
        """Gives a snapshot, or refuses with 410 when it has expired or never was."""
        snapshot = self._snapshots.get(key)
        if snapshot is None or snapshot.expires <= now:
            raise Refusal(410, f'HAPI-0417: Search ID "{key}" does not exist and may have expired')
        return snapshot
