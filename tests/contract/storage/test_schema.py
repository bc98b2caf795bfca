from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from service.ports.storage import StorageUnavailable
from service.storage.database import open_engine
from service.storage.schema import current_revision, is_current, latest_revision, upgrade
from service.storage.tables import metadata
from tests.contract.storage.databases import sqlite_url

EHR_TABLES = ("ledger", "journal", "capabilities", "cursors", "leases")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def test_the_migrations_make_the_tables_that_the_service_works_with(database: str) -> None:
    upgrade(database)
    with connected(database) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_difference_between_tables_and_migrations_is_seen(database: str) -> None:
    upgrade(database)
    with connected(database) as connection:
        connection.execute(text("ALTER TABLE leases ADD COLUMN colour TEXT"))
        connection.execute(text("DROP INDEX ix_journal_open"))
        assert len(compare_metadata(MigrationContext.configure(connection), metadata)) == 2


def test_the_migrations_name_every_constraint_as_the_tables_do(database: str) -> None:
    upgrade(database)
    with connected(database) as connection:
        for table in metadata.sorted_tables:
            named = inspect(connection).get_pk_constraint(table.name)["name"]
            assert named == table.primary_key.name, table.name


@pytest.mark.parametrize("table", EHR_TABLES)
def test_everything_about_an_ehr_carries_its_connection(table: str) -> None:
    assert "connection_id" in metadata.tables[table].c


def test_no_clear_column_of_plans_and_people_holds_a_text_of_a_person() -> None:
    assert set(metadata.tables["people"].c.keys()) == {"id", "schema_version", "document"}
    assert not {"title", "family_name", "birth_date"} & set(metadata.tables["plans"].c.keys())


def test_a_database_is_current_after_its_upgrade_and_not_before(database: str) -> None:
    assert current_revision(database) is None
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)
    assert current_revision(database) == latest_revision()


def test_an_upgrade_of_what_is_current_changes_nothing(database: str) -> None:
    upgrade(database)
    upgrade(database)
    assert is_current(database)


def test_several_may_upgrade_at_once(database: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(database)
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=run) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    assert is_current(database)


def test_asking_makes_no_file(tmp_path: Path) -> None:
    assert not is_current(sqlite_url(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    upgrade(sqlite_url(tmp_path))
    assert (tmp_path / "plans.db").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="cannot be created"):
        upgrade(sqlite_url(tmp_path / "nowhere"))
