"""`tandem sync`: take in what the chart says and write what the plans say, or say what that would be."""

import click

from service.application.preview_sync import ApplySync
from service.application.sync_plan import SyncPlan
from service.console.group import Verb
from service.console.preview import dry_run
from service.console.push import carry_out, carry_out_due, chosen
from service.console.run import Run


@click.command(cls=Verb)
@click.argument("plan_ids", nargs=-1, metavar="[PLAN_ID]...")
@click.option("--all", "everything", is_flag=True, help="Every plan that is kept.")
@click.option("--changed", is_flag=True, help="Poll the chart, and take the plans that wait for a pass.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--apply", "digest", metavar="DIGEST", help="Do what the dry run with this digest said.")
@click.pass_obj
def sync(
    run: Run,
    *,
    plan_ids: tuple[str, ...],
    everything: bool,
    changed: bool,
    dry: bool,
    digest: str | None,
) -> int:
    """Bring plans and the chart of the EHR that TANDEM_EHR_URL names into step.

    Edits of the chart become revisions of the plan, edits of the plan are written into the chart, and what
    both sides changed waits in the inbox (`tandem inbox list`).
    Once both sides are quiet, a further pass writes nothing.
    Ends with 3 when something is left for people to do, and with the code of the first plan that failed.

    With --dry-run nothing is sent or kept, over a connection of any mode: the difference is shown in words,
    then every request, and it ends with 0 when a pass would do nothing, else with 3.
    With --apply, one plan's requests are sent exactly as its dry run showed them, or refused, with 7, when
    anything has moved since.
    """

    def command(plan_id: str) -> SyncPlan:
        return SyncPlan(plan_id=plan_id)

    if changed:
        if plan_ids or everything or dry or digest is not None:
            raise click.UsageError("--changed finds the plans itself: say nothing beside it.")
        return carry_out_due(run, command)
    plans = chosen(plan_ids, everything=everything)
    if digest is not None and (dry or plans is None or len(plans) != 1):
        raise click.UsageError("--apply takes one plan, and no --dry-run.")
    if dry:
        return dry_run(run, plans)
    if digest is not None:
        return carry_out(run, plans, lambda one: ApplySync(plan_id=one, digest=digest))
    return carry_out(run, plans, command)
