"""What the files of the database may hold of a record: nothing."""

from pathlib import Path

from tests.leaks.marks import marks_in


def leaks_of_database(folder: Path) -> dict[str, list[str]]:
    """Gives the marks in any byte of the files of a database."""
    texts = {path.name: path.read_bytes().decode("latin-1") for path in folder.glob("plans.db*")}
    assert texts
    return {name: found for name, text in texts.items() if (found := marks_in(text))}
