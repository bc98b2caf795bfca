"""`tandem sync`: take in what the chart says, then write what the plans say."""

import click

from service.application.sync_plan import SyncPlan
from service.console.group import Verb
from service.console.push import carry_out, carry_out_due, chosen
from service.console.run import Run


@click.command(cls=Verb)
@click.argument("plan_ids", nargs=-1, metavar="[PLAN_ID]...")
@click.option("--all", "everything", is_flag=True, help="Every plan that is kept.")
@click.option("--changed", is_flag=True, help="Poll the chart, and take the plans that wait for a pass.")
@click.pass_obj
def sync(run: Run, *, plan_ids: tuple[str, ...], everything: bool, changed: bool) -> int:
    """Bring plans and the chart of the EHR that TANDEM_EHR_URL names into step.

    Edits of the chart become revisions of the plan, edits of the plan are written into the chart, and what
    both sides changed waits in the inbox (`tandem inbox list`).
    Once both sides are quiet, a further pass writes nothing.
    Ends with 3 when something is left for people to do, and with the code of the first plan that failed.
    """

    def command(plan_id: str) -> SyncPlan:
        return SyncPlan(plan_id=plan_id)

    if changed and not plan_ids and not everything:
        return carry_out_due(run, command)
    if changed:
        raise click.UsageError("--changed finds the plans itself: name none, and do not say --all.")
    return carry_out(run, chosen(plan_ids, everything=everything), command)
