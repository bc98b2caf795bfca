"""Databases of a test's own: a file of SQLite, or a schema in the server that POSTGRES_UNDER_TEST names."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid1

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from service.storage.schema import upgrade
from service.storage.tables import metadata


def sqlite_url(folder: Path) -> str:
    """The URL of a file that is not there yet."""
    return f"sqlite:///{folder / 'plans.db'}"


def postgresql_server() -> URL:
    """The server that POSTGRES_UNDER_TEST names; without one the test is skipped.

    Where CI or TANDEM_REQUIRE_SERVERS is set, a missing server is a failure.
    """
    server = os.environ.get("POSTGRES_UNDER_TEST")
    if not server:
        reason = "no PostgreSQL: set POSTGRES_UNDER_TEST to a URL such as postgresql+psycopg://user@host/name"
        if os.environ.get("CI") or os.environ.get("TANDEM_REQUIRE_SERVERS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return make_url(server).set(drivername="postgresql+psycopg")


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The URL of an empty schema, which goes with the test."""
    url = postgresql_server()
    schema = f"test_{uuid1().hex}"
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(False)
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    finally:
        engine.dispose()


class EmptiedSchema:
    """One schema for many tests, up to date and empty for each: making it anew takes half a second.

    It is made when the first test asks for it, and goes with `close`.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._url: str | None = None

    def url(self) -> str:
        """The URL of the schema, with nothing in its tables."""
        if self._url is None:
            self._url = self._open.enter_context(postgresql_url())
            upgrade(self._url)
        else:
            _empty(self._url)
        return self._url

    def close(self) -> None:
        self._open.close()


def _empty(url: str) -> None:
    engine = create_engine(url)
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))  # it only grows
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
    engine.dispose()


@contextmanager
def postgresql_database() -> Iterator[str]:
    """The URL of an empty database, which goes with the test: the engine has a schema of its own in it."""
    url = postgresql_server()
    name = f"test_{uuid1().hex}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()
