"""`tandem serve`: the API, on this machine only unless it asks who calls."""

from contextlib import nullcontext

import click

from service.console.group import Verb
from service.console.gunicorn_server import serve_with_gunicorn
from service.console.installation import Installation
from service.console.preparation import prepare
from service.console.run import Run
from service.console.serving import check_address, is_loopback
from service.console.unsealed import check_seal
from service.console.worker_process import kept_running, worker_command
from service.telemetry.events import SERVER_STARTED, emit


@click.command(cls=Verb)
@click.option("--host", help="The address; TANDEM_HOST or 127.0.0.1 unless named.")
@click.option("--port", type=click.IntRange(1, 65535), help="TANDEM_PORT or 8080 unless named.")
@click.option("--no-worker", is_flag=True, help="Start no worker: somebody else runs `tandem worker`.")
@click.pass_obj
def serve(run: Run, *, host: str | None, port: int | None, no_worker: bool) -> None:
    """Run the API until interrupted.

    Only loopback addresses are served while nobody has to log in; with TANDEM_AUTH=required others are, under
    the names of TANDEM_ALLOWED_HOSTS. A database that is a file is created and brought up to date; for
    PostgreSQL say `tandem db upgrade` first.
    Where an EHR is configured a worker runs beside the API, and ends with it.
    """
    installation = run.installation
    usual_host, usual_port = installation.address
    host, port = host or usual_host, port or usual_port
    check_address(host, port, asks_who=installation.asks_who)
    if not is_loopback(host) and not installation.hosts:
        raise click.UsageError(
            f"Nobody could ask {host} by a name: say in TANDEM_ALLOWED_HOSTS by which names it is asked."
        )
    check_seal(run, installation, host)
    prepare(installation).admit()
    emit(installation.log, SERVER_STARTED, host=host, port=port, **_described(installation))
    beside = installation.workshop.is_embedded and not no_worker
    patience = installation.request_seconds
    with kept_running(worker_command(), installation.log) if beside else nullcontext():
        serve_with_gunicorn(installation.served, (host, port), patience=patience, log=installation.log)


def _described(installation: Installation) -> dict[str, object]:
    return {
        "auth": "required" if installation.asks_who else "off",
        "database": "sqlite" if installation.keeps_a_file else "postgresql",
        "ehr": "none" if installation.ehr_url is None else "configured",
        "sealed": installation.seals,
    }
