"""`tandem plan`: load, list, show, sum up a week of the journal, and export."""

from datetime import datetime
from typing import BinaryIO, TextIO

import click

from service.application.export_plan import export_plan
from service.application.load_plan import load_plan
from service.application.read_journal import read_journal_week
from service.application.read_plan import list_plans, read_plan
from service.application.seeing import seen
from service.console.group import Noun, OneOf
from service.console.journal_view import show_journal_week
from service.console.plan_file import content_of, read_plan_file
from service.console.plan_view import show_plan
from service.console.preparation import prepare
from service.console.reports import plans_document, revision_document, show_plans
from service.console.run import Run
from service.console.trail import audited
from service.document import journal_week_to_document, plan_to_document
from service.domain.therapy import RequestStatus
from service.fhir.json import dumps
from service.ports.storage import PlanFilter


@click.group(cls=Noun)
def plan() -> None:
    """Load plans, look at them, give them out as FHIR."""


@plan.command()
@click.argument("file", type=click.File("rb"))
@click.option("--author", help="Who loads it; the plan's author unless named.")
@click.pass_obj
def new(run: Run, file: BinaryIO, author: str | None) -> None:
    """Load a plan and the people whom it names.

    FILE (- for standard input) is a plan's JSON document, or {"people": [...], "plan": {...}}.
    All of it is kept or nothing; what is refused is named field by field.
    """
    said = read_plan_file(content_of(file))
    with audited(prepare(run.installation), "plan new", plan_id=said.plan.id) as ports:
        revision = load_plan(said.plan, said.people, author=author or said.plan.author, ports=ports)
    words = f"kept plan {said.plan.id} at revision {revision.number}"
    run.answer(revision_document(revision), lambda stream: click.echo(words, file=stream))


@plan.command("list")
@click.option("--status", type=OneOf(RequestStatus), help="Only plans with this status.")
@click.option("--patient-id", help="Only plans of this patient.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@click.option("--after", help="Continue where the last page ended.")
@click.pass_obj
def list_(
    run: Run, *, status: RequestStatus | None, patient_id: str | None, limit: int, after: str | None
) -> None:
    """List plans, those first loaded first."""
    wanted = PlanFilter(status=status, patient_id=patient_id)
    with audited(prepare(run.installation), "plan list") as ports:
        found = list_plans(wanted, after=after, limit=limit, ports=ports)
    run.answer(plans_document(found), lambda stream: show_plans(found, stream))


@plan.command()
@click.argument("plan_id")
@click.option("--revision", type=click.IntRange(1), help="An older one; the latest unless named.")
@click.pass_obj
def show(run: Run, plan_id: str, revision: int | None) -> None:
    """Show a plan; with --json its document.

    Journal entries that the patient has not shared are counted and not shown.
    """
    with audited(prepare(run.installation), "plan show", plan_id=plan_id) as ports:
        held = seen(read_plan(plan_id, ports=ports, number=revision), whole=False)
    document = {
        **revision_document(held.revision),
        "plan": plan_to_document(held.plan),
        "withheld": held.withheld,
    }
    run.answer(document, lambda stream: show_plan(held, stream))


@plan.command()
@click.argument("plan_id")
@click.option(
    "--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="The first of seven days; else they end today."
)
@click.pass_obj
def journal(run: Run, plan_id: str, start: datetime | None) -> None:
    """Sum up a week of the symptom journal: how well it is kept, energy, mood and warning signs.

    Entries that the patient has not shared are in none of its numbers.
    """
    with audited(prepare(run.installation), "plan journal", plan_id=plan_id) as ports:
        first = None if start is None else start.date()
        found = read_journal_week(plan_id, start=first, whole=False, ports=ports)
    document = {**journal_week_to_document(found.week), "withheld": found.sight.withheld}
    run.answer(document, lambda stream: show_journal_week(found, stream))


@plan.command()
@click.argument("plan_id")
@click.option("--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file.")
@click.pass_obj
def export(run: Run, plan_id: str, output: TextIO) -> None:
    """Give a plan out as a FHIR R4 Bundle (a collection), as it would stand in a chart."""
    with audited(prepare(run.installation), "plan export", plan_id=plan_id) as ports:
        bundle = export_plan(plan_id, ports=ports)
    click.echo(dumps(bundle), file=output)
