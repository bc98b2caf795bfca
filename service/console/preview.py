"""`tandem sync --dry-run`: what a pass would do on both sides, in words, and every request as it leaves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from service.application.preview_sync import Preview
from service.application.sync_plan import SyncPlan
from service.console.errors import Told, told
from service.console.exit_codes import ExitCode
from service.console.installation import Installation
from service.console.preparation import prepare
from service.console.push import HOPELESS, all_plans
from service.console.run import Run
from service.console.tables import page, table
from service.console.trail import trail_of
from service.fhir.json import JsonObject, dumps
from service.ports.ehr import Request
from service.ports.storage import ConnectionMode
from service.sync.difference import Difference
from service.sync.words import GroupWords

_CLOSED = (
    "the connection is {mode}: nothing is sent before TANDEM_EHR_MODE is write, which changes the digest"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a dry run of one plan came to: a preview, an error, or neither when it was not tried."""

    plan_id: str
    preview: Preview | None = None
    error: Told | None = None

    @property
    def code(self) -> ExitCode:
        """What it means for the shell."""
        if self.error is not None:
            return self.error.code
        return ExitCode.DONE if self.preview is not None and self.preview.idle else ExitCode.WORK_LEFT

    @property
    def document(self) -> JsonObject:
        """The same for machines."""
        if self.preview is not None:
            return preview_document(self.preview)
        return {"plan_id": self.plan_id, **(self.error.document if self.error else {"not_tried": True})}


def dry_run(run: Run, plan_ids: tuple[str, ...] | None) -> ExitCode:
    """Preview plans, one after the other, and show each; None means all."""
    installation = prepare(run.installation)
    wanted = tuple(all_plans(installation)) if plan_ids is None else plan_ids
    looked: list[Looked] = []
    for plan_id in wanted:
        hopeless = bool(looked) and looked[-1].code in HOPELESS
        looked.append(Looked(plan_id=plan_id) if hopeless else _look(run, installation, plan_id))
        _show(run, looked[-1])
    if run.as_json:
        run.answer({"previews": [one.document for one in looked]}, lambda _: None)
    failed = [one.code for one in looked if one.error is not None]
    left = [one.code for one in looked if one.code is not ExitCode.DONE]
    return (failed or left or [ExitCode.DONE])[0]


def _look(run: Run, installation: Installation, plan_id: str) -> Looked:
    try:
        with trail_of(installation, "sync preview", plan_id=plan_id):
            return Looked(plan_id=plan_id, preview=installation.preview(SyncPlan(plan_id=plan_id)))
    except Exception as error:
        said = told(error)
        if run.debug and said.code is ExitCode.UNEXPECTED:
            raise
        return Looked(plan_id=plan_id, error=said)


def _show(run: Run, one: Looked) -> None:
    if run.as_json:
        return
    if one.preview is not None:
        preview = one.preview
        run.answer({}, lambda stream: show_preview(preview, stream))
    else:
        run.say(f"{one.plan_id}: {one.error.text if one.error else 'not tried'}")


def preview_document(preview: Preview) -> JsonObject:
    """Return a preview as the API gives it."""
    return {
        "plan_id": preview.plan_id,
        "connection_id": preview.connection_id,
        "revision": preview.revision,
        "next_revision": preview.next_revision,
        "mode": preview.mode.value,
        "digest": preview.digest,
        "standing": preview.standing.value,
        "chart": [_difference(one) for one in preview.chart],
        "plan": [_difference(one) for one in preview.plan],
        "inbox": [
            {
                "resource_type": one.resource_type,
                "item_id": one.item_id,
                "reference": one.reference,
                "cause": one.cause,
                "words": [_words(each) for each in one.words],
            }
            for one in preview.inbox
        ],
        "left": [
            {
                "resource_type": one.resource_type,
                "item_id": one.item_id,
                "done": one.done.value,
                "reason": one.reason,
            }
            for one in preview.left
        ],
        "requests": [
            {"method": one.method, "url": one.url, "headers": one.headers, "body": one.body}
            for one in preview.requests
        ],
    }


def _difference(one: Difference) -> JsonObject:
    groups = [
        {"group": each.group, "before": list(each.before), "after": list(each.after)} for each in one.groups
    ]
    said = {"resource_type": one.resource_type, "item_id": one.item_id, "name": one.name, "new": one.new}
    return {**said, "groups": groups}


def _words(one: GroupWords) -> JsonObject:
    sides = {"agreed": list(one.agreed), "ours": list(one.ours), "theirs": list(one.theirs)}
    return {"group": one.group, **sides, "changed": list(one.changed)}


def show_preview(preview: Preview, stream: TextIO) -> None:
    """Write a preview: the difference for a clinician, then the requests for an engineer."""
    screen = page(stream)
    many = len(preview.requests)
    screen.print(f"{preview.plan_id} revision {preview.revision}: {many} requests, then {preview.standing}")
    screen.print(f"digest: {preview.digest}", soft_wrap=True)
    if preview.mode is not ConnectionMode.WRITE:
        screen.print(_CLOSED.format(mode=preview.mode))
    for title, headings, rows in _tables(preview):
        found = list(rows)
        if found:
            screen.print(table(title, headings, found))
    for number, request in enumerate(preview.requests, start=1):
        for line in _lines(number, request):
            screen.print(line, soft_wrap=True)


def _tables(preview: Preview) -> Iterator[tuple[str, tuple[str, ...], Iterable[tuple[object, ...]]]]:
    changes = ("what", "called", "group", "now", "then")
    yield "The chart would say", changes, _changes(preview.chart)
    yield f"The plan would say, as revision {preview.next_revision}", changes, _changes(preview.plan)
    waits = ("what", "cause", "group", "as agreed", "the plan says", "the chart says")
    yield "A person would have to decide", waits, _waits(preview)
    left = ((one.resource_type, one.item_id, one.done, one.reason) for one in preview.left)
    yield "Not done", ("type", "item", "would be", "why"), left


def _changes(found: Iterable[Difference]) -> Iterator[tuple[object, ...]]:
    for one in found:
        kind = f"new {one.resource_type}" if one.new else one.resource_type
        if one.new or not one.groups:
            lines = [line for group in one.groups for line in group.after]
            yield kind, one.name, "" if one.new else "links alone", "", "\n".join(lines)
            continue
        for group in one.groups:
            yield kind, one.name, group.group, "\n".join(group.before), "\n".join(group.after)


def _waits(preview: Preview) -> Iterator[tuple[object, ...]]:
    for one in preview.inbox:
        if not one.words:
            yield one.reference, one.cause, "", "", "", ""
        for each in one.words:
            sides = ("\n".join(side) for side in (each.agreed, each.ours, each.theirs))
            yield (one.reference, one.cause, each.group, *sides)


def _lines(number: int, request: Request) -> Iterator[str]:
    entries = request.body.get("entry") if not request.url else None
    yield f"{number}. {request.method} /{request.url}{_headers(request.headers)}"
    if entries is None:
        yield f"   {dumps(request.body)}"
        return
    yield f"   a transaction of {len(entries)}, all or none:"
    for place, entry in enumerate(entries, start=1):
        asked = entry["request"]
        conditions = {
            "If-Match": asked.get("ifMatch"),
            "If-None-Exist": asked.get("ifNoneExist"),
            "for": entry.get("fullUrl"),
        }
        said = {name: value for name, value in conditions.items() if value}
        yield f"   {number}.{place} {asked['method']} /{asked['url']}{_headers(said)}"
        yield f"       {dumps(entry['resource'])}"


def _headers(headers: dict[str, str]) -> str:
    return "".join(f", {name}: {value}" for name, value in headers.items())
