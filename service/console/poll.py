"""`tandem poll`: read what changed in the chart, and say which plans wait for a pass."""

from typing import TextIO

import click

from service.application.poll_chart import PollReport
from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.trail import trail_of
from service.fhir.json import JsonObject


@click.command(cls=Verb)
@click.option("--whole", is_flag=True, help="Compare everything that is linked, too.")
@click.pass_obj
def poll(run: Run, *, whole: bool) -> None:
    """Read what changed in the chart of the EHR that TANDEM_EHR_URL names, and take nothing in yet.

    The first poll compares everything, and so does one when that was done longer ago than
    TANDEM_EHR_COMPARE_HOURS.
    `tandem sync --changed` polls, and then brings the plans that wait into step.
    """
    installation = prepare(run.installation)
    with trail_of(installation, "poll"):
        report = installation.reading.poll(whole=whole)
    due = installation.reading.due()
    run.answer(_document(report, due), lambda stream: _show(report, due, stream))


def _document(report: PollReport, due: tuple[str, ...]) -> JsonObject:
    return {
        "connection_id": report.connection_id,
        "rows": report.rows,
        "compared": report.compared,
        "changed": report.changed,
        "woken": sorted(report.woken),
        "due": list(due),
    }


def _show(report: PollReport, due: tuple[str, ...], stream: TextIO) -> None:
    compared = "" if report.compared is None else f", {report.compared} resources compared"
    click.echo(f"{report.rows} rows{compared}: {report.changed} resources changed", file=stream)
    for plan_id in due:
        click.echo(f"{plan_id} waits for a pass", file=stream)
