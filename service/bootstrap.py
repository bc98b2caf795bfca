"""Where everything meets: settings become adapters, adapters become the ports of the use cases."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4  # noqa: TID251  here ids are made

from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan, push_plan
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.storage import Connection, ConnectionMode, MedicationMode
from service.settings import Settings
from service.storage.schema import is_current, upgrade
from service.storage.unit_of_work import Storage
from service.sync.agenda import Ports
from service.sync.report import PushReport

if TYPE_CHECKING:
    from service.ports.ehr import Ehr

CONNECTION = "default"


class SystemClock:
    """The machine's clock, in whole seconds."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  here the clock is made


class RandomIds:
    """Random UUIDs."""

    def new(self) -> str:
        """Return a fresh UUID."""
        return str(uuid4())


class NoEhr(Exception):
    """No EHR is configured: set TANDEM_EHR_URL."""


@dataclass(slots=False, kw_only=True)
class Tandem:
    """One installation, assembled from its settings; adapters are made when they are first used."""

    settings: Settings
    clock: SystemClock = field(default_factory=SystemClock)
    ids: RandomIds = field(default_factory=RandomIds)

    @cached_property
    def storage(self) -> Storage:
        """Where plans are kept."""
        return Storage(self.settings.database_url)

    @cached_property
    def ehr(self) -> "Ehr":
        """The chart; raises `NoEhr`."""
        if self.settings.ehr_url is None:
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        return gateway_to(self.settings.ehr_url, settings=self.settings, ids=self.ids)

    @property
    def plans(self) -> PlanPorts:
        """What the use cases on plans need."""
        return PlanPorts(storage=self.storage, clock=self.clock)

    def upgrade(self) -> None:
        """Bring the database up to date."""
        upgrade(self.settings.database_url)

    def is_current(self) -> bool:
        """Tell whether the database is up to date."""
        return is_current(self.settings.database_url)

    def push(self, command: PushPlan) -> PushReport:
        """Push a plan over the configured connection; raises `NoEhr`, and as `push_plan` does."""
        ehr = self.ehr
        self.connect()
        ports = Ports(storage=self.storage, ehr=ehr, clock=self.clock, ids=self.ids)
        return push_plan(command, ports)

    def connect(self) -> Connection:
        """Keep the connection as the settings have it; raises `Pinned` when they move what must stay."""
        wanted = _connection(self.settings)
        with self.storage.begin() as work:
            kept = work.connections.put(wanted)
            work.commit()
        return kept


def gateway_to(url: str, *, settings: Settings, ids: RandomIds) -> "Ehr":
    """Return the gateway to a FHIR server; requests is imported here, so that `--help` stays quick."""
    from time import sleep  # noqa: PLC0415  beside the lazy imports that it serves

    from service.ehr.gateway import Gateway  # noqa: PLC0415  200 ms that only a push needs
    from service.ehr.patience import Limits  # noqa: PLC0415  200 ms that only a push needs
    from service.ehr.retry import RetryPolicy  # noqa: PLC0415  200 ms that only a push needs
    from service.ehr.transport import Transport  # noqa: PLC0415  200 ms that only a push needs

    token = settings.ehr_token
    transport = Transport(
        url,
        request_ids=ids.new,
        limits=Limits(answer=settings.ehr_answer_seconds),
        token=None if token is None else lambda: token,
    )
    spread = secrets.SystemRandom()
    policy = RetryPolicy(attempts=4, base=0.25, cap=10.0, jitter=lambda longest: spread.uniform(0, longest))
    return Gateway(transport, retry=policy, sleep=sleep)


def _connection(settings: Settings) -> Connection:
    medications = settings.ehr_medications or ("plan" if settings.ehr_sandbox else "reference")
    return Connection(
        id=CONNECTION,
        base_url=settings.ehr_url or "",
        identifier_system=settings.identifier_system or DEFAULT_IDENTIFIER_SYSTEM,
        patient_identifier_system=settings.patient_identifier_system,
        mode=ConnectionMode(settings.ehr_mode),
        sandbox=settings.ehr_sandbox,
        medications=MedicationMode(medications),
    )
