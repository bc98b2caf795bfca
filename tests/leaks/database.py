"""What the file of the database may hold of a record."""

from pathlib import Path

from sqlalchemy import create_engine, select

from service.storage.tables import metadata
from tests.leaks.marks import marks_in

# Whether patient data is sealed at rest. Set this to True where it is: then no byte of the file may hold a
# mark, and the columns below are no exception any more.
SEALED = False
_DOCUMENTS = {
    "revisions.document",
    "people.document",
    "plan_identifiers.value",
    "ledger.agreed_ours",
    "ledger.agreed_theirs",
    "journal.body",
}


def leaks_of_database(folder: Path) -> dict[str, list[str]]:
    """Gives the marks in the files of a database, or in its clear columns while the others are not sealed."""
    return _in_files(folder) if SEALED else _in_clear_columns(folder / "plans.db")


def _in_files(folder: Path) -> dict[str, list[str]]:
    texts = {path.name: path.read_bytes().decode("latin-1") for path in folder.glob("plans.db*")}
    assert texts
    return {name: found for name, text in texts.items() if (found := marks_in(text))}


def _in_clear_columns(file: Path) -> dict[str, list[str]]:
    engine = create_engine(f"sqlite:///{file}")
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for column in table.c:
                if str(column) not in _DOCUMENTS:
                    values = connection.execute(select(column)).scalars()
                    found[str(column)] = marks_in(" ".join(map(str, values)))
    engine.dispose()
    return {name: marks for name, marks in found.items() if marks}
