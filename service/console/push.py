"""`tandem push`: write plans into the chart and say what became of each resource."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from service.application.chart_run import Whose
from service.application.push_plan import PushPlan
from service.application.read_plan import list_plans
from service.application.sync_plan import SyncPlan
from service.console.errors import Told, told
from service.console.exit_codes import ExitCode
from service.console.group import Verb
from service.console.installation import Installation
from service.console.preparation import prepare
from service.console.progress import counted
from service.console.reports import push_document, show_push
from service.console.run import Run
from service.console.trail import trail_of
from service.fhir.json import JsonObject
from service.ports.storage import PlanFilter
from service.sync.report import PushReport, Standing

_PAGE = 100
# After these the next plan fares no better.
HOPELESS = frozenset({
    ExitCode.EHR_UNAVAILABLE, ExitCode.STORAGE_UNAVAILABLE, ExitCode.USAGE, ExitCode.UNEXPECTED,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What became of one plan: a report, an error, or neither when it was not tried."""

    plan_id: str
    report: PushReport | None = None
    error: Told | None = None

    @property
    def document(self) -> JsonObject:
        """The same for machines."""
        if self.report is not None:
            return push_document(self.report)
        return {"plan_id": self.plan_id, **(self.error.document if self.error else {"not_tried": True})}

    @property
    def code(self) -> ExitCode:
        """What it means for the shell."""
        if self.error is not None:
            return self.error.code
        in_step = self.report is not None and self.report.standing is Standing.IN_STEP
        return ExitCode.DONE if in_step else ExitCode.WORK_LEFT


@click.command(cls=Verb)
@click.argument("plan_ids", nargs=-1, metavar="[PLAN_ID]...")
@click.option("--all", "everything", is_flag=True, help="Every plan that is kept.")
@click.pass_obj
def push(run: Run, *, plan_ids: tuple[str, ...], everything: bool) -> int:
    """Write plans into the chart of the EHR that TANDEM_EHR_URL names, and take nothing in.

    A second push of an unchanged plan writes nothing.
    Ends with 3 when something is left for people to do, and with the code of the first plan that failed.
    """
    return carry_out(run, chosen(plan_ids, everything=everything), lambda one: PushPlan(plan_id=one))


def chosen(plan_ids: tuple[str, ...], *, everything: bool) -> tuple[str, ...] | None:
    """Return the plans that were named, None for all; refuses, as misuse, neither and both."""
    if bool(plan_ids) == everything:
        raise click.UsageError("Name plans, or say --all.")
    return None if everything else tuple(dict.fromkeys(plan_ids))


def carry_out(run: Run, plan_ids: tuple[str, ...] | None, command: Callable[[str], Whose]) -> int:
    """Carry a command out on plans, one after the other, and tell what became of each."""
    installation = prepare(run.installation)
    wanted = tuple(all_plans(installation)) if plan_ids is None else plan_ids
    return _carried_out(run, installation, [command(one) for one in wanted])


def carry_out_due(run: Run, command: Callable[[str], Whose]) -> int:
    """Read what changed in the chart, and carry a command out on the plans that wait for it."""
    installation = prepare(run.installation)
    with trail_of(installation, "poll"):
        installation.reading.poll()
    return _carried_out(run, installation, [command(one) for one in installation.reading.due()])


def _carried_out(run: Run, installation: Installation, commands: list[Whose]) -> int:
    pushed = _push_all(run, installation, commands)
    for one in pushed:
        _show(run, one)
    if run.as_json:
        run.answer({"pushes": [one.document for one in pushed]}, lambda _: None)
    return _code(pushed)


def all_plans(installation: Installation) -> Iterator[str]:
    """Yield the id of every plan that is kept."""
    after: str | None = None
    while True:
        found = list_plans(PlanFilter(), after=after, limit=_PAGE, ports=installation.plans)
        yield from (one.id for one in found.items)
        if found.next is None:
            return
        after = found.next


def _push_all(run: Run, installation: Installation, commands: list[Whose]) -> list[Pushed]:
    pushed: list[Pushed] = []
    with counted("plans", len(commands), quiet=run.as_json) as step:
        for command in commands:
            hopeless = bool(pushed) and pushed[-1].code in HOPELESS
            untried = Pushed(plan_id=command.plan_id)
            pushed.append(untried if hopeless else _push_one(run, installation, command))
            step()
    return pushed


def _push_one(run: Run, installation: Installation, command: Whose) -> Pushed:
    plan_id = command.plan_id
    try:
        operation = "sync" if isinstance(command, SyncPlan) else "push"
        with trail_of(installation, operation, plan_id=plan_id, begun=True):
            return Pushed(plan_id=plan_id, report=installation.push(command))
    except Exception as error:
        said = told(error)
        if run.debug and said.code is ExitCode.UNEXPECTED:
            raise
        return Pushed(plan_id=plan_id, error=said)


def _show(run: Run, one: Pushed) -> None:
    if run.as_json:
        return
    if one.report is not None:
        report = one.report
        run.answer({}, lambda stream: show_push(report, stream))
    else:
        run.say(f"{one.plan_id}: {one.error.text if one.error else 'not tried'}")


def _code(pushed: list[Pushed]) -> ExitCode:
    failed = [one.code for one in pushed if one.error is not None]
    left = [one.code for one in pushed if one.code is not ExitCode.DONE]
    return (failed or left or [ExitCode.DONE])[0]
