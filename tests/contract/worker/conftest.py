"""The engine on SQLite and on PostgreSQL, in a database of the test's own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from logging import NullHandler
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text

from service.ports.jobs import Job
from service.storage import Storage
from service.storage.database import open_engine
from service.storage.jobs import JobQueue
from service.storage.schema import upgrade
from service.worker import Engine, Jobs, prepare_engine
from tests.contract.storage.databases import postgresql_database, sqlite_url
from tests.fakes.clock import CountingIds

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)
SOON_SECONDS = 30
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Bench:
    """A database with our tables and the engine's, and an engine that can be launched over it."""

    url: str
    done: list[Job] = field(default_factory=list)
    arrived: Event = field(default_factory=Event)
    answer: str | Exception = "done"

    def __post_init__(self) -> None:
        self.sql = open_engine(self.url)
        queue = JobQueue(put=Jobs(self.url).put, new_id=CountingIds("job").new, now=lambda: NOW)
        self.storage = Storage(self.url, queue=queue)
        self.engine = Engine(self.url, "worker-1", at_once=2)
        self.launched = False

    def wake(self, *plan_ids: str) -> None:
        with self.storage.begin() as work:
            work.jobs.wake("default", plan_ids)
            work.commit()

    def rows(self, columns: str, table: str = "workflow_status", rest: str = "") -> list[tuple[Any, ...]]:
        """Gives what the engine's own table holds."""
        place = f"dbos.{table}" if self.sql.dialect.name == "postgresql" else table
        with self.sql.begin() as connection:
            return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {place} {rest}"))]  # noqa: S608  names of the engine's

    def leave_to(self, worker_id: str) -> None:
        """Lets all jobs that wait be in the hands of a worker."""
        place = "dbos.workflow_status" if self.sql.dialect.name == "postgresql" else "workflow_status"
        with self.sql.connect().execution_options(tandem_writes=True) as connection, connection.begin():
            connection.execute(
                text(f"UPDATE {place} SET status = 'PENDING', executor_id = :worker"),  # noqa: S608  as above
                {"worker": worker_id},
            )

    def launch(self) -> None:
        self.launched = True
        self.engine.launch(self.carry_out, NullHandler())

    def carry_out(self, job: Job) -> str:
        self.done.append(job)
        self.arrived.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def wait(self) -> None:
        assert self.arrived.wait(SOON_SECONDS), "no job was carried out"
        self.arrived.clear()

    def close(self) -> None:
        if self.launched:
            self.engine.stop(patience=0)
        self.storage.close()
        self.sql.dispose()


@pytest.fixture(params=["sqlite", POSTGRESQL])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with our tables and the engine's."""
    if request.param == "sqlite":
        upgrade(sqlite_url(tmp_path))
        prepare_engine(sqlite_url(tmp_path))
        yield sqlite_url(tmp_path)
        return
    with postgresql_database() as url:
        upgrade(url)
        prepare_engine(url)
        yield url


@pytest.fixture
def bench(engine_url: str) -> Iterator[Bench]:
    bench = Bench(engine_url)
    yield bench
    bench.close()


def later(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)  # noqa: TID251  compared with the engine's own clock
