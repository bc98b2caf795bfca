"""Runs a command in this process, on an installation made of fakes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from service.application.backlog import Backlog, read_backlog
from service.application.bind_patient import Binding, Compared, LookAtPatient
from service.application.deliver_alerts import Carried
from service.application.import_chart import FromEhr, ImportChart, ImportPorts, import_chart
from service.application.poll_chart import PollReport
from service.application.ports import PlanPorts
from service.application.preview_sync import Preview
from service.application.push_plan import PushPlan
from service.application.sync_plan import SyncPlan
from service.application.tokens import TokenPorts, caller_of
from service.console.commands import tandem
from service.console.ending import carry_out
from service.console.installation import NoEhr, WrongFault, WrongSetting
from service.console.run import Run
from service.domain.values import Problem
from service.fhir.json import JsonObject, loads
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM, Key
from service.ports.access import Caller, Doubt, NotRecognised
from service.ports.ehr import Capabilities
from service.ports.imports import ImportRecord
from service.ports.sealing import KeysUnfit
from service.ports.storage import ConnectionMode
from service.ports.upkeep import BackupError, BackupReport, RekeyReport
from service.sync.report import Done, ItemReport, PushReport, Standing, standing_of
from service.telemetry.events import Log
from service.telemetry.logs import configure
from tests.fakes.clock import CountingIds, StillClock
from tests.fakes.storage import MemoryStorage


def a_report(plan_id: str, *done: Done) -> PushReport:
    items = tuple(
        ItemReport(key=Key("Goal", f"goal-{n}"), done=one, wrote=one is Done.CREATED)
        for n, one in enumerate(done or (Done.UNCHANGED,))
    )
    return PushReport(
        plan_id=plan_id, revision=1, connection_id="default", standing=standing_of(items), items=items
    )


NOTHING_TO_SEAL = RekeyReport(key_id="2026-01", resealed=0, remaining={}, retired=(), damaged=())


A_BACKUP = BackupReport(
    schema="0002",
    made_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    tables={"plans": 2, "people": 1},
    keys=("2026-01",),
    opened=7,
)


A_POLL = PollReport(connection_id="default", rows=3, changed=1, woken=frozenset({"a"}))
A_BINDING = Binding(
    plan_id="plan-1",
    patient="Patient/7",
    digest="d1",
    compared=(Compared(element="birth date", plan=("1988-05-17",), chart=("1988-05-18",), same=False),),
    deceased=False,
)


class ChartOfOneWord:
    """An EHR that only says what it is."""

    def capabilities(self) -> Capabilities:
        return Capabilities(fhir_version="4.0.1", software="A server")


def a_preview(plan_id: str, **more: Any) -> Preview:
    """Gives what a dry run over two quiet sides tells."""
    usual: dict[str, Any] = {
        "plan_id": plan_id,
        "connection_id": "default",
        "revision": 3,
        "mode": ConnectionMode.WRITE,
        "digest": "3.a.b.c.d.e.f",
        "standing": Standing.IN_STEP,
        **dict.fromkeys(("chart", "plan", "inbox", "left", "requests"), ()),
    }
    return Preview(**usual | more)


@dataclass
class FakeWorkshop:
    """A worker that never works; `worked` are the parents for which it was asked to."""

    is_embedded: bool = False
    living: int = 1
    waiting: tuple[Problem, ...] = ()
    worked: list[int | None] = field(default_factory=list)

    def work(self, until: Event, *, parent: int | None = None) -> None:
        assert not until.is_set()
        self.worked.append(parent)
        raise KeyboardInterrupt

    def alive(self) -> int:
        return self.living

    def unattended(self) -> tuple[Problem, ...]:
        return self.waiting


@dataclass
class FakeInstallation:
    """An installation in memory; `pushing` says what a push of a plan gives or raises."""

    ehr_url: str | None = None
    keeps_a_file: bool = True
    current: bool = True
    upgrades: int = 0
    seals: bool = True
    unfit: KeysUnfit | None = None
    rekeyed: RekeyReport = NOTHING_TO_SEAL
    copied: BackupReport | BackupError = A_BACKUP
    did: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    subscribing: object = None
    commands: list[object] = field(default_factory=list)
    binding: Binding = A_BINDING
    pushing: Callable[[str], PushReport] = a_report
    previewing: Callable[[str], Preview | Exception] = a_preview
    chart: object = field(default_factory=ChartOfOneWord)
    override: dict[str, object] = field(default_factory=dict)
    sandboxes: list[object] = field(default_factory=list)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    ids: CountingIds = field(default_factory=CountingIds)
    workshop: FakeWorkshop = field(default_factory=FakeWorkshop)

    asks_who: bool = False
    writing: bool = True
    hosts: frozenset[str] = frozenset()
    request_seconds: float = 30.0
    operator: str = "cli:operator"
    crisis_contacts: str | None = None
    carrying: tuple[Carried, ...] = ()

    @property
    def tokens(self) -> TokenPorts:
        return TokenPorts(storage=self.storage, clock=self.plans.clock, random_hex=lambda count: "0a" * count)

    def recognise(self, text: str) -> Caller | Doubt:
        """Who a token's text is, or why it is nobody's."""
        try:
            return caller_of(text, storage=self.storage, now=self.plans.clock.now())
        except NotRecognised as error:
            return error.doubt

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", 8080

    @cached_property
    def plans(self) -> PlanPorts:
        return PlanPorts(storage=self.storage, clock=StillClock())

    @property
    def log(self) -> Log:
        return configure(as_json=True, stream=StringIO())

    @property
    def ehr(self) -> object:
        if self.ehr_url is None:
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        return self.chart

    def push(self, command: PushPlan) -> PushReport:
        self.commands.append(command)
        return self.pushing(command.plan_id)

    @property
    def reading(self) -> "FakeInstallation":
        return self

    def poll(self, *, whole: bool = False) -> PollReport:
        if self.ehr_url is None:
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        self.did.append("compared" if whole else "polled")
        return replace(A_POLL, compared=12 if whole else None)

    def due(self) -> tuple[str, ...]:
        return tuple(self.waiting)

    @property
    def subscriptions(self) -> object:
        if self.subscribing is None:
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        return self.subscribing

    def preview(self, command: SyncPlan) -> Preview:
        seen = self.previewing(command.plan_id)
        if isinstance(seen, Exception):
            raise seen
        return seen

    def bind(self, command: LookAtPatient) -> Binding:
        self.did.append(f"{type(command).__name__} {command.patient}")
        return self.binding

    def import_chart(self, command: ImportChart) -> ImportRecord:
        if isinstance(command.source, FromEhr):
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        ports = ImportPorts(
            storage=self.storage,
            clock=StillClock(),
            ids=CountingIds("lease"),
            identifier_system=DEFAULT_IDENTIFIER_SYSTEM,
        )
        return import_chart(command, ports)

    def admit(self) -> None:
        if self.unfit is not None:
            raise self.unfit

    def rekey(self, moved: Callable[[], None]) -> RekeyReport:
        moved()
        return self.rekeyed

    def back_up(self, file: Path) -> BackupReport:
        return self._told(f"backed up {file.name}")

    def verify_backup(self, file: Path) -> BackupReport:
        return self._told(f"verified {file.name}")

    def restore(self, file: Path) -> BackupReport:
        return self._told(f"restored {file.name}")

    def _told(self, did: str) -> BackupReport:
        self.did.append(did)
        if isinstance(self.copied, BackupError):
            raise self.copied
        return self.copied

    @property
    def alert_desk(self) -> "FakeInstallation":
        return self

    def deliver(self) -> tuple[Carried, ...]:
        return self.carrying

    def standing(self) -> Backlog:
        return read_backlog(self.storage)

    def application(self) -> object:
        raise NotImplementedError("a test that serves says what is served")

    def served(self) -> object:
        return self.application()

    def upgrade(self) -> None:
        self.upgrades += 1
        self.current = True

    def is_current(self) -> bool:
        return self.current


@dataclass
class FakeParts:
    installation: FakeInstallation

    def installed(self) -> FakeInstallation:
        return self.installation

    def new_key(self, file: Path, key_id: str | None, *, current: bool) -> str:
        if key_id == "bad":
            raise WrongSetting("an id of a key is something else")
        self.installation.did.append(f"made {file.name} {current}")
        return key_id or "random"

    @contextmanager
    def sandbox(self, chart: object, shape: object, **asked: object) -> Iterator[str]:
        """Keep what was asked for, and give something to serve; a fault named nonsense makes no sense."""
        if "nonsense" in asked["faults"]:
            raise WrongFault("there is no fault named nonsense")
        self.installation.sandboxes.append(asked)
        yield "an application"

    def faults(self) -> dict[str, str]:
        return {"lost-response": "The answer is lost."}

    def openapi(self) -> str:
        return 'openapi: "3.1.0"\n'


@dataclass
class Outcome:
    """What a command said, on which stream, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> JsonObject:
        return loads(self.out)

    @property
    def refusals(self) -> dict[str, str]:
        """The fields that were refused, with the reasons; from an answer in JSON."""
        return {one["field"]: one["reason"] for one in self.document["error"]["problems"]}


@dataclass
class Desk:
    """Where a test types commands."""

    capture: pytest.CaptureFixture[str]
    installation: FakeInstallation = field(default_factory=FakeInstallation)

    def type(self, *words: str) -> Outcome:
        self.capture.readouterr()
        code = carry_out(tandem, words, Run(assemble=lambda: FakeParts(self.installation)))
        said = self.capture.readouterr()
        return Outcome(code=code, out=said.out, err=said.err)
