"""A clinic in one process: our service, an EHR of any shape, and people who work in its charts."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, groupby
from typing import Any

import requests

from service.application.poll_chart import PollChart, PollReport, poll_chart
from service.application.ports import Editor, PlanPorts
from service.application.push_plan import PushPlan, push_plan
from service.application.sync_plan import SyncPlan, sync_plan
from service.domain.people import Person
from service.domain.plan import Plan
from service.domain.revision import Origin, Revision
from service.ehr.gateway import Gateway
from service.ehr.retry import NEVER_AGAIN
from service.ehr.transport import Transport
from service.fhir.json import JsonObject, dumps
from service.fhir.references import rewrite
from service.mapping.references import Key
from service.ports.ehr import Ehr
from service.ports.inbox import InboxItem
from service.ports.storage import Connection, ConnectionMode, LedgerEntry, MedicationMode, Unknown
from service.sandbox.faults.notation import read_text
from service.sandbox.faults.server import FaultyServer
from service.sandbox.records import Version
from service.sandbox.server import FhirServer
from service.sandbox.shape import Shape
from service.sandbox.store import MemoryStore
from service.sandbox.subscriptions import Notification
from service.sandbox.wire import Answer, Incoming, complaint
from service.sync.agenda import Asking, Ports
from service.sync.report import Done, ItemReport, PushReport
from tests.builders import DIRECTORY, PSYCHIATRIST, a_plan
from tests.ehr_servers import numbered_ids
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.direct_transport import DirectAdapter
from tests.fakes.storage import MemoryStorage

SYSTEM = "https://w3id.org/tandem-care/id"
BASE = "http://ehr.test/fhir"
WITHOUT_TRANSACTIONS = Shape(transaction=False, batch=False)

Answering = Callable[[Incoming], Answer]
Spoiling = Callable[[Answering, Incoming], Answer]


def usual(answering: Answering, incoming: Incoming) -> Answer:
    """Answers as the server would."""
    return answering(incoming)


def written(incoming: Incoming) -> list[JsonObject]:
    """The resources that a request would write, those of a transaction one by one."""
    if incoming.method not in {"POST", "PUT"}:
        return []
    body = json.loads(incoming.body)
    return [entry["resource"] for entry in body.get("entry", [{"resource": body}])]


def answering(method: str, path: str, status: int, **headers: str) -> Spoiling:
    """Answers one kind of request with an error instead; others as the server would."""

    def spoiled(answer: Answering, incoming: Incoming) -> Answer:
        asked = "/".join(incoming.segments)
        if incoming.method == method and asked.startswith(path):
            return Answer(status=status, body=complaint("the server's words"), headers=headers)
        return answer(incoming)

    return spoiled


class Clinic:
    """One plan, one connection to a chart, and a chart in which others write too."""

    def __init__(
        self,
        plan: Plan | None = None,
        *,
        shape: Shape | None = None,
        people: Mapping[str, Person] = DIRECTORY,
        **connection: Any,
    ) -> None:
        self.plan = plan or a_plan()
        self.clock = StillClock()
        self.storage = MemoryStorage()
        self.store = MemoryStore()
        self.spoil: Spoiling = usual
        self.asking = Asking(trusts_match=True)
        self.lose: Callable[[requests.PreparedRequest], bool] = lambda _: False
        self._ticks = count()
        self.notified: list[Notification] = []
        self.server = FhirServer(
            self.store, self._server_time, numbered_ids(), shape=shape, notify=self.notified.append
        )
        self.faulty = FaultyServer(self.server, sleep=lambda _: None)
        self._ids = CountingIds("run")
        self._line = self._lines()
        kept = {
            "sandbox": True,
            "medications": MedicationMode.PLAN,
            "mode": ConnectionMode.WRITE,
            **connection,
        }
        self._keep(people, Connection(id="default", base_url=BASE, identifier_system=SYSTEM, **kept))

    @property
    def ports(self) -> Ports:
        """What a push takes."""
        return Ports(storage=self.storage, ehr=self.ehr, clock=self.clock, ids=self._ids, asking=self.asking)

    @property
    def ehr(self) -> Ehr:
        """The chart through the gateway, without patience."""
        numbers = count(1)
        line = Transport(BASE, request_ids=lambda: f"req-{next(numbers)}", adapter=self._line)
        return Gateway(line, retry=NEVER_AGAIN, sleep=lambda _: None)

    @property
    def plans(self) -> PlanPorts:
        """What the use cases on plans take."""
        return PlanPorts(storage=self.storage, clock=self.clock)

    @property
    def editor(self) -> Editor:
        """The psychiatrist, who has read the latest revision."""
        with self.storage.begin(write=False) as work:
            return Editor(author=PSYCHIATRIST.id, expected=work.plans.head(self.plan.id).number)

    def poll(self, **wanted: Any) -> PollReport:
        """Reads what changed in the chart."""
        self._line.asked.clear()
        return poll_chart(PollChart(**wanted), self.ports)

    @property
    def due(self) -> tuple[str, ...]:
        """The plans that wait for a pass."""
        with self.storage.begin(write=False) as work:
            return work.due.plans("default")

    def push(self, plan: Plan | None = None, **ports: Any) -> PushReport:
        """Pushes the plan, revised first where another is given."""
        if plan is not None:
            self.revise(plan)
        self._line.asked.clear()
        return push_plan(PushPlan(plan_id=self.plan.id), replace(self.ports, **ports))

    def sync(self, plan: Plan | None = None, **ports: Any) -> PushReport:
        """Brings plan and chart into step, the plan revised first where another is given."""
        if plan is not None:
            self.revise(plan)
        self._line.asked.clear()
        return sync_plan(SyncPlan(plan_id=self.plan.id), replace(self.ports, **ports))

    @property
    def inbox(self) -> tuple[InboxItem, ...]:
        """What waits for a person, or was decided and is not closed."""
        with self.storage.begin(write=False) as work:
            return work.inbox.of_plan("default", self.plan.id)

    def revise(self, plan: Plan) -> None:
        """Keeps a next revision, or the first one of another plan."""
        with self.storage.begin() as work:
            number = _head(work, plan.id)
            revision = _revision(plan, number + 1)
            if number:
                work.plans.append(revision, expected=number)
            else:
                work.plans.add(revision)
            work.commit()
        self.plan = plan

    def configure(self, **changes: Any) -> None:
        """Changes the connection."""
        with self.storage.begin() as work:
            work.connections.put(replace(work.connections.get("default"), **changes))
            work.commit()

    def later(self, **step: float) -> None:
        """Lets time pass."""
        self.clock.forward(timedelta(**step))

    @property
    def asked(self) -> list[requests.PreparedRequest]:
        """The requests of the last push."""
        return self._line.asked

    @property
    def writes(self) -> list[str]:
        """The writing requests of the last push, as `METHOD path`."""
        return [
            f"{one.method} {str(one.url).removeprefix(BASE).partition('?')[0].lstrip('/')}"
            for one in self.asked
            if one.method != "GET"
        ]

    def sent(self) -> list[JsonObject]:
        """The bodies that the last push wrote, those of a transaction one by one."""
        bodies = [json.loads(one.body) for one in self.asked if one.body]
        return [entry["resource"] for body in bodies for entry in body.get("entry", [{"resource": body}])]

    def transaction(self) -> JsonObject:
        """The one transaction of the last push."""
        (body,) = [json.loads(one.body) for one in self.asked if one.method == "POST" and one.body]
        assert body["type"] == "transaction"
        bundle: JsonObject = body
        return bundle

    def head(self) -> Plan:
        """The plan as it stands."""
        with self.storage.begin(write=False) as work:
            return work.plans.head(self.plan.id).plan

    @property
    def system(self) -> str:
        """The system of our identifiers."""
        return SYSTEM

    def rename(self, title: str) -> None:
        """Gives the plan another title."""
        self.change(title=title)

    def change(self, **fields: Any) -> None:
        """Keeps a next revision of the plan with these fields."""
        self.revise(replace(self.head(), **fields))

    def entry(self, key: Key) -> LedgerEntry | None:
        """Our ledger's entry of a resource."""
        with self.storage.begin(write=False) as work:
            return next(iter(work.ledger.many("default", [(key.type, key.item)], plan_id=self.plan.id)), None)

    def open_rows(self) -> int:
        """How many intended writes are not settled."""
        return sum(row.settled_at is None for row in self.storage.kept.journal.values())

    def ask(self, method: str, path: str, body: JsonObject | None = None, **headers: str) -> Answer:
        """Asks the EHR as somebody else of the clinic does."""
        return self.server.answer(
            Incoming(
                method=method,
                base=BASE,
                segments=tuple(path.split("/")),
                headers={"content-type": "application/fhir+json", **headers},
                body=b"" if body is None else dumps(body).encode(),
            )
        )

    def made(self, resource: JsonObject) -> str:
        """Adds a resource to the chart by somebody's hand, and tells its address."""
        answer = self.ask("POST", resource["resourceType"], resource)
        assert answer.status == 201, answer.body
        assert answer.body is not None
        return f"{resource['resourceType']}/{answer.body['id']}"

    def edit(self, reference: str, **elements: Any) -> JsonObject:
        """Changes a resource of the chart by somebody's hand."""
        held = self.ask("GET", reference).body
        assert held is not None
        edited = {**deepcopy(held), **elements}
        answer = self.ask("PUT", reference, {name: one for name, one in edited.items() if one is not None})
        assert answer.status == 200, answer.body
        return answer.body or {}

    def arm(self, *faults: str) -> None:
        """Arms faults of the sandbox between us and the chart; people of the clinic do not meet them."""
        for fault in faults:
            self.faulty.arm(read_text(fault))

    def calm(self) -> None:
        """Takes all faults back; what was still under way arrives."""
        self.faulty.disarm()

    def hold(self, versions: Iterable[Version]) -> None:
        """Puts another history into the chart's place, oldest version first."""
        self.store.clear()
        for version in versions:
            self.store.append(version)

    def all(self, kind: str | None = None) -> list[JsonObject]:
        """Every resource that the chart holds now, of one type or of all."""
        kinds = {version.kind for version in self.store.history()} if kind is None else {kind}
        return [deepcopy(v.body) for one in sorted(kinds) for v in self.store.current(one) if v.body]

    def of(self, key: Key) -> JsonObject:
        """The one resource of the chart that carries our identifier."""
        (found,) = [one for one in self.all(key.type) if key.item in ours(one)]
        return found

    def address(self, key: Key) -> str:
        """Where our resource is in the chart."""
        return f"{key.type}/{self.of(key)['id']}"

    def instants(self) -> list[list[Version]]:
        """The versions that the chart got, those of one answer together."""
        versions = sorted(self.store.history(), key=lambda one: one.moment)
        return [list(one) for _, one in groupby(versions, key=lambda one: one.moment)]

    def _server_time(self) -> datetime:
        """A moment of its own for every request."""
        return self.clock.now() + timedelta(milliseconds=next(self._ticks))

    def _lines(self) -> DirectAdapter:
        return DirectAdapter(lambda incoming: self.spoil(self.faulty.answer, incoming), lose=self._lost)

    def _lost(self, request: requests.PreparedRequest) -> bool:
        return self.lose(request)

    def _keep(self, people: Mapping[str, Person], connection: Connection) -> None:
        with self.storage.begin() as work:
            for person in people.values():
                work.people.put(person)
            work.connections.put(connection)
            work.commit()
        self.revise(self.plan)


