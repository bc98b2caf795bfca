"""`tandem validate`: what is wrong with a plan as FHIR, before it leaves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.application.examine_plan import Finding, Resources, ask_server, examine, of_draft
from service.application.export_plan import fhir_of
from service.console.exit_codes import ExitCode
from service.console.group import Verb
from service.console.plan_file import content_of, read_plan_file
from service.console.preparation import prepare
from service.console.progress import counted
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited
from service.domain.plan import people_named
from service.fhir.json import JsonObject

if TYPE_CHECKING:
    from service.domain.people import Person


@click.command(cls=Verb)
@click.argument("subject", metavar="PLAN_ID|FILE")
@click.option("--ehr", "ask_ehr", is_flag=True, help="Ask the $validate of the EHR's server too.")
@click.pass_obj
def validate(run: Run, *, subject: str, ask_ehr: bool) -> int:
    """Check a plan that is kept, or a plan in a file, as FHIR R4: structure, codes, references, invariants.

    Ends with 4 when something is wrong.
    """
    resources = _resources(run, subject)
    found = list(examine(resources))
    if ask_ehr:
        ehr = run.installation.ehr
        with counted("asking the server", len(resources), quiet=run.as_json) as step:
            for key, body in resources.items():
                found.extend(ask_server(key, body, ehr))
                step()
    _show(run, resources, found)
    return ExitCode.REFUSED if found else ExitCode.DONE


def _resources(run: Run, subject: str) -> Resources:
    file = Path(subject)
    if not file.is_file():
        with audited(prepare(run.installation), "validate", plan_id=subject) as ports:
            return fhir_of(subject, ports=ports)
    with file.open("rb") as stream:
        said = read_plan_file(content_of(stream))
    people: dict[str, Person] = {one.id: one for one in said.people}
    missing = {one for _, one in people_named(said.plan)} - people.keys()
    # The directory is opened only for a plan that brings not all of its people.
    directory = prepare(run.installation).plans if missing else None
    return of_draft(said.plan, people, directory)


def _show(run: Run, resources: Resources, found: list[Finding]) -> None:
    document = {"resources": len(resources), "findings": [_document(one) for one in found]}
    words = f"{len(resources)} resources, {len(found)} problem(s)"
    rows = [(str(one.key), one.by, one.path, one.words) for one in found]
    problems = table(words, ("resource", "found by", "path", "problem"), rows)
    run.answer(document, lambda stream: page(stream).print(problems if found else words))


def _document(one: Finding) -> JsonObject:
    return {"type": one.key.type, "item": one.key.item, "by": one.by, "path": one.path, "problem": one.words}
