"""A sound request for every operation of the API, and every way of spoiling one with marks.

A new operation needs its row in `CASES`: without one the test of the doors fails.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask

from service.domain.plan import LIST_GROUPS
from tests.leaks.marks import Marked, mark, spoiled, with_marked_keys

Sound = Callable[[Marked], "Asked"]


@dataclass(frozen=True)
class Asked:
    """A request; `ids` fill the places of the path."""

    ids: Mapping[str, str | int] = field(default_factory=dict)
    body: Any = None
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def _on_plan(body: Callable[[Marked], Any] = lambda _: None, **more: Any) -> Sound:
    def sound(record: Marked) -> Asked:
        ids = {"plan_id": record.plan["id"], "number": 1}
        return Asked(ids=ids, body=body(record), **{"headers": {"If-Match": '"1"'}, **more})

    return sound


def _on_item(group: str, *, write: bool) -> Sound:
    def sound(record: Marked) -> Asked:
        item = record.plan[group][0]
        ids = {"plan_id": record.plan["id"], "item_id": item["id"]}
        return Asked(ids=ids, body=item if write else None, headers={"If-Match": '"1"'})

    return sound


def _capital(group: str) -> str:
    return "".join(word.capitalize() for word in group.split("_"))


def _dose(record: Marked) -> Asked:
    order = record.plan["medications"][1]
    body = {
        "order_id": order["id"],
        "new_order_id": "new-order",
        "dosage": order["dosage"][:1],
        "prescriber": order["prescriber"],
        "authored_on": "2024-05-01",
        "status_note": mark(),
    }
    ids = {"plan_id": record.plan["id"], "order_id": order["id"], "item_id": order["id"]}
    return Asked(ids=ids, body=body, headers={"If-Match": '"1"'})


def _person(*, write: bool) -> Sound:
    def sound(record: Marked) -> Asked:
        person = record.people[0]
        ids = {"person_id": person["id"]}
        return Asked(ids=ids, body=person if write else None, headers={"If-Match": '"x"'})

    return sound


def _on_finding(record: Marked) -> Asked:
    body = {
        "answer": "changed",
        "reason": mark(),
        "decided_by": [record.plan["author"]],
        "change": {"owner": mark()},
    }
    return Asked(ids={"plan_id": record.plan["id"], "key": "0a" * 16}, body=body, headers={"If-Match": '"1"'})


def _bundle() -> Any:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"family": mark(), "given": [mark()]}],
        "birthDate": "1987-05-17",
        "identifier": [{"system": "urn:mrn", "value": mark()}],
    }
    allergy = {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": "Patient/p"},
        "code": {"text": mark()},
    }
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": one} for n, one in enumerate((patient, allergy))]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


CASES: dict[str, Sound] = {
    "listPlans": lambda record: Asked(query={"identifier": f"urn:mrn|{mark()}", "limit": "1"}),
    "createPlan": lambda record: Asked(body=record.plan),
    "readPlan": _on_plan(headers={"If-None-Match": '"7"'}),
    "replacePlan": _on_plan(lambda record: record.plan),
    "patchPlan": _on_plan(lambda record: {"title": mark()}, media="application/merge-patch+json"),
    "listRevisions": _on_plan(),
    "readRevision": _on_plan(),
    "changeDose": _dose,
    "exportPlan": _on_plan(),
    "checkPlan": _on_plan(),
    "syncPlan": _on_plan(lambda record: {"apply": mark()}),
    "previewSync": _on_plan(),
    "readBinding": lambda record: Asked(ids={"plan_id": record.plan["id"]}, query={"patient": "unknown"}),
    "bindPatient": _on_plan(lambda record: {"patient": "unknown", "digest": mark()}),
    "readSync": _on_plan(),
    "readItemSync": _on_item("goals", write=False),
    "listInbox": lambda record: Asked(query={"state": "open", "after": mark()}),
    "readInboxItem": lambda record: Asked(ids={"item_id": "item-1"}),
    "decideInboxItem": lambda record: Asked(
        ids={"item_id": "item-1"},
        body={"digest": mark(), "choices": {mark(): "ours"}, "patch": {"title": mark()}},
    ),
    "listFindings": _on_plan(),
    "listDecisions": _on_plan(),
    "previewDecision": _on_finding,
    "decideFinding": _on_finding,
    "readTimeline": _on_plan(),
    "drawTimeline": _on_plan(),
    "readJournalWeek": _on_plan(query={"from": "2024-03-04"}),
    "readCalendarOfPlan": _on_plan(),
    "readCalendarOfPerson": _person(write=False),
    "readAgenda": _on_plan(),
    "readSeen": _on_plan(),
    "markSeen": _on_plan(lambda record: {"revision": 1, "notes": [mark()]}),
    "hearOfSomething": lambda record: Asked(ids={"token": "hook-1"}),
    "hearOfResource": lambda record: Asked(
        ids={"token": "hook-1", "kind": "Goal", "resource_id": "7"},
        body={"resourceType": "Goal", "description": {"text": mark()}},
        media="application/fhir+json",
    ),
    "listCdsServices": lambda record: Asked(),
    "callCdsService": lambda record: Asked(
        ids={"item_id": "tandem-patient-view"},
        body={"hook": "patient-view", "hookInstance": mark(), "context": {"patientId": mark()}},
    ),
    "giveCdsFeedback": lambda record: Asked(
        ids={"item_id": "tandem-patient-view"},
        body={
            "feedback": [
                {"card": mark(), "outcome": "overridden", "outcomeTimestamp": "2026-03-02T09:00:00Z"}
            ]
        },
    ),
    "listAlerts": lambda record: Asked(query={"state": "raised", "after": mark()}),
    "readAlert": lambda record: Asked(ids={"item_id": "alert-1"}),
    "acknowledgeAlert": lambda record: Asked(ids={"item_id": "alert-1"}),
    "closeAlert": lambda record: Asked(ids={"item_id": "alert-1"}, body={"reason": mark()}),
    "listAlertsOfPlan": _on_plan(),
    "readEntryNotice": _on_plan(),
    "importChart": lambda record: Asked(body={"bundle": _bundle(), "title": mark()}),
    "readImport": lambda record: Asked(ids={"import_id": "import-1"}),
    "readChart": _on_plan(),
    "readWriting": lambda record: Asked(),
    "stopWriting": lambda record: Asked(body={"reason": mark()}),
    "resumeWriting": lambda record: Asked(),
    "listAudit": lambda record: Asked(query={"who": mark()}),
    "countRefused": lambda record: Asked(query={"days": "1"}),
    "readApi": lambda record: Asked(),
    "readDocs": lambda record: Asked(),
    "readDocsFile": lambda record: Asked(ids={"file": "start.js"}),
    "listPeople": lambda record: Asked(),
    "createPerson": _person(write=True),
    "readPerson": _person(write=False),
    "replacePerson": _person(write=True),
    "live": lambda record: Asked(),
    "ready": lambda record: Asked(),
    "metrics": lambda record: Asked(),
}
for _group in LIST_GROUPS:
    CASES |= {
        f"list{_capital(_group)}": _on_plan(),
        f"addTo{_capital(_group)}": _on_item(_group, write=True),
        f"readOneOf{_capital(_group)}": _on_item(_group, write=False),
        f"replaceOneOf{_capital(_group)}": _on_item(_group, write=True),
    }


@dataclass(frozen=True)
class Door:
    """A route: its method, its rule and the places in it."""

    name: str
    method: str
    rule: Any

    def path(self, ids: Mapping[str, str | int]) -> str:
        """Gives the path with its places filled, each as it was given."""
        parts = (
            part.content if part.static else str(ids.get(part.content, "1")) for part in _parts(self.rule)
        )
        return "".join(parts)


@dataclass(frozen=True)
class _Part:
    content: str
    static: bool


def _parts(rule: Any) -> Iterator[_Part]:
    for is_place, content in rule._trace:
        yield _Part(content.lstrip("|"), static=not is_place)


def doors(app: Flask) -> list[Door]:
    """Gives every route of the application."""
    return [
        Door(rule.endpoint.rpartition(".")[2], method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def spoilings(sound: Asked) -> Iterator[Asked]:
    """Gives a sound request and all that can be wrong with it, marked wherever a client can write."""
    yield sound
    yield replace(sound, headers={name: mark() for name in (*sound.headers, *_HEADERS)})
    yield replace(sound, headers={**sound.headers, "X-Tandem-Author": f"{mark()} Ø {mark()}"})
    yield replace(sound, headers={**sound.headers, "X-Request-Id": f"{mark()} {mark()}"})
    yield replace(sound, headers={**sound.headers, "Host": f"{mark()}.example"})
    yield replace(sound, headers={**sound.headers, "If-Match": f'"{mark()}"', "If-None-Match": f'"{mark()}"'})
    yield replace(sound, headers={})
    yield replace(sound, query={name: mark() for name in (*sound.query, *_QUERY, mark())})
    for form in (mark(), f"{mark()} ø", f"{mark()}%00", f"{mark()}/{mark()}", "x" * 70 + mark()):
        yield replace(sound, ids=dict.fromkeys(sound.ids, form))
    for name in sound.ids:
        yield replace(sound, ids={**sound.ids, name: mark()})
    for body in _bodies(sound.body):
        yield replace(sound, body=body)
    yield replace(sound, body=sound.body or {}, media=f"text/{mark()}; charset={mark()}")
    yield replace(sound, body=sound.body or {}, media="")


_HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Encoding",
    "Cookie",
    "Forwarded",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Origin",
    "Prefer",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "baggage",
    "traceparent",
    "tracestate",
)
_QUERY = ("after", "limit", "status", "identifier", "updated_since", "patient_id", "from")


def _bodies(sound: Any) -> Iterator[Any]:
    yield f'{{"title": "{mark()}", {mark()}'
    yield f'{{"{(twice := mark())}": 1, "{twice}": 2}}'
    yield f'"{mark()}"'
    yield f'["{mark()}"]'
    yield b'{"title": "' + mark().encode() + b'\xff"}'
    yield f'{{"title": "\\ud800{mark()}", "{mark()}": "\\u0000{mark()}"}}'
    yield '{"a":' * 100 + f'"{mark()}"' + "}" * 100
    yield {mark(): mark(), "title": {mark(): mark()}}
    if isinstance(sound, dict):
        yield spoiled(sound)
        yield with_marked_keys(sound)
        yield {name: mark() for name in sound}
        yield {name: [{mark(): mark()}] for name in sound}
        for name in sound:
            yield {**sound, name: mark()}
