"""What the commands need of an installation; the composition root makes it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from service.application.ports import PlanPorts
    from service.application.push_plan import PushPlan
    from service.ports.clock import Ids
    from service.ports.ehr import Ehr
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


class Installation(Protocol):
    """One installation of the service, as its settings describe it."""

    @property
    def address(self) -> tuple[str, int]:
        """Where the API listens: host and port."""

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

    def push(self, command: "PushPlan") -> "PushReport":
        """Push a plan; raises `NoEhr`, and as `push_plan` does."""

    def upgrade(self) -> None:
        """Bring the database up to date."""

    def is_current(self) -> bool:
        """Tell whether the database is up to date."""

    def application(self) -> "WSGIApplication":
        """The API."""


class Parts(Protocol):
    """What the composition root can assemble."""

    def installed(self) -> Installation:
        """Return the installation of the environment's settings; raises `WrongSetting`."""

    def assembled(self, settings: Mapping[str, Any], log: TextIO) -> Installation:
        """Return an installation of these settings alone, whose events go to a stream."""

    def sandbox(
        self, chart: Path | None, shape: SandboxShape, *, log: TextIO | None = None
    ) -> "AbstractContextManager[WSGIApplication]":
        """Give a FHIR server that keeps its chart in a file or in memory; raises `ChartUnusable`.

        A line for each of its answers goes to `log`.
        """

    def openapi(self) -> str:
        """Return the description of the API, as openapi.yaml holds it."""
