"""`tandem db`: see to the database."""

import sys
from typing import TextIO

import click
from rich.console import Console

from service.console.exit_codes import ExitCode
from service.console.group import Noun
from service.console.preparation import prepare
from service.console.run import Run
from service.console.trail import trail_of
from service.fhir.json import JsonObject
from service.ports.upkeep import RekeyReport


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


@db.command()
@click.pass_obj
def rekey(run: Run) -> int:
    """Seal everything that is stored under the current key, while the service runs.

    Run it after the current key changed and every process was started with it, and once after the first key
    was made. A run that was cut off goes on where it ended. It ends with 3 while rows are left under
    another key: keep that key and run it again.
    """
    installation = prepare(run.installation)
    screen = Console(file=sys.stderr)
    moved = 0

    def count() -> None:
        nonlocal moved
        moved += 1
        status.update(f"{moved} rows sealed anew")

    with trail_of(installation, "db rekey"), screen.status("sealing") as status:
        report = installation.rekey(count)
    run.answer(_document(report), lambda stream: _show(report, stream))
    return ExitCode.DONE if report.is_complete else ExitCode.WORK_LEFT


def _document(report: RekeyReport) -> JsonObject:
    return {
        "key_id": report.key_id,
        "resealed": report.resealed,
        "remaining": dict(report.remaining),
        "retired": list(report.retired),
        "damaged": list(report.damaged),
    }


def _show(report: RekeyReport, stream: TextIO) -> None:
    lines = [f"{report.resealed} rows are sealed anew under key {report.key_id}"]
    lines += [f"key {one} is used no more; older backups need it" for one in report.retired]
    lines += [
        f"{number} rows are left in the clear"
        if one == "clear"
        else f"{number} rows are left under key {one}"
        for one, number in report.remaining.items()
    ]
    lines += list(report.damaged)
    for line in lines:
        click.echo(line, file=stream)
