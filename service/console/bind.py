"""`tandem bind`: to which patient of the chart a plan belongs, by a person's word."""

from typing import TextIO

import click

from service.application.bind_patient import Binding, BindPatient, LookAtPatient
from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import trail_of
from service.fhir.json import JsonObject


@click.command("bind", cls=Verb)
@click.argument("plan_id")
@click.option("--patient", required=True, help="The patient's id in the EHR.")
@click.option("--digest", help="The digest that was shown: binds to exactly that.")
@click.option("--author", help="Who says that this is the patient; needed with --digest.")
@click.pass_obj
def bind_(run: Run, *, plan_id: str, patient: str, digest: str | None, author: str | None) -> None:
    """Compare a plan with a patient of the chart, and with --digest bind it to that patient.

    A plan is bound anew after a merge, and when the chart's patient has another name, birth date or
    identifier; until then nothing of it is read or written.
    """
    if (digest is None) != (author is None):
        raise click.UsageError("--digest and --author go together.")
    installation = prepare(run.installation)
    command = LookAtPatient(plan_id=plan_id, patient=patient)
    if digest is not None and author is not None:
        command = BindPatient(plan_id=plan_id, patient=patient, digest=digest, author=author)
    with trail_of(installation, "bind", plan_id=plan_id, begun=digest is not None):
        found = installation.bind(command)
    run.answer(_document(found), lambda stream: _show(found, stream, bound=digest is not None))


def _document(found: Binding) -> JsonObject:
    return {
        "plan_id": found.plan_id,
        "patient": found.patient,
        "bound_to": found.bound_to,
        "digest": found.digest,
        "deceased": found.deceased,
        "obstacle": found.obstacle,
        "moved": found.moved,
        "compared": [
            {"element": one.element, "plan": list(one.plan), "chart": list(one.chart), "same": one.same}
            for one in found.compared
        ],
    }


def _show(found: Binding, stream: TextIO, *, bound: bool) -> None:
    screen = page(stream)
    said = "is bound to" if bound else "beside"
    screen.print(f"plan {found.plan_id} {said} {found.patient}; bound to {found.bound_to or 'nobody'}")
    rows = [
        (one.element, ", ".join(one.plan), ", ".join(one.chart), "yes" if one.same else "no")
        for one in found.compared
    ]
    screen.print(table("", ("by", "the plan says", "the chart says", "same"), rows))
    if found.deceased:
        screen.print("the patient has died")
    if found.obstacle is not None:
        screen.print(f"nobody may bind to this patient: {found.obstacle}")
    screen.print(f"digest: {found.digest}")
