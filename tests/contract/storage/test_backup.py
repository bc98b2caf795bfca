"""Copies of a running database: of one moment, readable, and back into either kind of database."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, Text

from service.ports.sealing import Damaged, KeyLacking
from service.ports.storage import PlanFilter, StorageUnavailable
from service.ports.upkeep import BackupError, BadBackup, NotEmpty
from service.storage.backup import back_up, verify_backup
from service.storage.backup_file import BackupWriter, Head
from service.storage.copying import CopiedTable, kind_of
from service.storage.database import open_engine, transaction
from service.storage.keyring import KeyRing
from service.storage.rekey import rekey
from service.storage.restore import restore
from service.storage.schema import current_revision, is_current, latest_revision, upgrade
from service.storage.sealing import sealer_of
from service.storage.tables import metadata
from tests.builders import a_person, a_plan
from tests.contract.storage.conftest import POSTGRESQL
from tests.contract.storage.databases import postgresql_url, sqlite_url
from tests.contract.storage.keys import KEYS, a_ring
from tests.contract.storage.released_rows import RELEASED
from tests.contract.storage.sample_database import contents, fill, of_revision
from tests.contract.storage.samples import NOON, a_revision, a_row
from tests.contract.storage.test_released import released
from tests.contract.storage.test_sealing import MARK, change, connected, everything, fill_with_marks, opened

BOTH = a_ring("2026-02", "2026-01")


@pytest.fixture
def filled(database: str) -> str:
    upgrade(database)
    with opened(database) as storage:
        fill(storage)
    return database


@pytest.fixture(params=["sqlite", POSTGRESQL])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of another empty database."""
    if request.param == "sqlite":
        (tmp_path / "target").mkdir()
        yield sqlite_url(tmp_path / "target")
        return
    with postgresql_url() as url:
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tandem.backup"


def read(url: str, keys: KeyRing | None = KEYS) -> dict[str, object]:
    with opened(url, keys) as storage:
        return contents(storage)


def test_what_was_copied_is_restored_into_either_kind_of_database(
    filled: str, target: str, file: Path
) -> None:
    made = back_up(filled, KEYS, file, now=NOON)
    assert made.tables == {table.name: count(filled, table.name) for table in metadata.sorted_tables}
    assert (made.keys, made.made_at, made.schema) == (("2026-01",), NOON, current_revision(filled))
    assert made.opened == 3 + 2 + 4 + 4 + 4 + 1 + 1 + 1 + 1 + 1 + 1, (
        "revisions, people, the ledger's texts, the journal's, the inbox's, and one of each other kind"
    )
    assert verify_backup(file, KEYS) == made
    assert restore(target, KEYS, file) == made
    assert is_current(target)
    assert read(target) == read(filled)


def count(url: str, table: str) -> int:
    with connected(url) as connection:
        return int(connection.exec_driver_sql(f'SELECT COUNT(*) FROM "{table}"').scalar_one())  # noqa: S608  a name of ours


