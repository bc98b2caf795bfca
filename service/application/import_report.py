"""What an import tells afterwards: what was placed, what was not and why, allergies and medicines."""

from collections.abc import Iterable

from service.fhir.json import JsonObject
from service.intake.chart import Chart, Finding
from service.intake.draft import Draft
from service.intake.items import NOTHING
from service.intake.overview import LISTED, overview
from service.intake.sifting import NOT_OURS, NOT_READ
from service.ports.imports import ImportRecord
from service.ports.storage import Storage, Unknown

# By these an import is recognised again; nobody else needs them.
_OURS_ALONE = frozenset({"named", "origin"})
_NOISE = frozenset({NOT_READ, NOT_OURS, NOTHING})


# Of an import of an earlier version nobody knows what its lists left out.
UNKNOWN = "was read by an earlier version, which did not tell what it left out: import the chart again"
_UNKNOWN = tuple({"type": one, "reason": UNKNOWN} for one in sorted(LISTED))


def content_of(
    made: Draft, chart: Chart, findings: Iterable[Finding], *, moved: Iterable[str] = ()
) -> JsonObject:
    """Return the document that is kept of an import of a chart, given as it came."""
    found = tuple(findings)
    beside = overview(chart, made.placed.values(), found)
    said: JsonObject = {
        "origin": chart.origin,
        "care_plan": made.care_plan,
        "lacks": list(made.lacks),
        "placed": [
            {"type": key.type, "item": key.item, "reference": made.placed[key]} for key in sorted(made.placed)
        ],
        "unplaced": grouped((*found, *made.findings)),
        "moved_on": list(moved),
        "allergies": beside.allergies,
        "medications": beside.medications,
        "incomplete": beside.incomplete,
    }
    return {name: one for name, one in said.items() if one is not None}


def import_document(record: ImportRecord) -> JsonObject:
    """Return an import as the API and the command line give it."""
    told = {
        "id": record.id,
        "source": record.source.value,
        "outcome": record.outcome.value,
        "connection_id": record.connection_id,
        "plan_id": record.plan_id,
        "author": record.author,
        "imported_at": record.imported_at.isoformat(),
        **record.content,
        "incomplete": incomplete(record),
    }
    return {name: one for name, one in told.items() if one is not None and name not in _OURS_ALONE}


def incomplete(record: ImportRecord) -> list[JsonObject]:
    """Return where the lists of allergies and medicines may not tell everything."""
    found: list[JsonObject] = record.content.get("incomplete", list(_UNKNOWN))
    return found


def grouped(findings: Iterable[Finding]) -> list[JsonObject]:
    """Return findings by reason, those that concern most resources first; each names address and path.

    What no import reads at all (bills, vital signs, visits) comes last: it is most of a chart.
    """
    by_reason: dict[str, list[Finding]] = {}
    for one in sorted(set(findings)):
        by_reason.setdefault(one.reason, []).append(one)
    ordered = sorted(by_reason.items(), key=lambda one: (one[0] in _NOISE, -len(one[1]), one[0]))
    return [{"reason": reason, "resources": [_place(one) for one in group]} for reason, group in ordered]


def read_import(name: str, *, storage: Storage) -> ImportRecord:
    """Return an import by its id, or the newest one of a plan by the plan's; raises `Unknown`."""
    with storage.begin(write=False) as work:
        try:
            return work.imports.get(name)
        except Unknown:
            return _newest(work.imports.of_plan(name), Unknown("import", name))


def chart_of_plan(plan_id: str, *, storage: Storage) -> ImportRecord:
    """Return the newest import that led to a plan; raises `Unknown`, for a plan that none led to as well."""
    with storage.begin(write=False) as work:
        work.plans.head(plan_id)
        return _newest(work.imports.of_plan(plan_id), Unknown("import", plan_id))


def _newest(records: tuple[ImportRecord, ...], missing: Unknown) -> ImportRecord:
    if not records:
        raise missing
    return records[0]


def _place(finding: Finding) -> JsonObject:
    place: JsonObject = {"reference": finding.address, "whole": finding.whole}
    return place | ({"path": finding.path} if finding.path else {})
