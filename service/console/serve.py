"""`tandem serve`: the API, on this machine only until it can tell who calls."""

import click

from service.console.group import Verb
from service.console.gunicorn_server import serve_with_gunicorn
from service.console.preparation import prepare
from service.console.run import Run
from service.console.serving import check_address
from service.telemetry.events import SERVER_STARTED, emit


@click.command(cls=Verb)
@click.option("--host", help="A loopback address; TANDEM_HOST or 127.0.0.1 unless named.")
@click.option("--port", type=click.IntRange(1, 65535), help="TANDEM_PORT or 8080 unless named.")
@click.pass_obj
def serve(run: Run, host: str | None, port: int | None) -> None:
    """Run the API until interrupted.

    Only loopback addresses are served: nobody has to log in yet. A database that is a file is created and
    brought up to date; for PostgreSQL say `tandem db upgrade` first.
    """
    installation = run.installation
    usual_host, usual_port = installation.address
    host, port = host or usual_host, port or usual_port
    check_address(host, port)
    prepare(installation)
    database = "sqlite" if installation.keeps_a_file else "postgresql"
    ehr = "none" if installation.ehr_url is None else "configured"
    emit(installation.log, SERVER_STARTED, host=host, port=port, database=database, ehr=ehr)
    patience = installation.request_seconds
    serve_with_gunicorn(installation.application, (host, port), patience=patience, log=installation.log)