def test_a_table_of_many_rows_is_copied_some_at_a_time(
    filled: str, target: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.backup_file.BATCH", 1)
    back_up(filled, KEYS, file, now=NOON)
    restore(target, KEYS, file)
    assert read(target) == read(filled)


def test_a_restored_database_is_written_to_as_any(filled: str, target: str, file: Path) -> None:
    back_up(filled, KEYS, file, now=NOON)
    restore(target, KEYS, file)
    with opened(target) as storage, storage.begin() as work:
        work.plans.add(a_revision(a_plan(id="plan-3")))
        work.journal.write([a_row(id="row-3")])
        assert [one.id for one in work.journal.open_rows("default", "patient-1")] == ["row-1", "row-3"]
        work.commit()


def test_a_database_in_the_clear_is_copied_in_the_clear(database: str, target: str, file: Path) -> None:
    upgrade(database)
    with opened(database, None) as storage:
        fill(storage)
    assert back_up(database, None, file, now=NOON).keys == ()
    with pytest.raises(BadBackup, match="in the clear"):
        restore(target, KEYS, file)
    restore(target, None, file)
    assert read(target, None) == read(database, None)
    assert rekey(target, KEYS, lambda: None).is_complete


def test_an_empty_database_has_a_backup_too(database: str, target: str, file: Path) -> None:
    upgrade(database)
    assert sum(back_up(database, KEYS, file, now=NOON).tables.values()) == 0
    upgrade(target)
    restore(target, KEYS, file)
    assert is_current(target)


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(filled: str, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    file = tmp_path / "copies" / "tandem.backup"
    back_up(filled, KEYS, file, now=NOON)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_no_mark_of_a_plan_is_in_a_backup(database: str, file: Path) -> None:
    upgrade(database)
    with opened(database) as storage:
        fill_with_marks(storage)
    back_up(database, KEYS, file, now=NOON)
    assert MARK.encode() not in gzip.decompress(file.read_bytes())
    assert MARK.encode() not in file.read_bytes()


def test_a_backup_replaces_nothing(filled: str, file: Path) -> None:
    file.write_text("another")
    with pytest.raises(BackupError, match="is there already"):
        back_up(filled, KEYS, file, now=NOON)
    assert file.read_text() == "another"


def test_a_disk_that_is_full_leaves_no_half_of_a_backup(
    filled: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.storage.backup.os.fsync", fail)
    with pytest.raises(BackupError, match="No space left"):
        back_up(filled, KEYS, file, now=NOON)
    assert not file.exists()
    assert [one for one in file.parent.iterdir() if "backup" in one.name] == []


def test_a_folder_that_is_not_there_is_reported(filled: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(filled, KEYS, tmp_path / "nowhere" / "b", now=NOON)


def test_a_copy_that_nobody_can_open_is_no_backup(filled: str, file: Path) -> None:
    change(filled, "UPDATE people SET document = SUBSTR(document, 1, LENGTH(document) - 8)")
    with pytest.raises(Damaged, match=r"people\.document"):
        back_up(filled, KEYS, file, now=NOON)
    assert not file.exists()


def test_without_the_key_no_backup_is_made_read_or_restored(filled: str, target: str, file: Path) -> None:
    for keys in (None, a_ring("2026-02")):
        with pytest.raises(KeyLacking, match="2026-01"):
            back_up(filled, keys, file, now=NOON)
    back_up(filled, KEYS, file, now=NOON)
    for keys in (None, a_ring("2026-02")):
        with pytest.raises(KeyLacking, match="2026-01"):
            verify_backup(file, keys)
        with pytest.raises(KeyLacking, match="2026-01"):
            restore(target, keys, file)
    assert current_revision(target) is None


def test_an_older_backup_needs_the_key_of_its_time_alone(filled: str, target: str, file: Path) -> None:
    before = read(filled)
    back_up(filled, KEYS, file, now=NOON)
    rekey(filled, BOTH, lambda: None)
    newer = file.with_name("newer.backup")
    assert back_up(filled, a_ring("2026-02"), newer, now=NOON).keys == ("2026-02",)
    assert restore(target, BOTH, file).keys == ("2026-01",)
    assert read(target, BOTH) == before


def test_a_database_that_holds_anything_is_never_written_over(filled: str, file: Path) -> None:
    back_up(filled, KEYS, file, now=NOON)
    before = everything(filled)
    with pytest.raises(NotEmpty, match="into an empty one"):
        restore(filled, KEYS, file)
    assert everything(filled) == before


def test_a_database_of_another_schema_is_not_copied(database: str, file: Path) -> None:
    with pytest.raises(StorageUnavailable, match="tandem db upgrade"):
        back_up(database, KEYS, file, now=NOON)
    assert list(file.parent.glob("*.db")) == [], "to look makes no file"
    released(database, "0001")
    with pytest.raises(StorageUnavailable, match="tandem db upgrade"):
        back_up(database, KEYS, file, now=NOON)


PLAIN = {Text: "text", Integer: "integer", Boolean: "boolean", Date: "date", DateTime: "moment"}


def copy_of_0001(folder: Path, file: Path) -> None:
    """Make the backup that a version with schema 0001 would have made."""
    url = sqlite_url(folder)
    released(url, "0001")
    engine = open_engine(url)
    held = MetaData()
    with transaction(engine, write=False) as connection, file.open("wb") as stream:
        held.reflect(connection)
        writer = BackupWriter(stream, Head(schema="0001", made_at=NOON, keys=()))
        for table in held.sorted_tables:
            if table.name != "alembic_version":
                columns = tuple((one.name, plain(one)) for one in table.c)
                copied = CopiedTable(name=table.name, columns=columns, row=())
                writer.table(copied, copied.lines(connection))
        writer.end(sealer_of(None))
    engine.dispose()


def plain(column: Column[Any]) -> str:
    return next(kind for type_, kind in PLAIN.items() if isinstance(column.type, type_))


def test_a_backup_of_an_older_schema_is_brought_up_to_date(tmp_path: Path, target: str, file: Path) -> None:
    copy_of_0001(tmp_path, file)
    assert restore(target, None, file).schema == "0001"
    assert is_current(target)
    expected = sqlite_url(tmp_path / "expected")
    (tmp_path / "expected").mkdir()
    upgrade(expected)
    with opened(expected) as storage:
        fill(storage)
    assert of_revision(read(target, None), "0001") == of_revision(read(expected), "0001")


@pytest.mark.parametrize("backup", sorted(RELEASED.glob("*.backup")), ids=lambda one: one.stem)
def test_a_released_backup_is_restored(target: str, backup: Path) -> None:
    restore(target, KEYS, backup)
    assert len(read(target)["heads"]) == 2  # type: ignore[arg-type]  a list of revisions


def test_rows_that_break_a_rule_of_the_database_leave_it_empty(target: str, file: Path) -> None:
    revision = CopiedTable.of(metadata.tables["revisions"])
    row = ["no-plan", 1, 1, "[]", "person-1", "person", "2026-03-02T12:00:00+00:00", "{}"]
    with file.open("wb") as stream:
        writer = BackupWriter(stream, Head(schema=latest_revision() or "", made_at=NOON, keys=()))
        writer.table(revision, iter([json.dumps(row)]))
        writer.end(sealer_of(None))
    with pytest.raises(BadBackup):
        restore(target, None, file)
    assert current_revision(target) is None


def test_a_backup_says_how_every_column_is_copied() -> None:
    kinds = {kind_of(column) for table in metadata.sorted_tables for column in table.c}
    assert kinds <= {"text", "sealed", "integer", "boolean", "date", "moment", "bytes"}
    with pytest.raises(TypeError, match="does not know"):
        kind_of(Column("price", Numeric))


@given(content=st.binary())
def test_bytes_are_copied_too(content: bytes) -> None:
    table = CopiedTable(name="t", columns=(("a", "bytes"), ("b", "text")), row=())
    assert table.values(json.loads(table.line((content, None)))) == {"a": content, "b": None}


class Writer(Thread):
    """Adds a plan and the person who wrote it, always both, until it is told to end."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.over = Event()
        self.first = Event()

    def run(self) -> None:
        number = 0
        with opened(self.url) as storage:
            while not self.over.is_set():
                number += 1
                with storage.begin() as work:
                    work.people.put(a_person(id=f"person-{number}"))
                    work.plans.add(a_revision(a_plan(id=f"plan-{number}")))
                    work.commit()
                self.first.set()


def test_a_backup_beside_a_service_that_writes_is_of_one_moment(
    database: str, target: str, file: Path
) -> None:
    upgrade(database)
    writer = Writer(database)
    writer.start()
    try:
        writer.first.wait(30)
        made = back_up(database, KEYS, file, now=NOON)
    finally:
        writer.over.set()
        writer.join()
    assert made.tables["plans"] == made.tables["people"] == made.tables["revisions"] > 0
    restore(target, KEYS, file)
    with opened(target) as storage, storage.begin(write=False) as work:
        assert len(work.plans.page(PlanFilter(), limit=10_000).items) == made.tables["plans"]
