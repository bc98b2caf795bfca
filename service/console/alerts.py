"""`tandem alerts`: what needs a clinician's assessment, who looks after it, and carrying what is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from service.application.alert_view import entry_notice, shown
from service.application.answer_alerts import (
    acknowledge_alert,
    alerts_of_plan,
    close_alert,
    list_alerts,
    read_alert,
)
from service.application.ports import PlanPorts
from service.console.exit_codes import ExitCode
from service.console.group import Noun, OneOf
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited, trail_of, within
from service.document import alert_to_document
from service.domain.alert import Alert, AlertState
from service.fhir.json import JsonObject


@click.group(cls=Noun)
def alerts() -> None:
    """What needs a clinician's assessment, and who answers."""


@alerts.command("list")
@click.option("--state", type=OneOf(AlertState), help="Which; all that are not closed, unless named.")
@click.option("--plan", "plan_id", help="Every alert of this plan, closed ones too.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@click.option("--after", help="Continue behind the alert with this id.")
@click.pass_obj
def list_(run: Run, *, state: str | None, plan_id: str | None, limit: int, after: str | None) -> None:
    """List alerts, the oldest first."""
    with audited(prepare(run.installation), "alerts list", plan_id=plan_id) as ports:
        if plan_id is not None:
            found = alerts_of_plan(plan_id, ports=ports)
        else:
            wanted = None if state is None else AlertState(state)
            found = list_alerts(state=wanted, after=after, limit=limit, ports=ports)
    run.answer({"items": [_document(one) for one in found]}, lambda stream: _show_list(found, stream))


@alerts.command()
@click.argument("alert_id")
@click.pass_obj
def show(run: Run, alert_id: str) -> None:
    """Show whom an alert reached, and everything that happened to it."""
    with _about_alert(run, "alerts show", alert_id) as ports:
        alert = read_alert(alert_id, ports=ports)
    run.answer(_document(alert), lambda stream: _show(alert, stream))


@alerts.command()
@click.argument("alert_id")
@click.option("--author", required=True, help="Who looks after it.")
@click.pass_obj
def acknowledge(run: Run, alert_id: str, author: str) -> None:
    """Say who looks after an alert; its timers end."""
    with _about_alert(run, "alerts acknowledge", alert_id) as ports:
        alert = acknowledge_alert(alert_id, who=author, ports=ports)
    run.answer(_document(alert), lambda stream: _told(alert, stream))


@alerts.command()
@click.argument("alert_id")
@click.option("--author", required=True, help="Who assessed the person.")
@click.option("--reason", required=True, help="What was assessed, and what was done.")
@click.pass_obj
def close(run: Run, alert_id: str, *, author: str, reason: str) -> None:
    """Close an alert with a name and a reason."""
    with _about_alert(run, "alerts close", alert_id) as ports:
        alert = close_alert(alert_id, who=author, reason=reason, ports=ports)
    run.answer(_document(alert), lambda stream: _told(alert, stream))


@alerts.command()
@click.pass_obj
def deliver(run: Run) -> int:
    """Carry every alert that is due now; a timer may call it where no service runs.

    Ends with 3 when a message could not be handed over: it is tried again.
    """
    installation = prepare(run.installation)
    with trail_of(installation, "alerts deliver"):
        carried = installation.alert_desk.deliver()
    rows = [(one.alert_id, one.to, one.channel, one.tries, one.failure or "handed over") for one in carried]
    document = [
        {"alert_id": one.alert_id, "to": one.to, "channel": one.channel, "failure": one.failure}
        for one in carried
    ]
    run.answer(
        {"items": document},
        lambda stream: page(stream).print(table("", ("alert", "to", "by", "try", "what became of it"), rows)),
    )
    return ExitCode.WORK_LEFT if any(one.failure for one in carried) else ExitCode.DONE


@alerts.command()
@click.pass_obj
def notice(run: Run) -> None:
    """Print what a form says where scores or journal entries are entered."""
    said = entry_notice(run.installation.alert_desk.crisis_contacts)
    document = {"watched_live": said.watched_live, "notice": said.notice}
    if said.crisis_contacts is not None:
        document["crisis_contacts"] = said.crisis_contacts
    text = "\n".join(filter(None, (said.notice, said.crisis_contacts)))
    run.answer(document, lambda stream: click.echo(text, file=stream))


@contextmanager
def _about_alert(run: Run, operation: str, alert_id: str) -> Iterator[PlanPorts]:
    """Give the ports of an operation that is written down with the alert and its plan; raises `Unknown`."""
    installation = prepare(run.installation)
    with trail_of(installation, operation, item_id=alert_id) as trail:
        ports = within(trail, installation)
        trail.about(plan_id=read_alert(alert_id, ports=ports).plan_id)
        yield ports


def _document(alert: Alert) -> JsonObject:
    held = {name: one for name, one in alert_to_document(alert).items() if name not in _INNER}
    notices = [
        {name: value for name, value in one.items() if name != "address"}
        for one in alert_to_document(alert).get("notices", [])
    ]
    return {**held, "text": shown(alert).text, "notices": notices}


_INNER = frozenset({"number", "rounds", "turn_at"})


def _told(alert: Alert, stream: TextIO) -> None:
    click.echo(f"{alert.id} is {alert.state}", file=stream)


def _show_list(found: tuple[Alert, ...], stream: TextIO) -> None:
    rows = [(one.id, one.plan_id, one.state, f"{one.raised_at:%Y-%m-%d %H:%M}") for one in found]
    page(stream).print(table("Alerts", ("id", "plan", "state", "since (UTC)"), rows))


def _show(alert: Alert, stream: TextIO) -> None:
    screen = page(stream)
    screen.print(f"{shown(alert).text}: score {alert.score_id} of plan {alert.plan_id}\nit is {alert.state}")
    rows = [
        (one.to, one.channel, one.person, one.tries, one.delivered_at or one.failure or "on its way")
        for one in alert.notices
    ]
    screen.print(table("Messages", ("to", "by", "person", "tries", "became"), rows))
    journal = [(f"{one.at:%Y-%m-%d %H:%M}", one.what, one.who, one.detail) for one in alert.entries]
    screen.print(table("Journal", ("when (UTC)", "what", "who", "detail"), journal))
