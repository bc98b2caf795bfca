"""A disk without room: each write is told as such and leaves nothing behind, and work goes on afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from service.bootstrap import Tandem
from service.document import item_to_document, person_to_document, plan_to_document
from service.domain.sharing import without_unshared
from service.storage.schema import upgrade
from tests.builders import DIRECTORY, a_goal, the_full_plan
from tests.contract.storage.databases import sqlite_url
from tests.contract.storage.keyed_request import installed

MARK = "Maja-Sorensen-1987"
# Documents of several pages, so that none fits into what is left of a page.
PLAN = plan_to_document(without_unshared(the_full_plan()))
OTHER = PLAN | {"id": "other", "title": MARK}
GOAL = item_to_document(a_goal(id="more"))
HERE = f"/plans/{PLAN['id']}"
WRITES: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "a new plan": ("POST", "/plans", OTHER, {}),
    "a new plan with a key": ("POST", "/plans", OTHER, {"Idempotency-Key": "k"}),
    "a next revision": ("PUT", HERE, PLAN | {"title": MARK}, {"If-Match": '"1"'}),
    "a goal": ("POST", f"{HERE}/goals", GOAL, {"If-Match": '"1"'}),
    "a goal with a key": ("POST", f"{HERE}/goals", GOAL, {"If-Match": '"1"', "Idempotency-Key": "k"}),
}


class Disk:
    """The room that a database file has: SQLite's own limit, which fails as a full disk does."""

    def __init__(self, tandem: Tandem, file: Path) -> None:
        self.file = file
        self.full = False
        engine = tandem.database._engine
        event.listen(engine, "begin", self._bound)

    def _bound(self, connection: Any) -> None:
        with closing(sqlite3.connect(self.file)) as beside:
            (pages,) = beside.execute("PRAGMA page_count").fetchone()
        room = pages if self.full else 1_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count={room}")

    def kept(self) -> list[Any]:
        """Every row, but for the trail of who asked, which small entries may still fit into."""
        with closing(sqlite3.connect(self.file)) as beside:
            tables = beside.execute("SELECT name FROM sqlite_master WHERE type='table'")
            names = [name for (name,) in tables if not name.startswith("audit")]
            return [beside.execute(f"SELECT * FROM {name}").fetchall() for name in names]  # noqa: S608  names of our own tables


@pytest.fixture
def tandem(tmp_path: Path) -> Iterator[Tandem]:
    url = sqlite_url(tmp_path)
    upgrade(url)
    with installed(url) as tandem:
        yield tandem


@pytest.mark.parametrize("name", WRITES)
def test_a_write_without_room_is_told_and_leaves_nothing(tandem: Tandem, tmp_path: Path, name: str) -> None:
    disk = Disk(tandem, tmp_path / "plans.db")
    client = tandem.application().test_client()

    def ask(method: str, path: str, body: Any, headers: dict[str, str]) -> TestResponse:
        return client.open(path, method=method, json=body, headers={"X-Tandem-Author": "n.okafor", **headers})

    for person in DIRECTORY.values():
        assert ask("POST", "/people", person_to_document(person), {}).status_code == 201
    assert ask("POST", "/plans", PLAN, {}).status_code == 201
    before = disk.kept()

    disk.full = True
    refused = ask(*WRITES[name])
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert refused.json["detail"] == "the disk of the database is full"
    assert disk.kept() == before

    disk.full = False
    assert client.get(HERE).json == PLAN, "what was kept can be read"
    assert ask(*WRITES[name]).status_code in {200, 201}
    assert MARK not in tandem.log_to.getvalue()
    assert "Traceback" not in tandem.log_to.getvalue()
