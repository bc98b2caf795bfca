"""`tandem import`: a chart becomes a draft plan, and the list of what found no place in it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import click

from service.application.import_chart import FromBundle, FromEhr, ImportChart
from service.application.import_report import import_document, read_import
from service.console.exit_codes import ExitCode
from service.console.group import Noun, common_options
from service.console.import_view import coverage_document, show_coverage, show_import
from service.console.preparation import prepare
from service.console.run import Run
from service.console.trail import trail_of
from service.domain.people import Person, Role
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject, loads
from service.intake.coverage import cover
from service.intake.draft import Wishes
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.imports import ImportOutcome

LARGEST_FILE = 64 * 1024 * 1024


class _Itself(Noun):
    """A group that is a command too, with the options that all commands share."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params.extend(common_options())


@click.group("import", cls=_Itself, invoke_without_command=True)
@click.option("--patient", help="The patient's id in the EHR that TANDEM_EHR_URL names.")
@click.option(
    "--file", "bundle", type=click.File("rb"), help="A FHIR R4 Bundle of one patient; - for standard input."
)
@click.option(
    "--coverage",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Count what of the charts in a folder a plan could hold; keeps nothing.",
)
@click.option("--author", help="Who imports; the plan's author unless named.")
@click.option("--responsible", help="Who answers for the plan, by id, where no chart says it.")
@click.option("--title", help="The plan's title.")
@click.option("--zone", help="The IANA time zone of appointments that name none.")
@click.option("--care-plan", help="The id of the CarePlan on which the draft rests.")
@click.pass_context
def import_(context: click.Context, /, **said: Any) -> int | None:
    """Read a patient's chart into a draft plan, once.

    Importing the same chart again makes no second plan, and pushing an imported plan writes nothing until
    somebody changes it.
    Ends with 3 when the chart lacks what a plan needs.
    """
    if context.invoked_subcommand is not None:
        return None
    run: Run = context.obj
    if sum(said[name] is not None for name in ("patient", "bundle", "coverage")) != 1:
        raise click.UsageError("Name one of --patient, --file and --coverage.")
    if said["coverage"] is not None:
        return _count(run, said["coverage"], said["zone"])
    return _import(run, said)


@import_.command()
@click.argument("name", metavar="IMPORT_OR_PLAN_ID")
@click.pass_obj
def show(run: Run, name: str) -> None:
    """Show an import again: what was placed, what was not, the allergies and all medicines."""
    with trail_of(prepare(run.installation), "import show") as trail:
        record = read_import(name, storage=trail)
        trail.about(plan_id=record.plan_id, item_id=record.id)
    run.answer(import_document(record), lambda stream: show_import(record, stream))


def _import(run: Run, said: dict[str, Any]) -> int:
    source = (
        FromEhr(patient=said["patient"]) if said["patient"] else FromBundle(bundle=_bundle(said["bundle"]))
    )
    names = ("author", "responsible", "title", "zone", "care_plan")
    command = ImportChart(source=source, **{name: said[name] for name in names})
    installation = prepare(run.installation)
    with trail_of(installation, "import") as trail:
        record = installation.import_chart(command)
        trail.about(plan_id=record.plan_id, item_id=record.id)
    run.answer(import_document(record), lambda stream: show_import(record, stream))
    return ExitCode.WORK_LEFT if record.outcome is ImportOutcome.LACKING else ExitCode.DONE


def _bundle(file: BinaryIO) -> JsonObject:
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Invalid([Problem("Bundle", f"is larger than {LARGEST_FILE // 1024 // 1024} MB")])
    return loads(content)


def _count(run: Run, folder: Path, zone: str | None) -> int:
    wishes = counting_wishes(run.installation.plans.clock.now().date(), zone=zone)
    counted = cover(files_of(folder), wishes, system=DEFAULT_IDENTIFIER_SYSTEM)
    run.answer(coverage_document(counted), lambda stream: show_coverage(counted, stream))
    return ExitCode.DONE


def counting_wishes(today: date, *, zone: str | None) -> Wishes:
    """Return wishes as if somebody answered for every plan: who that is says nothing about a chart."""
    somebody = Person(id="somebody", family_name="Somebody", profession=Role.OTHER)
    return Wishes(today=today, zone=zone, author=somebody)


def files_of(folder: Path) -> Iterator[tuple[str, str, JsonObject]]:
    """Yield (folder, name, content) of every JSON file below a folder; raises `NotJson`."""
    for path in sorted(folder.rglob("*.json")):
        yield path.parent.name, path.stem, loads(path.read_bytes())
