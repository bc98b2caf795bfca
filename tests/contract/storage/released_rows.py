"""Writes the rows of the sample database as this version's schema holds them.

`python -m tests.contract.storage.released_rows` makes <revision>.sql, and the backup of the same rows, in
tests/contract/storage/released. Each revision of the schema keeps the files that it was released with: they
are made once and never again. What a revision adds to the schema, `sample_database.fill` adds to the rows.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from service.storage import Storage
from service.storage.backup import back_up
from service.storage.schema import latest_revision, upgrade
from service.storage.tables import metadata
from tests.contract.storage.databases import sqlite_url
from tests.contract.storage.keys import KEYS
from tests.contract.storage.sample_database import fill
from tests.contract.storage.samples import NOON, a_queue

RELEASED = Path(__file__).parent / "released"


def statements(file: Path) -> Iterator[str]:
    """Give one INSERT for each row, in words that SQLite and PostgreSQL both take."""
    held = sqlite3.connect(file)
    for table in metadata.sorted_tables:
        rows = held.execute(f"SELECT * FROM {table.name}")  # noqa: S608  a name of our own
        columns = ", ".join(column[0] for column in rows.description)
        for row in rows:
            values = ", ".join(_literal(value) for value in row)
            yield f"INSERT INTO {table.name} ({columns}) VALUES ({values});"  # noqa: S608  a file to read, never input
    held.close()


def _literal(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def main() -> None:
    with TemporaryDirectory() as folder:
        upgrade(sqlite_url(Path(folder)))
        storage = Storage(sqlite_url(Path(folder)), KEYS, a_queue())
        fill(storage)
        storage.close()
        made = "\n".join(statements(Path(folder) / "plans.db"))
        copy = RELEASED / f"{latest_revision()}.backup"
        copy.unlink(missing_ok=True)
        back_up(sqlite_url(Path(folder)), KEYS, copy, now=NOON)
    (RELEASED / f"{latest_revision()}.sql").write_text(made + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
