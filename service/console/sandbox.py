"""`tandem sandbox`: the FHIR server that ships with Tandem, for people without an EHR at hand."""

import sys
from pathlib import Path
from typing import TextIO

import click

from service.console.group import OneOf, Verb
from service.console.installation import SandboxShape
from service.console.run import Run
from service.console.serving import LOOPBACK, check_address, serve_until_interrupted


def _list_faults(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001  click's form
    if not value:
        return
    run = context.ensure_object(Run)
    faults = run.parts.faults()

    def view(out: TextIO) -> None:
        out.writelines(f"{name:<18} {does}\n" for name, does in faults.items())

    run.answer({"faults": dict(faults)}, view)
    context.exit()


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
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="TEXT",
    help="Something that goes wrong, such as 'lost-response after=3 type=Goal'; may stand several times.",
)
@click.option("--control", is_flag=True, help="Open the control door, /control, which arms faults over HTTP.")
@click.option(
    "--faults-list",
    is_flag=True,
    expose_value=False,
    callback=_list_faults,
    help="List what can go wrong, and end.",
)
@click.pass_obj
def sandbox(  # noqa: PLR0913  one for each option
    run: Run,
    host: str,
    port: int,
    *,
    store: Path | None,
    shape: SandboxShape,
    faults: tuple[str, ...],
    control: bool,
) -> None:
    """Run a FHIR R4 server until interrupted: one chart, nobody has to log in, synthetic people only."""
    check_address(host, port)
    with run.parts.sandbox(store, shape, faults=faults, control=control, log=sys.stderr) as app:
        origin = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        kept = f"in {store}" if store else "in memory: it is lost when this ends"
        run.say(f"A FHIR R4 server listens at {origin}/fhir; its chart is kept {kept}.")
        for fault in faults:
            run.say(f"It goes wrong: {fault}")
        if control:
            run.say(f"Its control door is open at {origin}/control.")
        serve_until_interrupted(app, host, port)
