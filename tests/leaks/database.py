"""What the files of the database may hold of a record: nothing."""

from collections.abc import Collection
from pathlib import Path

from tests.leaks.marks import marks_in


def leaks_of_database(folder: Path, *, ids: Collection[str] = ()) -> dict[str, list[str]]:
    """Gives the marks in any byte of the files of a database, but for the ids that things were kept under."""
    texts = {path.name: path.read_bytes().decode("latin-1") for path in folder.glob("plans.db*")}
    assert texts
    found = {name: [one for one in marks_in(text) if one not in ids] for name, text in texts.items()}
    return {name: marks for name, marks in found.items() if marks}
