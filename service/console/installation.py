"""What the commands need of an installation; the composition root makes it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from threading import Event

    from _typeshed.wsgi import WSGIApplication

    from service.application.backlog import Backlog
    from service.application.bind_patient import Binding, LookAtPatient
    from service.application.chart_run import Whose
    from service.application.deliver_alerts import Carried
    from service.application.import_chart import ImportChart
    from service.application.poll_chart import PollReport
    from service.application.ports import PlanPorts
    from service.application.preview_sync import Preview
    from service.application.subscribe import SubscribePorts
    from service.application.sync_plan import SyncPlan
    from service.application.tokens import TokenPorts
    from service.domain.values import Problem
    from service.fhir.json import JsonObject
    from service.ports.clock import Clock, Ids
    from service.ports.ehr import Ehr
    from service.ports.imports import ImportRecord
    from service.ports.upkeep import BackupReport, RekeyReport
    from service.sync.report import PushReport
    from service.telemetry.events import Log


class SandboxShape(StrEnum):
    """The kinds of EHR that the sandbox can play."""

    HAPI = "hapi"
    SINGLE_WRITES = "single-writes"
    PLAIN = "plain"
    STRICT = "strict"


class WrongSetting(Exception):
    """A setting makes no sense; the text names the variable."""


class NoEhr(Exception):
    """No EHR is configured."""


class ChartUnusable(Exception):
    """The sandbox cannot keep its chart in the file that was named."""


class WrongFault(Exception):
    """A fault of the sandbox makes no sense; the text names it."""


class Workshop(Protocol):
    """The worker of an installation."""

    @property
    def is_embedded(self) -> bool:
        """Whether serving starts a worker too."""

    def work(self, until: "Event", *, parent: int | None = None) -> None:
        """Be a worker until the event is set, or the parent is gone; raises `NoEhr` and `WrongSetting`."""

    def alive(self) -> int:
        """Return how many workers live; raises `service.ports.storage.StorageError`."""

    def unattended(self) -> "tuple[Problem, ...]":
        """Tell when plans wait and no worker lives; raises `service.ports.storage.StorageError`."""


class AlertDesk(Protocol):
    """What carries the alerts of an installation."""

    @property
    def crisis_contacts(self) -> str | None:
        """Whom a person in a crisis reaches, in the clinic's words."""

    def deliver(self) -> "tuple[Carried, ...]":
        """Carry the alerts that are due."""

    def standing(self) -> "Backlog":
        """What waits now."""


class ChartReading(Protocol):
    """Reads the chart, and has it tell us of changes."""

    def poll(self, *, whole: bool = False) -> "PollReport":
        """Read what changed in the chart; raises `NoEhr`, and as `poll_chart` does."""

    def due(self) -> tuple[str, ...]:
        """Return the plans that wait for a pass, by id."""

    @property
    def subscriptions(self) -> "SubscribePorts":
        """What subscribing needs; raises `NoEhr`."""


class Installation(Protocol):
    """One installation of the service, as its settings describe it."""

    @property
    def address(self) -> tuple[str, int]:
        """Where the API listens: host and port."""

    @property
    def writing(self) -> bool:
        """Whether the environment lets anything be written into a chart."""

    @property
    def asks_who(self) -> bool:
        """Whether a request must show who makes it."""

    @property
    def hosts(self) -> frozenset[str]:
        """The names beside those of the loopback address under which the service is asked."""

    @property
    def operator(self) -> str:
        """Who is at the command line."""

    @property
    def tokens(self) -> "TokenPorts":
        """What the use cases on tokens need."""

    @property
    def request_seconds(self) -> float:
        """How long a request may take to arrive."""

    @property
    def ehr_url(self) -> str | None:
        """The base URL of the chart's server, if there is one."""

    @property
    def keeps_a_file(self) -> bool:
        """Whether the database is a file of this machine, which nobody else has to be asked about."""

    @property
    def log(self) -> "Log":
        """Where its events go."""

    @property
    def plans(self) -> "PlanPorts":
        """What the use cases on plans need."""

    @property
    def ids(self) -> "Ids":
        """Names for new things."""

    @property
    def ehr(self) -> "Ehr":
        """The chart; raises `NoEhr`."""

    def push(self, command: "Whose") -> "PushReport":
        """Push or sync a plan; raises `NoEhr`, and as the use case does."""

    def preview(self, command: "SyncPlan") -> "Preview":
        """Say what a pass would do; raises `NoEhr`, and as the use case does."""

    @property
    def override(self) -> "JsonObject":
        """What the operator says that the server can do."""

    @property
    def reading(self) -> "ChartReading":
        """What reads the chart, and has it tell us of changes."""

    @property
    def workshop(self) -> "Workshop":
        """What a worker of it works with."""

    def bind(self, command: "LookAtPatient") -> "Binding":
        """Compare a plan with a patient of the chart, or bind it; raises `NoEhr`, and as that does."""

    def import_chart(self, command: "ImportChart") -> "ImportRecord":
        """Import a chart; raises `NoEhr` for a patient of one, and as `import_chart` does."""

    def upgrade(self) -> None:
        """Bring the database up to date."""

    def is_current(self) -> bool:
        """Tell whether the database is up to date."""

    @property
    def seals(self) -> bool:
        """Whether what is stored is sealed; if not, it is a demo."""

    def admit(self) -> None:
        """Check that the keys fit the database; raises `service.ports.sealing.KeysUnfit`."""

    def rekey(self, moved: Callable[[], None]) -> "RekeyReport":
        """Seal everything under the current key; `moved` is told of each row; raises `WrongSetting`."""

    def back_up(self, file: Path) -> "BackupReport":
        """Copy the database into a new file; raises `service.ports.upkeep.BackupError`."""

    def verify_backup(self, file: Path) -> "BackupReport":
        """Read all of a backup; raises `service.ports.upkeep.BackupError`."""

    def restore(self, file: Path) -> "BackupReport":
        """Fill an empty database from a backup; raises `service.ports.upkeep.BackupError`."""

    @property
    def alert_desk(self) -> "AlertDesk":
        """What carries alerts to people."""

    def application(self) -> "WSGIApplication":
        """The API."""

    def served(self) -> "WSGIApplication":
        """The API, with alerts carried beside it."""


class Parts(Protocol):
    """What the composition root can assemble."""

    def installed(self) -> Installation:
        """Return the installation of the environment's settings; raises `WrongSetting`."""

    def assembled(
        self, settings: Mapping[str, Any], log: TextIO, *, clock: "Clock | None" = None
    ) -> Installation:
        """Return an installation of these settings alone, whose events go to a stream.

        It goes by the machine's clock, unless another is named.
        """

    def sandbox(
        self,
        chart: Path | None,
        shape: SandboxShape,
        *,
        faults: Sequence[str] = (),
        control: bool = False,
        log: TextIO | None = None,
    ) -> "AbstractContextManager[WSGIApplication]":
        """Give a FHIR server with its chart in a file or in memory; raises `ChartUnusable`, `WrongFault`.

        A line for each of its answers goes to `log`.
        """

    def faults(self) -> Mapping[str, str]:
        """Return what each fault of the sandbox does, by its name."""

    def new_key(self, file: Path, key_id: str | None, *, current: bool) -> str:
        """Put a new key into a file and return its id; raises `WrongSetting`."""

    def openapi(self) -> str:
        """Return the description of the API, as openapi.yaml holds it."""
