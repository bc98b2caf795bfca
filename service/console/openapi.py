"""`tandem openapi`: the description of the API."""

import click

from service.console.group import Verb
from service.console.run import Run


@click.command(cls=Verb)
@click.pass_obj
def openapi(run: Run) -> None:
    """Print the description of the API, as openapi.yaml holds it."""
    click.echo(run.parts.openapi(), nl=False)
