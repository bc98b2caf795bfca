"""`tandem audit`: who did what to which plan."""

from datetime import datetime
from typing import TextIO

import click

from service.application.audit import read_refused, read_trail
from service.console.group import OneOf, Verb
from service.console.preparation import prepare
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import audited
from service.document.scalars import read_moment
from service.domain.values import Invalid
from service.fhir.json import JsonObject
from service.ports.access import AuditEntry, AuditFilter, Outcome, RefusedCount

_MONTH = 31


class Moment(click.ParamType[datetime]):
    """A date and time with its offset."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the moment."""
        try:
            return read_moment(value)
        except Invalid:
            self.fail("needs a date, a time and an offset, such as 2026-03-02T09:00:00Z", param, ctx)


@click.command(cls=Verb)
@click.option("--who", help="Only what this caller did, such as a token's name or cli:root.")
@click.option("--operation", help="Only this operationId or command.")
@click.option("--plan", metavar="PLAN_ID", help="Only what was done to this plan.")
@click.option("--patient", metavar="PATIENT_ID", help="Only what was done to this patient's plans.")
@click.option("--outcome", type=OneOf(Outcome), help="Only what ended so.")
@click.option("--since", type=Moment(), help="Not before this moment, such as 2026-03-02T09:00:00Z.")
@click.option("--until", type=Moment(), help="Before this moment.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@click.option("--after", type=click.IntRange(1), help="Continue where the last page ended.")
@click.option(
    "--refused",
    metavar="DAYS",
    type=click.IntRange(1, _MONTH),
    help="Count instead, for so many days, the requests that showed no identity.",
)
@click.pass_obj
def audit(run: Run, /, *, limit: int, after: int | None, refused: int | None, **said: object) -> None:
    """List who did what to which plan, the latest first; looking at the trail stands in it too."""
    installation = prepare(run.installation)
    names = {"plan": "plan_id", "patient": "patient_id"}
    wanted = AuditFilter(**{names.get(name, name): one for name, one in said.items()})  # type: ignore[arg-type]  # the options are its fields
    with audited(installation, "audit") as ports:
        if refused is not None:
            counts = read_refused(days=refused, storage=ports.storage, clock=ports.clock)
            told = {"refused": [_count(one) for one in counts]}
            run.answer(told, lambda stream: _show_counts(counts, stream))
            return
        found = read_trail(wanted, before=after, limit=limit + 1, storage=ports.storage)
    shown = found[:limit]
    more = shown[-1].number if len(found) > limit else None
    document = {"entries": [_document(one) for one in shown], "next": more}
    run.answer(document, lambda stream: _show(shown, more, stream))


def _document(entry: AuditEntry) -> JsonObject:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "role": entry.role,
        "entrance": entry.entrance.value,
        "acting_for": entry.acting_for,
        "operation": entry.operation,
        "outcome": entry.outcome.value,
        "status": entry.status,
        "plan_id": entry.plan_id,
        "patient_id": entry.patient_id,
        "item_id": entry.item_id,
        "request_id": entry.request_id,
    }


def _count(one: RefusedCount) -> JsonObject:
    return {
        "hour": one.hour.isoformat(),
        "operation": one.operation,
        "doubt": one.doubt.value,
        "count": one.count,
    }


def _show(entries: tuple[AuditEntry, ...], more: int | None, stream: TextIO) -> None:
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            _who(one),
            one.role,
            one.operation,
            one.plan_id,
            one.item_id,
            _outcome(one),
        )
        for one in entries
    ]
    page(stream).print(
        table("Audit trail", ("at (UTC)", "who", "role", "did", "plan", "item", "outcome"), rows)
    )
    if more is not None:
        page(stream).print(f"more: tandem audit --after {more}")


def _show_counts(counts: tuple[RefusedCount, ...], stream: TextIO) -> None:
    rows = [(f"{one.hour:%Y-%m-%d %H:00}", one.operation, one.doubt, one.count) for one in counts]
    page(stream).print(table("Without an identity", ("hour (UTC)", "asked for", "why", "how many"), rows))


def _who(entry: AuditEntry) -> str:
    return entry.who if entry.acting_for is None else f"{entry.who} for {entry.acting_for}"


def _outcome(entry: AuditEntry) -> str:
    return f"{entry.outcome} ({entry.status})"
