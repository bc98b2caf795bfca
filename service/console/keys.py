"""`tandem key`: make the keys under which an installation seals."""

from pathlib import Path

import click

from service.console.group import Noun
from service.console.run import Run


@click.group(cls=Noun)
def key() -> None:
    """Make the keys that seal what is stored."""


@key.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--id", "key_id", help="What to call it; random unless named.")
@click.option("--later", is_flag=True, help="Only to be read with, until `current` of the file names it.")
@click.pass_obj
def new(run: Run, file: Path, key_id: str | None, *, later: bool) -> None:
    """Put a new key into FILE, which is made unless it is there; TANDEM_KEYS_FILE names it.

    The key itself is never shown. Everything is sealed under the new key from the next start on, and what
    is stored by `tandem db rekey`. Keep a copy of FILE away from the database and from its backups: without
    its key nobody opens them.
    """
    made = run.parts.new_key(file, key_id, current=not later)
    words = f"key {made} is in {file}; keep a copy of that file elsewhere"
    run.answer({"key_id": made}, lambda stream: click.echo(words, file=stream))
