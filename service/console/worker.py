"""`tandem worker`: what makes the sync run by itself."""

from contextlib import suppress
from threading import Event

import click

from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run


@click.command(cls=Verb)
@click.option(
    "--parent", type=int, hidden=True, help="End when the process of this number is not ours any more."
)
@click.pass_obj
def worker(run: Run, parent: int | None) -> None:
    """Bring changed plans and the chart into step, until interrupted.

    `tandem serve` starts a worker of its own unless TANDEM_WORKER says otherwise. On PostgreSQL several may
    work, on as many machines; when one dies, the others finish what it had begun. Told to end, it finishes
    what it is at.
    """
    installation = prepare(run.installation)
    installation.admit()
    until = Event()
    with suppress(KeyboardInterrupt):
        installation.workshop.work(until, parent=parent)
