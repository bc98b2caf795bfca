"""The same suite on the fake, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.ports.storage import Storage
from service.storage import Storage as SqlStorage
from service.storage.keyring import KeyRing
from service.storage.schema import upgrade
from tests.contract.storage.databases import EmptiedSchema, postgresql_url, sqlite_url
from tests.contract.storage.keys import KEYS
from tests.contract.storage.samples import NOON, a_queue
from tests.fakes.clock import CountingIds
from tests.fakes.jobs import JobQueue as MemoryQueue
from tests.fakes.storage import MemoryStorage

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.fixture(params=["sqlite", POSTGRESQL])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    with postgresql_url() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the schema; copying it is faster than making it."""
    folder = tmp_path_factory.mktemp("template")
    upgrade(sqlite_url(folder))
    return folder / "plans.db"


@pytest.fixture(scope="session")
def emptied_schema() -> Iterator[EmptiedSchema]:
    """A schema of PostgreSQL that tests use one after the other."""
    held = EmptiedSchema()
    yield held
    held.close()


@pytest.fixture(params=["memory", "sqlite", "sqlite in the clear", POSTGRESQL])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, emptied_schema: EmptiedSchema
) -> Iterator[Storage]:
    """An empty storage that is up to date."""
    match request.param:
        case "memory":
            yield MemoryStorage(queue=MemoryQueue(new_id=CountingIds("job").new, now=lambda: NOON))
        case "sqlite" | "sqlite in the clear":
            (tmp_path / "plans.db").write_bytes(sqlite_template.read_bytes())
            yield from _opened(sqlite_url(tmp_path), KEYS if request.param == "sqlite" else None)
        case _:
            yield from _opened(emptied_schema.url(), KEYS)


def _opened(url: str, keys: KeyRing | None) -> Iterator[Storage]:
    opened = SqlStorage(url, keys, a_queue())
    yield opened
    opened.close()
