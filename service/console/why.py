"""`tandem why`: where one item stands in the chart, what was tried, and what to do next."""

from collections.abc import Iterator
from datetime import datetime
from typing import TextIO

import click

from service.application.sync_status import Attempt, ItemStatus, why
from service.console.group import Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited
from service.fhir.json import JsonObject


@click.command("why", cls=Verb)
@click.argument("item_id")
@click.option("--plan", "plan_id", metavar="PLAN_ID", help="Where it stands for this plan alone.")
@click.pass_obj
def why_(run: Run, item_id: str, plan_id: str | None) -> None:
    """Tell where an item of a plan stands in the chart, what was tried, and what to do next.

    Plans may share a resource and each agree on it: without a plan, each way in which it stands is told.
    """
    with audited(prepare(run.installation), "why", item_id=item_id) as ports:
        found = why(item_id, ports=ports, plan_id=plan_id)
    run.answer({"items": [_document(one) for one in found]}, lambda stream: _show(found, stream))


def _document(one: ItemStatus) -> JsonObject:
    return {
        "resource_type": one.resource_type,
        "item_id": one.item_id,
        "state": one.state.value,
        "next_step": one.next_step,
        "reference": one.reference,
        "reason": one.reason,
        "not_kept": list(one.not_kept),
        "last_tried": _moment(one.last_tried),
        "last_succeeded": _moment(one.last_succeeded),
        "inbox_items": list(one.inbox_items),
        "beside": list(one.beside),
        "attempts": [_attempt(each) for each in one.attempts],
    }


def _attempt(each: Attempt) -> JsonObject:
    return {
        "interaction": each.interaction,
        "recorded_at": _moment(each.recorded_at),
        "outcome": each.outcome,
    }


def _show(found: tuple[ItemStatus, ...], stream: TextIO) -> None:
    screen = page(stream)
    for one in found:
        screen.print(f"{one.resource_type} {one.item_id}: {one.state}; next: {one.next_step}")
        screen.print(table("", ("what", "is"), list(_lines(one))))


def _lines(one: ItemStatus) -> Iterator[tuple[str, str]]:
    said = {
        "in the chart": one.reference,
        "why": one.reason,
        "not kept": ", ".join(one.not_kept),
        "last tried": _moment(one.last_tried),
        "last succeeded": _moment(one.last_succeeded),
        "in the inbox": ", ".join(one.inbox_items),
        "the chart also says": "\n".join(one.beside),
    }
    yield from ((name, value) for name, value in said.items() if value)
    for each in one.attempts:
        yield f"{_moment(each.recorded_at)}", f"{each.interaction}: {each.outcome or 'nobody knows yet'}"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
