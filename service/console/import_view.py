"""How an import looks on a terminal, and a coverage as the table of docs/mapping.md."""

from collections.abc import Iterable, Iterator
from typing import TextIO

import click

from service.application.import_report import incomplete
from service.console.tables import page, table
from service.fhir.json import JsonObject
from service.intake.coverage import Coverage
from service.ports.imports import ImportOutcome, ImportRecord

_FEW = 5
_WORDS = {
    ImportOutcome.MADE: "made plan {plan} (import {id})",
    ImportOutcome.KNOWN: "the chart belongs to plan {plan} already, which stays as it is (import {id})",
    ImportOutcome.LACKING: "no plan could be made (import {id})",
}


def show_import(record: ImportRecord, stream: TextIO) -> None:
    """Write an import: what came of it, what found no place by reason, and the read-only lists."""
    screen, said = page(stream), record.content
    screen.print(_WORDS[record.outcome].format(plan=record.plan_id, id=record.id))
    for lacking in said["lacks"]:
        screen.print(f"lacks {lacking}")
    for moved in said["moved_on"]:
        screen.print(f"the chart has changed {moved} since; the plan was not touched")
    for title, headings, rows in _tables(record):
        found = list(rows)
        if found:
            screen.print(table(title, headings, found))


def _tables(record: ImportRecord) -> Iterator[tuple[str, tuple[str, ...], Iterable[tuple[object, ...]]]]:
    said = record.content
    yield "Placed", ("type", "item", "in the chart"), _placed(said)
    yield "Not placed", ("how many", "reason", "where"), _unplaced(said)
    yield "Allergies (read only)", ("substance", "status", "criticality", "reactions"), _allergies(said)
    drugs = ("drug", "status", "dosage", "in the plan")
    yield "Medicines in the chart (read only)", drugs, _drugs(said)
    lacking = ("type", "where", "reason")
    yield "Where allergies and medicines may be incomplete", lacking, _incomplete(incomplete(record))


def _placed(said: JsonObject) -> Iterator[tuple[object, ...]]:
    return ((one["type"], one["item"], one["reference"]) for one in said["placed"])


def _unplaced(said: JsonObject) -> Iterator[tuple[object, ...]]:
    for group in said["unplaced"]:
        places = [" ".join((one["reference"], one.get("path", ""))).strip() for one in group["resources"]]
        more = f" and {len(places) - _FEW} more" if len(places) > _FEW else ""
        yield len(places), group["reason"], ", ".join(places[:_FEW]) + more


def _allergies(said: JsonObject) -> Iterator[tuple[object, ...]]:
    for one in said["allergies"]:
        status = ", ".join(filter(None, (one.get("clinical_status"), one.get("verification_status"))))
        yield one.get("substance"), status, one.get("criticality"), ", ".join(one.get("reactions", []))


def _drugs(said: JsonObject) -> Iterator[tuple[object, ...]]:
    for one in said["medications"]:
        yield one.get("drug"), _status(one), "; ".join(one.get("dosage", [])), _yes(one["in_plan"])


def _status(drug: JsonObject) -> str:
    forbids = "must not be given" if drug.get("do_not_perform") else None
    return ", ".join(filter(None, (drug.get("status"), forbids)))


def _incomplete(doubts: list[JsonObject]) -> Iterator[tuple[object, ...]]:
    for one in doubts:
        yield one["type"], " ".join(filter(None, (one.get("reference"), one.get("path")))), one["reason"]


def _yes(told: bool) -> str:  # noqa: FBT001  a word for a truth
    return "yes" if told else "no"


def coverage_document(counted: Coverage) -> JsonObject:
    """Return a coverage for machines."""
    return {
        "charts": counted.charts,
        "plans": counted.drafts,
        "types": [
            {"type": kind, "placed": placed, "beside": beside, "listed": listed}
            for kind, placed, beside, listed in counted.rows()
        ],
        "reasons": [
            {"type": kind, "reason": reason, "resources": count} for kind, reason, count in counted.reasons()
        ],
    }


def coverage_tables(counted: Coverage) -> str:
    """Return the two tables of docs/mapping.md."""
    lines = [
        f"{counted.charts} charts gave {counted.drafts} plans.",
        "",
        "| resource | placed | shown beside the plan | listed |",
        "| --- | --- | --- | --- |",
        *(f"| {kind} | {placed} | {beside} | {listed} |" for kind, placed, beside, listed in counted.rows()),
        "",
        "| resource | why it is listed | how many |",
        "| --- | --- | --- |",
        *(f"| {kind} | {reason} | {count} |" for kind, reason, count in counted.reasons()),
    ]
    return "\n".join(lines) + "\n"


def show_coverage(counted: Coverage, stream: TextIO) -> None:
    """Write a coverage as Markdown."""
    click.echo(coverage_tables(counted), nl=False, file=stream)
