"""Runs a command in this process, on an installation made of fakes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO

import pytest

from service.application.import_chart import FromEhr, ImportChart, ImportPorts, import_chart
from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan
from service.console.commands import tandem
from service.console.ending import carry_out
from service.console.installation import NoEhr
from service.console.run import Run
from service.fhir.json import JsonObject, loads
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM, Key
from service.ports.ehr import Capabilities
from service.ports.imports import ImportRecord
from service.sync.report import Done, ItemReport, PushReport, standing_of
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


class ChartOfOneWord:
    """An EHR that only says what it is."""

    def capabilities(self) -> Capabilities:
        return Capabilities(fhir_version="4.0.1", software="A server")


@dataclass
class FakeInstallation:
    """An installation in memory; `pushing` says what a push of a plan gives or raises."""

    ehr_url: str | None = None
    keeps_a_file: bool = True
    current: bool = True
    upgrades: int = 0
    pushing: Callable[[str], PushReport] = a_report
    chart: object = field(default_factory=ChartOfOneWord)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    ids: CountingIds = field(default_factory=CountingIds)

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
        return self.pushing(command.plan_id)

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
