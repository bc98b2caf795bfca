"""`tandem agenda`: what the next treatment meeting is about."""

from typing import TextIO

import click

from service.application.meet import read_agenda
from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited
from service.domain.agenda import Agenda


@click.command("agenda", cls=Verb)
@click.argument("plan_id")
@click.pass_obj
def agenda_(run: Run, plan_id: str) -> None:
    """List what the team should talk about: findings, open proposals and tasks, and what changed."""
    with audited(prepare(run.installation), "agenda", plan_id=plan_id) as ports:
        agenda = read_agenda(plan_id, ports=ports)
    points = [
        {
            "topic": one.topic.value,
            "text": one.text,
            "item": one.item,
            "rule": one.rule,
            "at": None if one.at is None else one.at.isoformat(),
        }
        for one in agenda.points
    ]
    since = None if agenda.since is None else agenda.since.isoformat()
    run.answer({"since": since, "points": points}, lambda stream: _show(agenda, stream))


def _show(agenda: Agenda, stream: TextIO) -> None:
    screen = page(stream)
    since = "the first meeting" if agenda.since is None else f"since {agenda.since:%Y-%m-%d %H:%M}"
    screen.print(f"Agenda: {since}")
    rows = [(one.topic, one.text, None if one.at is None else f"{one.at:%Y-%m-%d}") for one in agenda.points]
    screen.print(table("", ("topic", "what", "when"), rows))
