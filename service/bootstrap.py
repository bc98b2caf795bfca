"""Where everything meets: settings become adapters, adapters become the ports of the use cases."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from time import sleep
from uuid import uuid4  # noqa: TID251  here ids are made

from service.application.connect import keep_connection
from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan, push_plan
from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import RetryPolicy
from service.ehr.transport import Transport
from service.fhir.json import JsonObject, NotJson, loads
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.ehr import Ehr
from service.ports.storage import Connection, ConnectionMode, MedicationMode
from service.settings import BadSettings, Settings
from service.storage.schema import is_current, upgrade
from service.storage.unit_of_work import Storage
from service.sync.agenda import Ports
from service.sync.report import PushReport

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
    def ehr(self) -> Ehr:
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
        ports = Ports(
            storage=self.storage,
            ehr=ehr,
            clock=self.clock,
            ids=self.ids,
            override=_override(self.settings.ehr_capabilities),
        )
        return push_plan(command, ports)

    def connect(self) -> Connection:
        """Keep the connection as the settings have it; raises `Pinned` when they move what must stay."""
        return keep_connection(_connection(self.settings), storage=self.storage)


def gateway_to(url: str, *, settings: Settings, ids: RandomIds) -> Gateway:
    """Return the gateway to a FHIR server."""
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


def _override(file: str | None) -> JsonObject:
    """Read the operator's word on what the server can do; raises `BadSettings`."""
    if file is None:
        return {}
    try:
        return loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, NotJson):
        raise BadSettings("TANDEM_EHR_CAPABILITIES names no readable JSON file") from None


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
