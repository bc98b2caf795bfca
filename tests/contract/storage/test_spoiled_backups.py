"""A backup that was cut, changed or made by another is refused before anything is touched."""

import gzip
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.ports.upkeep import BadBackup, NewerBackup
from service.storage.backup import back_up, verify_backup
from service.storage.backup_file import BackupWriter, Head
from service.storage.copying import Digest
from service.storage.restore import restore
from service.storage.schema import upgrade
from service.storage.sealing import sealer_of
from tests.contract.storage.databases import sqlite_url
from tests.contract.storage.keys import KEYS
from tests.contract.storage.sample_database import fill
from tests.contract.storage.samples import NOON
from tests.contract.storage.test_sealing import opened


def lines_of(file: Path) -> list[str]:
    return gzip.decompress(file.read_bytes()).decode().splitlines()


def rewritten(file: Path, lines: list[str]) -> None:
    file.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole backup, to be spoiled."""
    folder = tmp_path_factory.mktemp("whole")
    upgrade(sqlite_url(folder))
    with opened(sqlite_url(folder)) as storage:
        fill(storage)
    back_up(sqlite_url(folder), KEYS, folder / "whole.backup", now=NOON)
    return folder / "whole.backup"


def refused(file: Path, folder: Path) -> None:
    """Hold that a file is refused by name, and that no database comes of it."""
    with pytest.raises(BadBackup):
        verify_backup(file, KEYS)
    with pytest.raises(BadBackup):
        restore(sqlite_url(folder), KEYS, file)
    assert not (folder / "plans.db").exists()


HEAD = '{"tandem_backup": 1, "schema": "0002", "made_at": "2026-03-02T12:00:00+00:00", "keys": ["2026-01"]}'
END = '{"end": "people", "rows": 1, "digest": "0"}'


@given(cut=st.integers(min_value=0))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_backup_that_was_cut_off_is_refused(whole: Path, tmp_path: Path, cut: int) -> None:
    content = whole.read_bytes()
    (tmp_path / "cut").write_bytes(content[: cut % len(content)])
    refused(tmp_path / "cut", tmp_path)


def test_a_backup_without_any_of_its_lines_is_refused(whole: Path, tmp_path: Path) -> None:
    lines = lines_of(whole)
    for number in range(len(lines)):
        rewritten(tmp_path / "less", lines[:number] + lines[number + 1 :])
        refused(tmp_path / "less", tmp_path)


def test_a_backup_with_any_line_twice_is_refused(whole: Path, tmp_path: Path) -> None:
    lines = lines_of(whole)
    for number in range(len(lines)):
        rewritten(tmp_path / "more", lines[: number + 1] + lines[number:])
        refused(tmp_path / "more", tmp_path)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["[]"],
        ["{}"],
        ["no json"],
        ['{"tandem_backup": 2}'],
        ['{"tandem_backup": 1}'],
        ["[" * 100_000],
        [HEAD, '{"table": "people", "columns": [["id", "colour"]], "row": ["id"]}'],
        [HEAD, '{"table": "people", "columns": [["id", "sealed"]], "row": ["name"]}', '["x"]', END],
        [HEAD, '{"table": "people", "columns": [["id", "text"]], "row": ["id"]}', '["x", "y"]', END],
    ],
    ids=[
        "nothing",
        "a list",
        "an object",
        "a text",
        "another form",
        "no schema",
        "deep",
        "a kind that nobody knows",
        "a row without its id",
        "a row too long",
    ],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, lines: list[str]) -> None:
    rewritten(tmp_path / "other", lines)
    refused(tmp_path / "other", tmp_path)
    (tmp_path / "other").write_bytes(b"no gzip")
    refused(tmp_path / "other", tmp_path)
    refused(tmp_path / "not there", tmp_path)


def forged(lines: list[str]) -> list[str]:
    """Change a status, and make every digest fit again, as who has no key can."""
    body = [line.replace('"revoked"', '"completed"') for line in lines[:-1]]
    for number, line in enumerate(body):
        said = json.loads(line)
        if isinstance(said, dict) and "end" in said:
            digest = Digest()
            for row in body[number - said["rows"] : number]:
                digest.add(row)
            body[number] = json.dumps({**said, "digest": digest.hex})
    end = json.loads(lines[-1])
    sha = sha256("".join(f"{line}\n" for line in body).encode()).hexdigest()
    return [*body, json.dumps({**end, "sha256": sha})]


def test_a_backup_that_another_made_is_refused(whole: Path, tmp_path: Path) -> None:
    assert forged([*lines_of(whole)]) != lines_of(whole)
    rewritten(tmp_path / "forged", forged(lines_of(whole)))
    with pytest.raises(BadBackup, match="not signed with its key"):
        verify_backup(tmp_path / "forged", KEYS)
    refused(tmp_path / "forged", tmp_path)


def test_a_backup_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "newer.backup"
    with file.open("wb") as stream:
        writer = BackupWriter(stream, Head(schema="9999", made_at=NOON, keys=()))
        writer.end(sealer_of(None))
    with pytest.raises(NewerBackup, match="9999"):
        restore(sqlite_url(tmp_path), None, file)
    assert not (tmp_path / "plans.db").exists()
