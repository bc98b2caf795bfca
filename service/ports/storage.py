"""What is kept between runs: plans with their revisions, people, and everything about each connection.

Work happens in a unit of work, `with storage.begin() as work: ...; work.commit()`, or as if it never had.
`connection_id` stands in all that concerns an EHR. Any method may raise `StorageUnavailable`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from service.domain.concept import Identifier
from service.domain.people import Person
from service.domain.revision import Origin, Revision
from service.domain.therapy import RequestStatus
from service.fhir.json import JsonObject
from service.ports.access import Audit, Tokens
from service.ports.answers import Answers
from service.ports.decisions import Decisions
from service.ports.feed import Due, Links, Sights
from service.ports.hooks import Hooks
from service.ports.imports import Imports
from service.ports.inbox import Inbox
from service.ports.jobs import Jobs
from service.ports.journal import Journal
from service.ports.ledger import Ledger
from service.ports.ledger import LedgerEntry as LedgerEntry  # noqa: PLC0414  whoever keeps entries has it from here
from service.ports.links import LinkState as LinkState  # noqa: PLC0414  whoever keeps entries says their state
from service.ports.passes import Passes
from service.ports.team_work import TeamWork
from service.ports.workers import Duties, Workers
from service.ports.writing import Writing

_Item = TypeVar("_Item")


class StorageError(Exception):
    """What was asked of storage did not happen; subclasses are sorted by the reaction they deserve."""


class StorageUnavailable(StorageError):
    """Try again later, or see to the database; nothing was done."""


class StorageBusy(StorageUnavailable):
    """Somebody else is writing there: try again soon."""


class Unknown(StorageError):
    """There is no such thing."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} {name}")
        self.kind = kind
        self.name = name


class Taken(StorageError):
    """The id is in use: choose another."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is a {kind} {name} already")
        self.kind = kind
        self.name = name


class Superseded(StorageError):
    """The plan has moved on: read revision `current` before deciding again."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the plan stands at revision {current}")
        self.current = current


class Outdated(StorageError):
    """The thing has changed since it was read: read it again before deciding again."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name} has changed")
        self.kind = kind
        self.name = name


class Pinned(StorageError):
    """The setting may not change any more: resources in the chart rest on it."""

    def __init__(self, connection_id: str, setting: str) -> None:
        super().__init__(f"{setting} of connection {connection_id} is in use in the chart and cannot change")
        self.connection_id = connection_id
        self.setting = setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[_Item]):
    """Some items in a stable order; `next` is the opaque `after` of the page that follows, if any."""

    items: tuple[_Item, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFilter:
    """Which plans; what is None does not narrow."""

    patient_id: str | None = None
    patient_identifier: Identifier | None = None
    status: RequestStatus | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """A plan in a list; `number` and `updated_at` are its head's."""

    id: str
    title: str
    status: RequestStatus
    patient_id: str
    author: str
    created: date
    number: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionSummary:
    """A revision without its snapshot; `schema_version` is the document's when it was written."""

    number: int
    groups: tuple[str, ...]
    author: str
    origin: Origin
    recorded_at: datetime
    schema_version: int


class ConnectionMode(StrEnum):
    """What a connection may do: read, do everything but send, or write."""

    READ_ONLY = "read-only"
    SHADOW = "shadow"
    WRITE = "write"


class MedicationMode(StrEnum):
    """Whose the prescription is: our plan of it, our proposal of it, or the chart's alone."""

    PLAN = "plan"
    PROPOSE = "propose"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One EHR. `pinned` says that the chart holds identifiers of `identifier_system`, so that it stays."""

    id: str
    base_url: str
    identifier_system: str
    patient_identifier_system: str | None = None
    mode: ConnectionMode = ConnectionMode.READ_ONLY
    sandbox: bool = False
    medications: MedicationMode = MedicationMode.REFERENCE
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCapabilities:
    """What a server offered when it was asked last, in the plain form of `service.ports.ehr.Capabilities`."""

    content: JsonObject
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write one patient's chart until `expires_at`; a later lease has a higher `fencing`."""

    connection_id: str
    patient_id: str
    holder: str
    fencing: int
    expires_at: datetime


