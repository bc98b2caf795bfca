"""`tandem connection`: what an operator says of the EHR's server."""

import click

from service.application.halting import accept_server
from service.console.group import Noun
from service.console.preparation import prepare
from service.console.run import Run
from service.console.trail import audited


@click.group(cls=Noun)
def connection() -> None:
    """See to the connection with the EHR."""


@connection.command("accept-reset")
@click.pass_obj
def accept_reset(run: Run) -> None:
    """Accept a server that was restored, emptied or exchanged, so that passes go on.

    From then on what its chart says otherwise than was agreed waits in the inbox, and is taken for no edit.
    """
    with audited(prepare(run.installation), "connection accept-reset") as ports:
        found = accept_server("default", ports=ports)
    document = {"connection_id": found.connection_id, "reason": found.reason, "doubted": found.doubted}
    words = f"accepted ({found.reason or 'it was not halted'}); {found.doubted} agreements are compared anew"
    run.answer(document, lambda stream: click.echo(words, file=stream))
