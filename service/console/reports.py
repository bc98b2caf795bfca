"""How plans and reports look, to people and to machines."""

from collections.abc import Iterable
from typing import TextIO

from service.console.tables import page, table
from service.domain.revision import Revision
from service.fhir.json import JsonObject
from service.fhir.outcome import OutcomeIssue
from service.ports.storage import Page, PlanSummary
from service.sync.report import SETTLED, ItemReport, PushReport


def revision_document(revision: Revision) -> JsonObject:
    """Return what is told about a revision beside its plan."""
    return {
        "plan_id": revision.plan.id,
        "revision": revision.number,
        "groups": list(revision.groups),
        "author": revision.author,
        "origin": revision.origin.value,
        "recorded_at": revision.recorded_at.isoformat(),
    }


def plans_document(plans: Page[PlanSummary]) -> JsonObject:
    """Return a page of plans; `next` is the --after of the page that follows."""
    return {"plans": [_summary(one) for one in plans.items], "next": plans.next}


def _summary(one: PlanSummary) -> JsonObject:
    return {
        "id": one.id,
        "title": one.title,
        "status": one.status.value,
        "patient_id": one.patient_id,
        "revision": one.number,
        "updated_at": one.updated_at.isoformat(),
    }


def show_plans(plans: Page[PlanSummary], stream: TextIO) -> None:
    """Write a page of plans."""
    rows = [
        (one.id, one.title, one.status, one.number, f"{one.updated_at:%Y-%m-%d %H:%M}") for one in plans.items
    ]
    page(stream).print(table("Plans", ("id", "title", "status", "revision", "updated (UTC)"), rows))
    if plans.next is not None:
        page(stream).print(f"more: tandem plan list --after {plans.next}")


def push_document(report: PushReport) -> JsonObject:
    """Return a report as the API gives it."""
    return {
        "plan_id": report.plan_id,
        "revision": report.revision,
        "connection_id": report.connection_id,
        "standing": report.standing.value,
        "writes": report.writes,
        "counts": report.counts,
        "items": [_item(one) for one in report.items],
    }


def _item(item: ItemReport) -> JsonObject:
    key = {"type": item.key.type, "item": item.key.item}
    said: JsonObject = {"key": key, "done": item.done.value, "wrote": item.wrote}
    told = {"reference": item.reference, "version": item.version, "reason": item.reason}
    said |= {name: value for name, value in told.items() if value is not None}
    if item.issues:
        said["issues"] = [issue_document(one) for one in item.issues]
    if item.not_kept:
        said["not_kept"] = list(item.not_kept)
    return said


def issue_document(issue: OutcomeIssue) -> JsonObject:
    """Return an issue in the server's own words."""
    return {
        "severity": issue.severity.value,
        "code": issue.code,
        "diagnostics": issue.diagnostics,
        "expression": list(issue.expression),
    }


def show_push(report: PushReport, stream: TextIO) -> None:
    """Write a report: what was written, and what is left with the reason; the rest only by its number."""
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
    screen = page(stream)
    screen.print(
        f"{report.plan_id} revision {report.revision}: {report.standing}, {report.writes} writes ({counts})"
    )
    told = [one for one in report.items if one.wrote or one.done not in SETTLED]
    if told:
        rows = [(one.key.type, one.key.item, one.done, one.reference, _words(one)) for one in told]
        screen.print(table("", ("type", "item", "done", "in the chart", "why"), rows))


def _words(item: ItemReport) -> str:
    lost = [f"not kept: {', '.join(item.not_kept)}"] if item.not_kept else []
    return "; ".join([*filter(None, [item.reason]), *lost, *issue_words(item.issues)])


def issue_words(issues: Iterable[OutcomeIssue]) -> list[str]:
    """Return the server's words, each with its FHIR path."""
    return [f"{', '.join(one.expression)} {one.diagnostics or one.code}".strip() for one in issues]
