"""`tandem backup` and `tandem restore`: a copy of everything in one file, and back."""

from contextlib import suppress
from pathlib import Path
from typing import TextIO

import click

from service.console.group import Verb
from service.console.run import Run
from service.console.trail import trail_of
from service.fhir.json import JsonObject
from service.ports.sealing import KeysUnfit
from service.ports.upkeep import BackupReport

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Verb)
@click.argument("file", type=_FILE)
@click.option("--verify", is_flag=True, help="Make none: read FILE to its end and open every seal in it.")
@click.pass_obj
def backup(run: Run, file: Path, *, verify: bool) -> None:
    """Copy the whole database into FILE while the service runs, and read the copy back.

    FILE is new, and for its owner alone. It restores into SQLite and PostgreSQL alike. What is sealed stays
    sealed in it, and the keys are not in it: keep a copy of the file of TANDEM_KEYS_FILE elsewhere.
    """
    if verify:
        report = run.installation.verify_backup(file)
    else:
        with trail_of(run.installation, "backup"):
            report = run.installation.back_up(file)
    run.answer(_document(report), lambda stream: _show("the backup is whole", report, stream))


@click.command(cls=Verb)
@click.argument("file", type=_FILE)
@click.pass_obj
def restore(run: Run, file: Path) -> None:
    """Fill an empty database with what FILE, a backup, holds.

    FILE is read to its end before anything is touched. A database that holds anything is refused: name a new
    one in TANDEM_DATABASE_URL. A backup of an older schema is brought up to date.
    """
    report = run.installation.restore(file)
    # Only now: an entry about a refusal would fill the database that the next attempt wants empty. A key that
    # was retired when the backup was made writes nothing, and the next command says so: all is restored here.
    with suppress(KeysUnfit), trail_of(run.installation, "restore"):
        pass
    run.answer(_document(report), lambda stream: _show("the database is restored", report, stream))


def _document(report: BackupReport) -> JsonObject:
    return {
        "schema": report.schema,
        "made_at": report.made_at.isoformat(),
        "tables": dict(report.tables),
        "keys": list(report.keys),
        "opened": report.opened,
    }


def _show(words: str, report: BackupReport, stream: TextIO) -> None:
    rows = sum(report.tables.values())
    sealed = f"needs key {', '.join(report.keys)}" if report.keys else "lies in the clear"
    click.echo(
        f"{words}: {rows} rows of {report.made_at:%Y-%m-%d %H:%M} UTC, schema {report.schema};"
        f" it {sealed}, and {report.opened} sealed texts were opened",
        file=stream,
    )
