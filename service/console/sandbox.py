"""`tandem sandbox`: the FHIR server that ships with Tandem, for people without an EHR at hand."""

import sys
from pathlib import Path

import click

from service.console.group import OneOf, Verb
from service.console.installation import SandboxShape
from service.console.run import Run
from service.console.serving import LOOPBACK, check_address, serve_until_interrupted


@click.command(cls=Verb)
@click.option("--host", default=LOOPBACK, show_default=True, help="A loopback address.")
@click.option("--port", type=click.IntRange(1, 65535), default=8090, show_default=True, help="The port.")
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the chart in this file, not in memory.",
)
@click.option(
    "--shape",
    type=OneOf(SandboxShape),
    default=SandboxShape.HAPI,
    show_default=True,
    help="What it can do: as HAPI does; no transactions; neither transactions nor conditional writes; "
    "or refusing what is not valid.",
)
@click.pass_obj
def sandbox(run: Run, host: str, port: int, *, store: Path | None, shape: SandboxShape) -> None:
    """Run a FHIR R4 server until interrupted: one chart, nobody has to log in, synthetic people only."""
    check_address(host, port)
    with run.parts.sandbox(store, shape, log=sys.stderr) as app:
        where = f"http://{f'[{host}]' if ':' in host else host}:{port}/fhir"
        kept = f"in {store}" if store else "in memory: it is lost when this ends"
        run.say(f"A FHIR R4 server listens at {where}; its chart is kept {kept}.")
        serve_until_interrupted(app, host, port)
