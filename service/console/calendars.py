"""`tandem calendar`: the appointments of a plan or of a clinician, as iCalendar."""

from pathlib import Path

import click

from service.application.read_calendar import calendar_of_person, calendar_of_plan
from service.console.group import Noun
from service.console.preparation import prepare
from service.console.run import Run
from service.console.trail import audited


@click.group(cls=Noun)
def calendar() -> None:
    """Appointments for calendar programs; no word of the treatment is in them."""


_FILE = click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), help="Into this file instead of the terminal."
)


@calendar.command("plan")
@click.argument("plan_id")
@_FILE
@click.pass_obj
def plan_(run: Run, plan_id: str, file: Path | None) -> None:
    """Export the appointments of a plan."""
    with audited(prepare(run.installation), "calendar plan", plan_id=plan_id) as ports:
        text = calendar_of_plan(plan_id, ports=ports)
    _give(run, text, file)


@calendar.command()
@click.argument("person_id")
@_FILE
@click.pass_obj
def person(run: Run, person_id: str, file: Path | None) -> None:
    """Export the appointments in which a clinician takes part, in every plan."""
    with audited(prepare(run.installation), "calendar person", item_id=person_id) as ports:
        text = calendar_of_person(person_id, ports=ports)
    _give(run, text, file)


def _give(run: Run, text: str, file: Path | None) -> None:
    if file is not None:
        # As bytes: RFC 5545 ends its lines with CR and LF, whatever the machine does.
        file.write_bytes(text.encode())
        run.answer({"file": str(file)}, lambda stream: click.echo(f"wrote {file}", file=stream))
    else:
        run.answer({"calendar": text}, lambda stream: click.echo(text, file=stream, nl=False))