class Plans(Protocol):
    """Plans as rows of immutable revisions."""

    def add(self, revision: Revision) -> None:
        """Keep revision 1 of a new plan; raises `Taken`."""

    def append(self, revision: Revision, *, expected: int) -> None:
        """Keep the revision after `expected`; raises `Superseded` when the head moved, or `Unknown`."""

    def head(self, plan_id: str) -> Revision:
        """Return the latest revision; raises `Unknown`."""

    def patient_of(self, plan_id: str) -> str:
        """Return the id of the plan's patient; raises `Unknown`."""

    def revision(self, plan_id: str, number: int) -> Revision:
        """Return one revision, whatever version of this service wrote it; raises `Unknown`."""

    def revisions(self, plan_id: str, *, after: int = 0, limit: int = 100) -> tuple[RevisionSummary, ...]:
        """Return the revisions after a number, oldest first; raises `Unknown`."""

    def appointed(self, person_id: str) -> tuple[str, ...]:
        """Return the ids of the plans in whose appointments a person may take part, in their order.

        One that was last written before that was noted is among them, whoever takes part in it.
        """

    def page(self, wanted: PlanFilter, *, after: str | None = None, limit: int = 50) -> Page[PlanSummary]:
        """Return plans, those first added first; `Invalid` names an `after` that is none."""


class People(Protocol):
    """The directory of clinicians that plans share."""

    def put(self, person: Person) -> None:
        """Keep a person, new or changed."""

    def add(self, person: Person) -> None:
        """Keep a new person; raises `Taken`."""

    def replace(self, person: Person, *, expected: Person) -> None:
        """Keep a person in place of the one that was read; raises `Outdated` or `Unknown`."""

    def get(self, person_id: str) -> Person:
        """Return a person; raises `Unknown`."""

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """Return those of the people that are known, by id."""

    def page(self, *, after: str | None = None, limit: int = 50) -> Page[Person]:
        """Return people in an order that stays; `Invalid` names an `after` that is none."""


class Connections(Protocol):
    """The EHRs of this installation."""

    def put(self, connection: Connection) -> Connection:
        """Keep a connection and return it as kept: a pin stays, and `Pinned` refuses what it forbids."""

    def get(self, connection_id: str) -> Connection:
        """Return a connection; raises `Unknown`."""

    def all(self) -> tuple[Connection, ...]:
        """Return every connection, by id."""


class CapabilityCache(Protocol):
    """What each server offered when it was asked last."""

    def put(self, connection_id: str, kept: KeptCapabilities) -> None:
        """Keep what a server offers."""

    def get(self, connection_id: str) -> KeptCapabilities | None:
        """Return what a server offered, if it was ever asked."""


class Cursors(Protocol):
    """How far each chart was read, by the server's own marks, and why one is read no further."""

    def put(self, connection_id: str, name: str, value: str) -> None:
        """Move a cursor."""

    def get(self, connection_id: str, name: str) -> str | None:
        """Return where a cursor stands, if it was ever moved."""


class Leases(Protocol):
    """One writer per patient and chart."""

    def acquire(
        self, connection_id: str, patient_id: str, *, holder: str, now: datetime, ttl: timedelta
    ) -> Lease | None:
        """Return the lease, or None while it is held, by whomever; `holder` names one run."""

    def holds(self, lease: Lease, now: datetime) -> bool:
        """Tell whether the lease is still its holder's: neither expired, released nor taken over."""

    def renew(self, lease: Lease, *, now: datetime, ttl: timedelta) -> bool:
        """Let a lease that still holds expire later, and tell whether it does; one that is over stays so."""

    def release(self, lease: Lease) -> None:
        """Give the lease back; one that was taken over stays with its new holder."""


class UnitOfWork(TeamWork, Protocol):
    """One consistent piece of work: all of it is kept by `commit`, or none of it."""

    @property
    def plans(self) -> Plans: ...
    @property
    def people(self) -> People: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def capabilities(self) -> CapabilityCache: ...
    @property
    def cursors(self) -> Cursors: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def passes(self) -> Passes: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def links(self) -> Links: ...
    @property
    def sights(self) -> Sights: ...
    @property
    def due(self) -> Due: ...
    @property
    def hooks(self) -> Hooks: ...
    @property
    def workers(self) -> Workers: ...
    @property
    def duties(self) -> Duties: ...
    @property
    def writing(self) -> Writing: ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None:
        """Keep what was done, once, as the last step; raises RuntimeError in work opened for reading."""


class Storage(Protocol):
    """A place where things are kept."""

    def begin(self, *, write: bool = True) -> UnitOfWork:
        """Open a unit of work; where a database has one writer at a time, others wait for it."""
