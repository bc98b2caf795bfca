"""Every schema that was ever released is brought up to date with its rows, and nothing of them is lost."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from service.ports.sealing import NotSealed
from service.storage import Storage
from service.storage.database import open_engine, transaction
from service.storage.keyring import KeyRing
from service.storage.rekey import rekey
from service.storage.schema import is_current, migrations, upgrade
from tests.contract.storage.databases import sqlite_url
from tests.contract.storage.keys import KEYS
from tests.contract.storage.released_rows import RELEASED
from tests.contract.storage.sample_database import contents, fill, of_revision
from tests.contract.storage.samples import a_queue

REVISIONS = sorted(one.revision for one in ScriptDirectory.from_config(migrations()).walk_revisions())
# 0001 knew no keys.
SEALED_SINCE = "0002"


def test_every_revision_of_the_schema_has_its_rows() -> None:
    made = sorted(file.stem for file in RELEASED.glob("*.sql"))
    assert made == REVISIONS, "make them: python -m tests.contract.storage.released_rows"


def released(url: str, revision: str) -> None:
    """Make the database as that revision left it."""
    engine = open_engine(url)
    config = migrations()
    if url.startswith("sqlite"):
        Path(str(engine.url.database)).touch()
    with transaction(engine, write=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for line in (RELEASED / f"{revision}.sql").read_text(encoding="utf-8").splitlines():
            assert "%" not in line, "psycopg would look for a parameter"
            connection.exec_driver_sql(line)
    engine.dispose()


def read(url: str, keys: KeyRing | None) -> dict[str, object]:
    storage = Storage(url, keys)
    try:
        return contents(storage)
    finally:
        storage.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What this version reads back of the rows that it writes itself."""
    url = sqlite_url(tmp_path_factory.mktemp("expected"))
    upgrade(url)
    storage = Storage(url, KEYS, a_queue())
    fill(storage)
    held = contents(storage)
    storage.close()
    return held


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_released_database_is_brought_up_to_date_with_all_that_it_holds(
    database: str, revision: str, expected: dict[str, object]
) -> None:
    released(database, revision)
    upgrade(database)
    assert is_current(database)
    held = read(database, KEYS if revision >= SEALED_SINCE else None)
    assert of_revision(held, revision) == of_revision(expected, revision)


@pytest.mark.parametrize("revision", [one for one in REVISIONS if one < SEALED_SINCE])
def test_a_released_database_in_the_clear_is_sealed_by_its_rekey(
    database: str, revision: str, expected: dict[str, object]
) -> None:
    released(database, revision)
    upgrade(database)
    with pytest.raises(NotSealed):
        read(database, KEYS)
    assert rekey(database, KEYS, lambda: None).is_complete
    assert of_revision(read(database, KEYS), revision) == of_revision(expected, revision)
