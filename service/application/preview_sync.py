"""A dry run and what it leads to: the pass itself, with its writes noted, and then exactly these writes.

There is no second way to decide: a preview is `sync_once` on a chart that notes and a storage that keeps
nothing, and applying it is `sync_once` on what was read then, with its requests as the only ones that leave.
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace

from service.application.chart_run import lease_of
from service.application.preview_digest import Basis, Moved
from service.application.sync_plan import SyncPlan, sync_once
from service.application.unkept import UnkeptStorage
from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Capabilities, Rehearsal, Request
from service.ports.inbox import InboxItem, ItemState
from service.ports.storage import Connection, ConnectionMode
from service.sync.agenda import Agenda, Ports, remote_of
from service.sync.barrier import check_open
from service.sync.difference import Difference, difference, taken_in
from service.sync.intake import Intake
from service.sync.report import SETTLED, Done, PushReport, Standing
from service.sync.words import GroupWords, name_of, shown_words

_WRITING = frozenset({ConnectionMode.WRITE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplySync(SyncPlan):
    """Carry out the preview that has this digest, if nothing has moved since."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldWait:
    """What would come to wait for a person, with both sides in words."""

    resource_type: str
    item_id: str
    reference: str
    cause: str
    words: tuple[GroupWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What would not be done, and why."""

    resource_type: str
    item_id: str
    done: Done
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a writing pass would do now, whatever the mode: what changes on each side, and every request.

    `chart` is what would change there, `plan` what would come in from it as revision `next_revision`, `inbox`
    what would come to wait for a person, and `left` what would not be done, with the reason. `digest` names
    all that this rests on.
    """

    plan_id: str
    connection_id: str
    revision: int
    mode: ConnectionMode
    digest: str
    standing: Standing
    chart: tuple[Difference, ...]
    plan: tuple[Difference, ...]
    inbox: tuple[WouldWait, ...]
    left: tuple[LeftOut, ...]
    requests: tuple[Request, ...]
    next_revision: int | None = None

    @property
    def idle(self) -> bool:
        """Whether a pass would do nothing on either side and leave nothing to people."""
        done = self.requests or self.plan or self.inbox or self.next_revision is not None
        return not done and self.standing is Standing.IN_STEP


def preview_sync(command: SyncPlan, ports: Ports, *, over: Connection | None = None) -> Preview:
    """Say what a pass would do, and do nothing; raises as `sync_plan` does.

    `over` is the connection as it is wanted, where it is not kept so yet.
    """
    rehearsed, report = _rehearsed(command, ports, over=over)
    return rehearsed.preview(report, rehearsed.basis(ports).digest)


def apply_sync(command: ApplySync, ports: Ports) -> PushReport:
    """Send exactly the requests of the preview with this digest, and report item by item.

    Raises `Moved` when anything that it rests on is different now, `ReadOnly` unless the connection writes,
    `Barred` while writing is stopped, and as `sync_plan` does: then nothing was written.
    """
    with lease_of(command, ports, modes=_WRITING) as lease:
        rehearsed, _ = _rehearsed(command, ports)
        basis = rehearsed.basis(ports)
        if moved := basis.moved_since(command.digest):
            raise Moved(moved, basis.digest)
        with ports.storage.begin(write=False) as work:
            check_open(rehearsed.connection, ports, work)
        return sync_once(command, replace(ports, ehr=rehearsed.chart.performance()), lease=lease)


@dataclass(slots=True, kw_only=True)
class _Rehearsed:
    """A pass that was made on paper alone: where it stood before, and what it came to."""

    plan_id: str
    connection: Connection
    revision: int
    decisions: Mapping[str, InboxItem]
    chart: Rehearsal
    storage: UnkeptStorage
    came_in: tuple[Difference, ...] = ()

    def witness(self, agenda: Agenda, intake: Intake) -> None:
        """Note what would come in, before it does."""
        self.came_in = taken_in(agenda, intake)

    def preview(self, report: PushReport, digest: str) -> Preview:
        """Return all that is told of it."""
        revised = self.storage.effects.revisions.get(self.plan_id)
        return Preview(
            plan_id=self.plan_id,
            connection_id=self.connection.id,
            revision=self.revision,
            next_revision=None if revised is None else revised.number,
            mode=self.connection.mode,
            digest=digest,
            standing=report.standing,
            chart=tuple(self._chart()),
            plan=self.came_in,
            inbox=tuple(self._inbox()),
            left=tuple(_left(report)),
            requests=self.chart.requests,
        )

    def basis(self, ports: Ports) -> Basis:
        """Return what it rests on."""
        with self.storage.begin(write=False) as work:
            kept = work.capabilities.get(self.connection.id)
        offered = (
            {} if kept is None else Capabilities.from_json(kept.content).overridden(ports.override).to_json()
        )
        settings = {name: one for name, one in asdict(self.connection).items() if name != "pinned"}
        return Basis(
            revision=self.revision,
            connection=settings | {"owners": dict(ports.authority.words)},
            capabilities=offered,
            decisions=[_told(one) for _, one in sorted(self.decisions.items())],
            requests=[[one.method, one.url, dict(one.headers), one.body] for one in self.chart.requests],
            versions=self.chart.versions,
        )

    def _chart(self) -> Iterator[Difference]:
        with self.storage.begin(write=False) as work:
            entries = work.ledger.of_plan(self.connection.id, self.plan_id)
        keys = {remote_of(one): Key(one.resource_type, one.item_id) for one in entries}
        names = {address: name_of(one) for address, one in {**self.chart.seen, **self.chart.written}.items()}
        for address, after in sorted(self.chart.written.items()):
            kind, _, own_id = address.partition("/")
            key, before = keys.get(address, Key(kind, own_id)), self.chart.seen.get(address)
            yield difference(key, before, after, names=names)

    def _inbox(self) -> Iterator[WouldWait]:
        for item in self.storage.effects.inbox.values():
            if item.state is not ItemState.OPEN or item.id in self.decisions:
                continue
            yield WouldWait(
                resource_type=item.resource_type,
                item_id=item.item_id,
                reference=item.reference,
                cause=item.cause,
                words=shown_words(item.content, item.groups),
            )


def _rehearsed(
    command: SyncPlan, ports: Ports, *, over: Connection | None = None
) -> tuple[_Rehearsed, PushReport]:
    with ports.storage.begin(write=False) as work:
        connection = over or work.connections.get(command.connection_id)
        waiting = work.inbox.of_plan(command.connection_id, command.plan_id)
        revision = work.plans.head(command.plan_id).number
    rehearsed = _Rehearsed(
        plan_id=command.plan_id,
        connection=connection,
        revision=revision,
        decisions={item.id: item for item in waiting},
        chart=ports.ehr.rehearsal(),
        storage=UnkeptStorage(ports.storage),
    )
    rehearsed.storage.effects.connections[connection.id] = connection
    on_paper = replace(
        ports, storage=rehearsed.storage, ehr=rehearsed.chart, writing=True, meanwhile=nullcontext
    )
    return rehearsed, sync_once(command, on_paper, witness=rehearsed.witness)


def _left(report: PushReport) -> Iterator[LeftOut]:
    for one in report.items:
        if one.done not in SETTLED or one.done is Done.WITHHELD:
            yield LeftOut(resource_type=one.key.type, item_id=one.key.item, done=one.done, reason=one.reason)


def _told(item: InboxItem) -> JsonObject:
    return {"id": item.id, "state": item.state.value, "digest": item.digest, "choices": dict(item.choices)}
