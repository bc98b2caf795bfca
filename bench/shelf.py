"""A sink that keeps in a file what was written, so that another process can compare with it."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.sink import Sink
from service.fhir.json import JsonObject, dumps, loads
from service.ports.ehr import Capabilities, Change, Held, Missing, Written

_TABLE = "CREATE TABLE IF NOT EXISTS held (reference TEXT PRIMARY KEY, version TEXT, updated TEXT, body TEXT)"


class Shelf(Sink):
    """`service.ports.ehr.Ehr`; it finds by `_id` alone, so that everybody who is pushed is new to it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._held = sqlite3.connect(file)
        # What is lost with the machine is measured again.
        self._held.execute("PRAGMA synchronous=OFF")
        self._held.execute(_TABLE)

    def capabilities(self) -> Capabilities:
        """Offer what the sink offers, and searches by id."""
        offered = super().capabilities()
        found = {name: replace(one, search_params=frozenset({"_id"})) for name, one in offered.types.items()}
        return replace(offered, types=found)

    def read(self, reference: str) -> Held:
        """Return what was kept."""
        for held in self._found([reference]):
            return held
        raise Missing(f"read at {reference}: it was never written")

    def search(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Held]:
        """Find by id."""
        ids = params["_id"].split(",") if "_id" in params else []
        return self._found([f"{resource_type}/{one}" for one in ids])

    def transact(self, changes: Sequence[Change]) -> tuple[Written, ...]:
        """Keep changes, and say that all were made."""
        made = super().transact(changes)
        rows = [(one.reference, one.version, one.last_updated, _text(one.resource)) for one in made]
        with self._held:
            self._held.executemany("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?)", rows)
        return made

    def close(self) -> None:
        """Let go of the file."""
        self._held.close()

    def _found(self, references: Sequence[str]) -> Iterator[Held]:
        for one in references:
            row = self._held.execute("SELECT * FROM held WHERE reference = ?", (one,)).fetchone()
            if row is not None:
                reference, version, updated, body = row
                yield Held(
                    reference=reference, version=version, last_updated=updated, resource=loads(body.encode())
                )


def _text(resource: JsonObject | None) -> str:
    return dumps(resource or {})
