"""`tandem inbox`: what two sides say differently, and what a person decides of it."""

from typing import TextIO

import click

from service.application.inbox import Decide, decide_item, list_items, read_item
from service.console.group import Noun, OneOf
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited, trail_of, within
from service.fhir.json import JsonObject
from service.ports.inbox import InboxItem, ItemState
from service.sync.advice import NEXT_STEP_OF_CAUSE
from service.sync.words import GroupWords, shown_words


@click.group(cls=Noun)
def inbox() -> None:
    """What waits for a person, and what they decide."""


@inbox.command("list")
@click.option(
    "--state", type=OneOf(ItemState), default=ItemState.OPEN.value, show_default=True, help="Which."
)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@click.option("--after", help="Continue behind the item with this id.")
@click.pass_obj
def list_(run: Run, *, state: str, limit: int, after: str | None) -> None:
    """List items, the oldest first."""
    with audited(prepare(run.installation), "inbox list") as ports:
        found = list_items(ItemState(state), after=after, limit=limit, ports=ports)
    run.answer({"items": [_document(one) for one in found]}, lambda stream: _show_list(found, stream))


@inbox.command()
@click.argument("item_id")
@click.pass_obj
def show(run: Run, item_id: str) -> None:
    """Show what was agreed, what the plan says and what the chart says, in words."""
    installation = prepare(run.installation)
    with trail_of(installation, "inbox show", item_id=item_id) as trail:
        item = read_item(item_id, ports=within(trail, installation))
        trail.about(plan_id=item.plan_id)
    run.answer(_document(item), lambda stream: _show(item, stream))


@inbox.command()
@click.argument("item_id")
@click.option(
    "--digest", required=True, help="The digest that `show` gave: a decision is about exactly that."
)
@click.option("--author", required=True, help="Who decides.")
@click.option("--group", "groups", multiple=True, metavar="NAME=CHOICE", help="One for each group.")
@click.pass_obj
def decide(run: Run, *, item_id: str, digest: str, author: str, groups: tuple[str, ...]) -> None:
    """Decide an item, group by group; without groups, take note of one that only tells.

    A choice is ours or theirs; for a question, which has the chart's resources as its groups, it is confirm
    or decline.
    What the chart lost is made again with item=again, also after somebody took note of it.
    The next sync carries it out, if both sides still say what was shown.
    For a value that neither side has, change the plan, sync, and decide the item that then stands there.
    """
    command = Decide(item_id=item_id, digest=digest, author=author, choices=dict(_pairs(groups)))
    installation = prepare(run.installation)
    with trail_of(installation, "inbox decide", item_id=item_id) as trail:
        ports = within(trail, installation)
        trail.about(plan_id=read_item(item_id, ports=ports).plan_id)
        item = decide_item(command, ports=ports)
    run.answer(_document(item), lambda stream: click.echo(f"{item.id} is {item.state}", file=stream))


def _pairs(groups: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = [one.partition("=") for one in groups]
    if not all(mark for _, mark, _ in pairs):
        raise click.BadParameter(
            "write it as NAME=ours, NAME=theirs, NAME=confirm, NAME=decline or item=again",
            param_hint="--group",
        )
    return [(name, choice) for name, _, choice in pairs]


def _words(item: InboxItem) -> tuple[GroupWords, ...]:
    return shown_words(item.content, item.groups)


def _document(item: InboxItem) -> JsonObject:
    said = {
        "id": item.id,
        "plan_id": item.plan_id,
        "resource_type": item.resource_type,
        "item_id": item.item_id,
        "reference": item.reference,
        "cause": item.cause,
        "state": item.state.value,
        "digest": item.digest,
        "revision": item.revision,
        "opened_at": item.opened_at.isoformat(),
        "choices": dict(item.choices),
        "next_step": NEXT_STEP_OF_CAUSE[item.cause],
    }
    groups = [
        {
            "group": one.group,
            "agreed": one.agreed,
            "ours": one.ours,
            "theirs": one.theirs,
            "changed": one.changed,
        }
        for one in _words(item)
    ]
    return {**said, "groups": groups}


def _show_list(items: tuple[InboxItem, ...], stream: TextIO) -> None:
    rows = [
        (one.id, one.reference, one.cause, ", ".join(one.groups), f"{one.opened_at:%Y-%m-%d %H:%M}")
        for one in items
    ]
    page(stream).print(table("Inbox", ("id", "in the chart", "cause", "groups", "since (UTC)"), rows))


def _show(item: InboxItem, stream: TextIO) -> None:
    screen = page(stream)
    screen.print(f"{item.reference} of plan {item.plan_id}: {item.cause}, {item.state}")
    screen.print(f"to do: {NEXT_STEP_OF_CAUSE[item.cause]}")
    screen.print(f"digest: {item.digest}")
    rows = [
        (one.group, *("\n".join(side) for side in (one.agreed, one.ours, one.theirs))) for one in _words(item)
    ]
    screen.print(table("", ("group", "as agreed", "the plan says", "the chart says"), rows))
