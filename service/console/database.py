"""`tandem db`: see to the database."""

import click

from service.console.group import Noun
from service.console.run import Run


@click.group(cls=Noun)
def db() -> None:
    """See to the database."""


@db.command()
@click.pass_obj
def upgrade(run: Run) -> None:
    """Bring the database to this version's schema; does nothing when it is there."""
    before = run.installation.is_current()
    if not before:
        run.installation.upgrade()
    words = "the database was up to date" if before else "the database is up to date now"
    run.answer({"upgraded": not before}, lambda stream: click.echo(words, file=stream))
