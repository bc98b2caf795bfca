"""Storage in memory: it keeps the promises of `service.ports.storage`, as tests/contract/storage says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

from service.document import SCHEMA_VERSION
from service.domain.alert import Alert
from service.domain.findings.decision import Decision
from service.domain.meeting import appointees_of
from service.domain.people import Person
from service.domain.revision import Revision
from service.domain.values import Invalid, Problem
from service.ports.access import AuditEntry, Token
from service.ports.answers import KeptAnswer
from service.ports.cards import CardAnswer, ShownCard
from service.ports.feed import Sight
from service.ports.hooks import Hook
from service.ports.imports import ImportRecord
from service.ports.inbox import InboxItem
from service.ports.journal import JournalRow
from service.ports.passes import LastPass
from service.ports.sightings import Sighting
from service.ports.storage import (
    Connection,
    KeptCapabilities,
    Lease,
    LedgerEntry,
    Outdated,
    Page,
    PlanFilter,
    PlanSummary,
    RevisionSummary,
    StorageBusy,
    Superseded,
    Taken,
    Unknown,
)
from service.ports.workers import Worker
from service.ports.writing import Switch
from tests.fakes.access import MemoryAudit, MemoryTokens, Refused
from tests.fakes.agreement import MemoryJournal, MemoryLedger, MemoryPasses
from tests.fakes.alerts import MemoryAlerts
from tests.fakes.answers import MemoryAnswers, MemoryImports
from tests.fakes.backlog import MemoryBacklog
from tests.fakes.cards import MemoryCards, MemorySightings
from tests.fakes.charts import MemoryCapabilityCache, MemoryConnections, MemoryCursors
from tests.fakes.decisions import MemoryDecisions
from tests.fakes.feed import MemoryDue, MemoryHooks, MemoryLinks, MemorySights
from tests.fakes.inbox import MemoryInbox
from tests.fakes.jobs import HeldJob, JobQueue, MemoryDuties, MemoryJobs, MemoryWorkers, Notes
from tests.fakes.leases import MemoryLeases
from tests.fakes.writing import MemoryWriting

T = TypeVar("T")


@dataclass
class Kept:
    """Everything; its values are never changed in place, so a shallow copy is a snapshot."""

    plans: dict[str, tuple[Revision, ...]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    ledger: dict[tuple[str, str, str, str], LedgerEntry] = field(default_factory=dict)
    journal: dict[str, JournalRow] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    capabilities: dict[str, KeptCapabilities] = field(default_factory=dict)
    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    leases: dict[tuple[str, str], tuple[Lease, bool]] = field(default_factory=dict)
    inbox: dict[str, InboxItem] = field(default_factory=dict)
    passes: dict[tuple[str, str], LastPass] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    refused: Refused = field(default_factory=dict)
    answers: dict[tuple[str, str, str], tuple[KeptAnswer | None, datetime]] = field(default_factory=dict)
    imports: dict[str, ImportRecord] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    sightings: dict[tuple[str, str, str], Sighting] = field(default_factory=dict)
    cards: dict[str, ShownCard] = field(default_factory=dict)
    card_answers: dict[str, CardAnswer] = field(default_factory=dict)
    sights: dict[tuple[str, str], Sight] = field(default_factory=dict)
    due: dict[tuple[str, str], int] = field(default_factory=dict)
    polls: dict[str, datetime] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    jobs: dict[tuple[str, str], HeldJob] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    duties: dict[str, tuple[str | None, datetime]] = field(default_factory=dict)
    switch: list[Switch] = field(default_factory=list)
    decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)

    def copy(self) -> "Kept":
        return Kept(**{name: content.copy() for name, content in vars(self).items()})


def paged(members: Sequence[T], key: Callable[[T], str], after: str | None, limit: int) -> Page[T]:
    keys = [key(one) for one in members]
    if after is not None and after not in keys:
        raise Invalid([Problem("after", "is no cursor of this list")])
    start = 0 if after is None else keys.index(after) + 1
    stop = start + limit
    return Page(items=tuple(members[start:stop]), next=keys[stop - 1] if stop < len(members) else None)


class MemoryPlans:
    def __init__(self, kept: Kept) -> None:
        self._plans = kept.plans

    def add(self, revision: Revision) -> None:
        if revision.number != 1:
            raise ValueError("a plan begins with revision 1")
        if revision.plan.id in self._plans:
            raise Taken("plan", revision.plan.id)
        self._plans[revision.plan.id] = (revision,)

    def append(self, revision: Revision, *, expected: int) -> None:
        if revision.number != expected + 1:
            raise ValueError("revisions are numbered without gaps")
        held = self._held(revision.plan.id)
        if held[-1].number != expected:
            raise Superseded(held[-1].number)
        self._plans[revision.plan.id] = (*held, revision)

    def head(self, plan_id: str) -> Revision:
        return self._held(plan_id)[-1]

    def patient_of(self, plan_id: str) -> str:
        return self._held(plan_id)[-1].plan.patient.id

    def revision(self, plan_id: str, number: int) -> Revision:
        for one in self._plans.get(plan_id, ()):
            if one.number == number:
                return one
        raise Unknown("revision", f"{plan_id}/{number}")

    def revisions(self, plan_id: str, *, after: int = 0, limit: int = 100) -> tuple[RevisionSummary, ...]:
        later = [one for one in self._held(plan_id) if one.number > after]
        return tuple(_revision_summary(one) for one in later[:limit])

    def appointed(self, person_id: str) -> tuple[str, ...]:
        heads = [held[-1].plan for held in self._plans.values()]
        return tuple(sorted(one.id for one in heads if person_id in appointees_of(one)))

    def page(self, wanted: PlanFilter, *, after: str | None = None, limit: int = 50) -> Page[PlanSummary]:
        ordered = sorted(self._plans.values(), key=lambda held: (held[0].recorded_at, held[0].plan.id))
        summaries = [_plan_summary(held[-1]) for held in ordered if _matches(held[-1], wanted)]
        return paged(summaries, lambda one: one.id, after, limit)

    def _held(self, plan_id: str) -> tuple[Revision, ...]:
        if plan_id not in self._plans:
            raise Unknown("plan", plan_id)
        return self._plans[plan_id]


def _matches(head: Revision, wanted: PlanFilter) -> bool:
    patient = head.plan.patient
    return (
        wanted.patient_id in (None, patient.id)
        and (wanted.patient_identifier is None or wanted.patient_identifier in patient.identifiers)
        and wanted.status in (None, head.plan.status)
        and (wanted.updated_since is None or head.recorded_at >= wanted.updated_since)
    )


def _plan_summary(head: Revision) -> PlanSummary:
    plan = head.plan
    return PlanSummary(
        id=plan.id,
        title=plan.title,
        status=plan.status,
        patient_id=plan.patient.id,
        author=plan.author,
        created=plan.created,
        number=head.number,
        updated_at=head.recorded_at,
    )


def _revision_summary(revision: Revision) -> RevisionSummary:
    return RevisionSummary(
        number=revision.number,
        groups=revision.groups,
        author=revision.author,
        origin=revision.origin,
        recorded_at=revision.recorded_at,
        schema_version=SCHEMA_VERSION,
    )


class MemoryPeople:
    def __init__(self, kept: Kept) -> None:
        self._people = kept.people

    def put(self, person: Person) -> None:
        self._people[person.id] = person

    def add(self, person: Person) -> None:
        if person.id in self._people:
            raise Taken("person", person.id)
        self.put(person)

    def replace(self, person: Person, *, expected: Person) -> None:
        if self.get(person.id) != expected:
            raise Outdated("person", person.id)
        self.put(person)

    def get(self, person_id: str) -> Person:
        if person_id not in self._people:
            raise Unknown("person", person_id)
        return self._people[person_id]

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]:
        return {one: self._people[one] for one in ids if one in self._people}

    def page(self, *, after: str | None = None, limit: int = 50) -> Page[Person]:
        return paged([self._people[one] for one in sorted(self._people)], lambda one: one.id, after, limit)


class MemoryUnitOfWork:
    """Works on a copy; `commit` makes the copy what is kept."""

    plans: MemoryPlans
    people: MemoryPeople
    ledger: MemoryLedger
    journal: MemoryJournal
    connections: MemoryConnections
    capabilities: MemoryCapabilityCache
    cursors: MemoryCursors
    leases: MemoryLeases
    inbox: MemoryInbox
    passes: MemoryPasses
    tokens: MemoryTokens
    audit: MemoryAudit
    answers: MemoryAnswers
    imports: MemoryImports
    decisions: MemoryDecisions
    alerts: MemoryAlerts
    sightings: MemorySightings
    cards: MemoryCards
    jobs: MemoryJobs
    links: MemoryLinks
    sights: MemorySights
    due: MemoryDue
    hooks: MemoryHooks
    workers: MemoryWorkers
    duties: MemoryDuties
    writing: MemoryWriting
    backlog: MemoryBacklog

    def __init__(self, storage: "MemoryStorage", *, write: bool) -> None:
        self._storage = storage
        self._write = write
        self._over = False

    def __enter__(self) -> Self:
        if self._write and not self._storage.writer.acquire(timeout=self._storage.patience):
            raise StorageBusy("the database is busy with another writer")
        self._working = kept = self._storage.kept.copy()
        self.plans = MemoryPlans(kept)
        self.people = MemoryPeople(kept)
        self.ledger = MemoryLedger(kept)
        self.journal = MemoryJournal(kept)
        self.connections = MemoryConnections(kept.connections)
        self.capabilities = MemoryCapabilityCache(kept.capabilities)
        self.cursors = MemoryCursors(kept.cursors)
        self.leases = MemoryLeases(kept.leases)
        self.inbox = MemoryInbox(kept.inbox)
        self.passes = MemoryPasses(kept)
        self.tokens = MemoryTokens(kept.tokens)
        self.audit = MemoryAudit(kept.audit, kept.refused, plans=kept.plans)
        self.answers = MemoryAnswers(kept)
        self.imports = MemoryImports(kept)
        self._open_rest(kept)
        return self

    def _open_rest(self, kept: Kept) -> None:
        self.alerts = MemoryAlerts(kept.alerts)
        self.sightings = MemorySightings(kept.sightings)
        self.cards = MemoryCards(kept.cards, kept.card_answers)
        self.backlog = MemoryBacklog(
            kept.ledger.values(),
            kept.journal.values(),
            jobs=kept.jobs.values(),
            alerts=kept.alerts.values(),
            plans=kept.plans.values(),
        )
        self.links = MemoryLinks(kept)
        self.sights = MemorySights(kept)
        self.due = MemoryDue(kept)
        self.hooks = MemoryHooks(kept)
        notes = Notes(**{one.name: getattr(kept, one.name) for one in fields(Notes)})
        self.jobs = MemoryJobs(notes, self._storage.queue)
        self.workers = MemoryWorkers(kept.workers)
        self.duties = MemoryDuties(kept.duties, kept.workers)
        self.writing = MemoryWriting(kept.switch)
        self.decisions = MemoryDecisions(kept)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._write:
            self._storage.writer.release()

    def commit(self) -> None:
        if not self._write:
            raise RuntimeError("this unit of work was opened for reading")
        if self._over:
            raise RuntimeError("this unit of work is over")
        self._over = True
        self._storage.kept = self._working.copy()


class MemoryStorage:
    """Storage for tests of whatever stands on it; `patience` is how long a writer waits, in seconds.

    Jobs are kept where a `queue` is given.
    """

    def __init__(self, *, patience: float = 5.0, queue: JobQueue | None = None) -> None:
        self.queue = queue
        self.kept = Kept()
        self.writer = Lock()
        self.patience = patience

    def begin(self, *, write: bool = True) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(self, write=write)
