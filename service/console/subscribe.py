"""`tandem subscribe`: have the EHR tell us when something changes."""

from collections.abc import Iterable
from typing import TextIO

import click

from service.application.subscribe import (
    Subscribed,
    end_subscriptions,
    list_subscriptions,
    subscribe,
)
from service.console.exit_codes import ExitCode
from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import trail_of


@click.command("subscribe", cls=Verb)
@click.option("--endpoint", metavar="URL", help="Where the EHR reaches this service, such as https://host.")
@click.option("--list", "listed", is_flag=True, help="Show the subscriptions of ours that the EHR has.")
@click.option("--end", "ended", is_flag=True, help="End them all, and hear no more of them.")
@click.pass_obj
def subscribe_(run: Run, *, endpoint: str | None, listed: bool, ended: bool) -> int:
    """Register rest-hook Subscriptions with the EHR, one for each kind of resource.

    What is registered already stays as it is, and what tells another address ends.
    Waits until the EHR made them active, and ends with 3 when it did not.
    A notification is only a hint: without any, `tandem sync --changed` finds the same.
    """
    if [endpoint is not None, listed, ended].count(True) != 1:
        raise click.UsageError("Say one of --endpoint, --list and --end.")
    installation = prepare(run.installation)
    with trail_of(installation, "subscribe"):
        ports = installation.reading.subscriptions
        if endpoint is not None:
            found = subscribe(endpoint, ports=ports)
        else:
            found = list_subscriptions(ports=ports) if listed else end_subscriptions(ports=ports)
    document = {"subscriptions": [_document(one) for one in found]}
    run.answer(document, lambda stream: _show(found, stream))
    as_wished = endpoint is None or all(one.status == "active" for one in found)
    return ExitCode.DONE if as_wished else ExitCode.WORK_LEFT


def _document(one: Subscribed) -> dict[str, str | None]:
    return {
        "reference": one.reference,
        "criteria": one.criteria,
        "endpoint": one.endpoint,
        "status": one.status,
        "error": one.error,
    }


def _show(found: Iterable[Subscribed], stream: TextIO) -> None:
    rows = [(one.reference, one.criteria, one.endpoint, one.status, one.error) for one in found]
    headings = ("subscription", "watches", "tells", "status", "the server's reason")
    page(stream).print(table("Subscriptions", headings, rows))
