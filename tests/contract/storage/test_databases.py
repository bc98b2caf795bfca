"""What SQLite and PostgreSQL do when they cannot do their part."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from service.ports.storage import StorageUnavailable
from service.storage import Storage
from service.storage.database import database_url, open_engine
from service.storage.failures import reason
from service.storage.schema import current_revision, upgrade
from tests.builders import PSYCHIATRIST, THERAPIST, a_person
from tests.contract.storage.databases import sqlite_url


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Storage]:
    upgrade(sqlite_url(tmp_path))
    storage = Storage(sqlite_url(tmp_path))
    yield storage
    storage.close()


def says_nothing_of(failure: StorageUnavailable, *secrets: str) -> bool:
    told = str(failure)
    return not any(secret in told for secret in ("SELECT", "INSERT", "BEGIN", "[SQL", "params", *secrets))


def test_sqlite_keeps_what_it_says_it_kept(tmp_path: Path) -> None:
    upgrade(sqlite_url(tmp_path))
    engine = open_engine(sqlite_url(tmp_path))
    with engine.connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_locked_database_is_unavailable_and_says_so_without_its_statement(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.database._WAIT_MILLISECONDS", 50)
    monkeypatch.setattr("service.storage.database._PRAGMAS", ("busy_timeout=50",))
    upgrade(database)
    storage = Storage(database)

    def write_beside() -> None:
        with storage.begin() as second:
            second.people.put(PSYCHIATRIST)

    with storage.begin() as first:
        first.people.put(PSYCHIATRIST)
        with pytest.raises(StorageUnavailable, match="busy") as caught:
            write_beside()
    storage.close()
    assert says_nothing_of(caught.value, PSYCHIATRIST.family_name)
    assert caught.value.__suppress_context__


def test_a_writer_that_failed_gives_its_connection_back(sqlite: Storage, tmp_path: Path) -> None:
    blocking = sqlite3.connect(tmp_path / "plans.db", isolation_level=None)
    blocking.execute("BEGIN IMMEDIATE")
    sqlite._engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # a test should not wait half a minute
    with sqlite.begin(write=False) as work:
        work._connection.exec_driver_sql("PRAGMA busy_timeout=1")
    for _ in range(20):
        with pytest.raises(StorageUnavailable, match="busy"):
            sqlite.begin().__enter__()
    blocking.execute("ROLLBACK")
    blocking.close()
    with sqlite.begin() as work:
        work.people.put(PSYCHIATRIST)
        work.commit()


def test_a_full_disk_is_reported_and_nothing_is_half_written(sqlite: Storage) -> None:
    def fill() -> None:
        with sqlite.begin() as work:
            pages = work._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            work._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            for number in range(2000):
                work.people.put(a_person(id=f"person-{number}"))

    with pytest.raises(StorageUnavailable, match="full") as caught:
        fill()
    assert says_nothing_of(caught.value, PSYCHIATRIST.family_name)
    with sqlite.begin(write=False) as work:
        assert work.people.page().items == ()


def test_a_database_without_tables_says_what_to_do(database: str) -> None:
    if database.startswith("sqlite"):
        Path(str(database_url(database).database)).touch()
    storage = Storage(database)
    with pytest.raises(StorageUnavailable, match="tandem db upgrade") as caught, storage.begin():
        pass
    storage.close()
    assert says_nothing_of(caught.value)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "plans.db").write_bytes(b"no database" * 100)
    with pytest.raises(StorageUnavailable, match="does not answer as it should"):
        current_revision(sqlite_url(tmp_path))


def test_a_server_that_is_not_there_is_unavailable() -> None:
    storage = Storage("postgresql://nobody:secret@127.0.0.1:9/none")
    with pytest.raises(StorageUnavailable) as caught:
        storage.begin().__enter__()
    storage.close()
    assert says_nothing_of(caught.value, "secret", "nobody")


def test_more_work_than_connections_is_unavailable(sqlite: Storage) -> None:
    sqlite._engine.pool._timeout = 0.01  # type: ignore[attr-defined]  # a test should not wait half a minute
    with ExitStack() as opened:
        for _ in range(15):  # five that stay, and ten above
            opened.enter_context(sqlite.begin(write=False))
        with pytest.raises(StorageUnavailable, match="in use"):
            sqlite.begin(write=False).__enter__()
    with sqlite.begin() as work:
        work.people.put(THERAPIST)
        work.commit()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("mysql://host/name", "must be sqlite or postgresql, not mysql"),
    ],
)
def test_other_databases_are_refused(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Storage(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@host:5432/name?options=-csearch_path%3Dx&sslmode=require&application_name=t",
        "postgresql://u:p@/name?host=a:1&host=b:2&target_session_attrs=read-write",
    ],
)
def test_the_options_of_libpq_are_taken(url: str) -> None:
    assert database_url(url).database == "name"


def test_postgresql_is_spoken_to_by_psycopg_whatever_the_url_says() -> None:
    assert database_url("postgresql://host/name").drivername == "postgresql+psycopg"


def a_failure(kind: type[sqlite3.Error], code: int) -> sqlite3.Error:
    failure = kind("INSERT INTO people VALUES ('Okafor')")
    failure.sqlite_errorcode = code
    return failure


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (a_failure(sqlite3.OperationalError, sqlite3.SQLITE_BUSY_SNAPSHOT), "busy"),
        (a_failure(sqlite3.OperationalError, sqlite3.SQLITE_FULL), "full"),
        (a_failure(sqlite3.OperationalError, sqlite3.SQLITE_READONLY), "permissions"),
        (a_failure(sqlite3.OperationalError, sqlite3.SQLITE_IOERR), "does not answer"),
        (sqlite3.OperationalError("INSERT"), "does not answer"),
        (psycopg.errors.LockNotAvailable("INSERT"), "busy"),
        (psycopg.errors.DiskFull("INSERT"), "full"),
        (psycopg.errors.UndefinedTable("INSERT"), "tandem db upgrade"),
        (psycopg.OperationalError("INSERT"), "does not answer"),
        (OSError("INSERT"), "does not answer"),
    ],
)
def test_every_failure_is_told_in_our_own_words(failure: Any, told: str) -> None:
    assert told in reason(failure)
    assert "INSERT" not in reason(failure)


def test_a_mistake_of_ours_shows_no_values(sqlite: Storage) -> None:
    def break_a_rule() -> None:
        with sqlite.begin() as work:
            work._connection.execute(
                text("INSERT INTO revisions (plan_id) VALUES (:plan)"), {"plan": PSYCHIATRIST.family_name}
            )

    with pytest.raises(Exception, match="NOT NULL") as caught:
        break_a_rule()
    assert PSYCHIATRIST.family_name not in str(caught.value)
