"""`tandem findings` and `tandem decide`: what the rules notice in a plan, and what people decide of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TextIO

import click

from service.application.findings import Preview, decide_finding, open_findings, preview_decision
from service.application.ports import Editor
from service.console.group import OneOf, Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited
from service.document import decision_to_document, finding_to_document
from service.domain.balance import Balance
from service.domain.findings.decision import Answer, Change, Choice
from service.domain.findings.finding import Finding
from service.fhir.json import JsonObject


@click.command(cls=Verb)
@click.argument("plan_id")
@click.pass_obj
def findings(run: Run, plan_id: str) -> None:
    """Show what the rules notice in a plan today, the most urgent first."""
    with audited(prepare(run.installation), "findings", plan_id=plan_id) as ports:
        noticed = open_findings(plan_id, ports=ports)
    document = {
        "revision": noticed.head.number,
        "findings": [finding_to_document(one) for one in noticed.findings],
        "decisions": [decision_to_document(one) for one in noticed.decisions],
    }
    run.answer(document, lambda stream: _show(noticed.findings, stream))


@click.command(cls=Verb)
@click.argument("plan_id")
@click.argument("key")
@click.option("--answer", type=OneOf(Answer), required=True, help="As proposed, otherwise, or not.")
@click.option("--reason", required=True, help="Why, in few words.")
@click.option("--by", "people", multiple=True, required=True, help="Who decided: ids of the directory.")
@click.option("--balance", type=OneOf(Balance), help="With --answer changed: another balance.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="With --answer changed: another day.")
@click.option("--owner", help="With --answer changed: another owner of the task.")
@click.option("--preview", is_flag=True, help="Show what would change, and change nothing.")
@click.pass_obj
def decide(run: Run, /, *, plan_id: str, key: str, preview: bool, **said: Any) -> None:
    """Decide a finding by its key, as `tandem findings` shows it; what follows is one revision."""
    choice = _choice(said)
    with audited(prepare(run.installation), "decide", plan_id=plan_id) as ports:
        if preview:
            shown = preview_decision(plan_id, key, choice, ports=ports)
            run.answer(_preview_document(shown), lambda stream: _show_preview(shown, stream))
            return
        head = open_findings(plan_id, ports=ports).head
        editor = Editor(author=choice.decided_by[0], expected=head.number)
        made = decide_finding(plan_id, key, choice, editor=editor, ports=ports)
    words = f"{made.decision.rule} is {made.decision.answer}, at revision {made.revision.number}"
    document = {"revision": made.revision.number, **decision_to_document(made.decision)}
    run.answer(document, lambda stream: click.echo(words, file=stream))


def _choice(said: Mapping[str, Any]) -> Choice:
    due: datetime | None = said["due"]
    change = Change(
        balance=None if said["balance"] is None else Balance(said["balance"]),
        due=None if due is None else due.date(),
        owner=said["owner"],
    )
    return Choice(
        answer=Answer(said["answer"]),
        reason=said["reason"],
        decided_by=said["people"],
        change=None if change == Change() else change,
    )


def _show(found: tuple[Finding, ...], stream: TextIO) -> None:
    screen = page(stream)
    if not found:
        screen.print("nothing to look at")
    for one in found:
        screen.print(f"{one.urgency}: {one.text}")
        if one.proposal is not None:
            screen.print(f"  proposed: {one.proposal.says}")
        screen.print(f"  {one.rule} {one.key}")


def _preview_document(shown: Preview) -> JsonObject:
    return {
        "groups": list(shown.groups),
        "made": list(shown.made),
        "resources": list(shown.resources),
    }


def _show_preview(shown: Preview, stream: TextIO) -> None:
    rows = [(one["resourceType"], str(one.get("status", ""))) for one in shown.resources]
    screen = page(stream)
    screen.print(f"would change: {', '.join(shown.groups) or 'nothing'}")
    screen.print(table("Resources that would differ", ("type", "status"), rows))