def ours(resource: JsonObject) -> set[str]:
    """Our identifiers of a resource."""
    held = resource.get("identifier", [])
    return {one["value"] for one in (held if isinstance(held, list) else [held]) if one["system"] == SYSTEM}


def done(report: PushReport) -> dict[str, Done]:
    """What became of each item, by `Type/item`."""
    return {str(item.key): item.done for item in report.items}


def counted(report: PushReport) -> Counter[Done]:
    """How many items came out how."""
    return Counter(item.done for item in report.items)


def of(report: PushReport, key: Key) -> ItemReport:
    """The report of one item."""
    (found,) = [item for item in report.items if item.key == key]
    return found


def attention(report: PushReport) -> dict[str, tuple[Done, str | None]]:
    """What asks for somebody's attention."""
    calm = {
        Done.CREATED,
        Done.UPDATED,
        Done.UNCHANGED,
        Done.LINKED,
        Done.MATCHED,
        Done.REFERENCED,
        Done.WITHHELD,
    }
    return {str(item.key): (item.done, item.reason) for item in report.items if item.done not in calm}


def named(resources: Iterable[JsonObject]) -> dict[str, JsonObject]:
    """The chart by our own names instead of the server's ids, without what the server stamps."""
    held = {f"{one['resourceType']}/{one['id']}": one for one in resources}
    names = {address: _name(one) for address, one in held.items()}
    plain = {_full_name(one, names): _renamed(one, names) for one in held.values()}
    assert len(plain) == len(held), "two resources have one name"
    return dict(sorted(plain.items()))


def _name(resource: JsonObject) -> str:
    return f"{resource['resourceType']}:{'+'.join(sorted(ours(resource)))}"


def _full_name(resource: JsonObject, names: Mapping[str, str]) -> str:
    """A Provenance has no identifier: it is told by what it is about."""
    if resource["resourceType"] != "Provenance":
        return _name(resource)
    return _name(resource) + "".join(names.get(one["reference"], "?") for one in resource["target"])


def _renamed(resource: JsonObject, names: Mapping[str, str]) -> JsonObject:
    stamped = {name: one for name, one in resource.items() if name not in {"id", "meta"}}
    return rewrite(stamped, lambda reference: names.get(reference, reference))


def _head(work: Any, plan_id: str) -> int:
    try:
        number: int = work.plans.head(plan_id).number
    except Unknown:
        return 0
    return number


def _revision(plan: Plan, number: int) -> Revision:
    return Revision(
        number=number,
        plan=plan,
        groups=(),
        author=PSYCHIATRIST.id,
        origin=Origin.PERSON,
        recorded_at=StillClock().now(),
    )
