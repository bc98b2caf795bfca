"""The books of the floor: what is measured against is honest about what it keeps."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.floor import Floor

SENT = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": {"reference": "urn:uuid:1"}}
BODY = json.dumps({"entry": [{"resource": SENT}]}).encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "floor.db"


@pytest.fixture
def floor(file: Path) -> Iterator[Floor]:
    with closing(Floor(file)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kept", "same"),
    [({"lifecycleStatus": "active"}, True), ({"lifecycleStatus": "planned"}, False), ({}, False)],
    ids=["all of it", "another value", "less"],
)
def test_what_the_server_kept_is_compared_with_what_was_sent(
    floor: Floor, kept: dict[str, str], *, same: bool
) -> None:
    lease = floor.lease()
    floor.journal(lease, BODY)
    resource = {"resourceType": "Goal", "id": "7", "subject": {"reference": "Patient/2"}, **kept}
    assert floor.settle(lease, BODY, json.dumps({"entry": [{"resource": resource}]}).encode()) is same


def test_what_is_sent_is_kept_before_it_leaves(floor: Floor, file: Path) -> None:
    lease = floor.lease()
    floor.journal(lease, BODY)
    with closing(sqlite3.connect(file)) as held:
        assert held.execute("SELECT body, settled FROM journal").fetchall() == [(json.dumps(SENT), 0)]


def test_nothing_is_kept_without_the_lease(floor: Floor) -> None:
    lease = floor.lease()
    floor.leave(lease, same=True)
    with pytest.raises(RuntimeError, match="lost"):
        floor.journal(lease, BODY)
