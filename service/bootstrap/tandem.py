"""One installation, assembled from its settings."""

import os
import pwd
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from service.application.answer_once import OnceStorage
from service.application.backlog import read_backlog
from service.application.bind_patient import (
    Binding,
    BindPatient,
    LookAtPatient,
    bind_patient,
    look_at_binding,
)
from service.application.chart_run import Whose
from service.application.connect import keep_connection
from service.application.import_chart import FromEhr, ImportChart, ImportPorts, import_chart
from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan, push_plan
from service.application.recognise import Everybody, Recogniser
from service.application.sync_plan import SyncPlan, sync_plan
from service.application.tokens import TokenPorts
from service.bootstrap.chart import CONNECTION, asking_of, connection_of, gateway_to, override_in
from service.bootstrap.surroundings import RandomIds, SystemClock
from service.bootstrap.watching import exporting, readings_of
from service.console.installation import NoEhr, WrongSetting
from service.domain.values import Problem
from service.ehr.key_set import KeySetUrl
from service.fhir.json import JsonObject
from service.identity.jwt import JwtVerifier, Provider
from service.identity.key_file import KeySetFile
from service.identity.keys import Keys
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.ehr import Ehr, EhrError
from service.ports.imports import ImportRecord
from service.ports.sealing import KeysUnfit
from service.ports.storage import Connection, StorageError
from service.ports.upkeep import BackupReport, RekeyReport
from service.settings import Settings
from service.storage.backup import back_up, verify_backup
from service.storage.keyring import KeyRing, read_keys
from service.storage.rekey import rekey
from service.storage.restore import restore
from service.storage.schema import is_current, upgrade
from service.storage.unit_of_work import Storage
from service.sync.agenda import Ports
from service.sync.report import PushReport
from service.telemetry import metrics
from service.telemetry.correlation import Correlation
from service.telemetry.events import IMPORT_FINISHED, PUSH_FAILED, PUSH_FINISHED, Log, emit
from service.telemetry.logs import configure
from service.telemetry.metrics import Reading
from service.telemetry.registry import Registry
from service.telemetry.traces import Traces, Untraced
from service.telemetry.watch import Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(slots=False, kw_only=True)
class Tandem:
    """One installation, assembled from its settings; adapters are made when they are first used."""

    settings: Settings
    clock: SystemClock = field(default_factory=SystemClock)
    ids: RandomIds = field(default_factory=RandomIds)
    log_to: TextIO | None = None
    serves: bool = False

    @cached_property
    def database(self) -> Storage:
        """The database itself."""
        return Storage(self.settings.database_url, self.keys)

    @cached_property
    def storage(self) -> OnceStorage:
        """Where plans are kept, and the answers to requests with an Idempotency-Key."""
        keep_for = timedelta(hours=self.settings.idempotency_hours)
        return OnceStorage(self.database, clock=self.clock, keep_for=keep_for)

    @cached_property
    def keys(self) -> KeyRing | None:
        """The keys of what is stored, None for the demo in the clear; raises `BadKeys`."""
        file = self.settings.keys_file
        return None if file is None else read_keys(Path(file))

    @cached_property
    def ehr(self) -> Ehr:
        """The chart; raises `NoEhr`."""
        if self.settings.ehr_url is None:
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        return gateway_to(
            self.settings.ehr_url,
            settings=self.settings,
            request_ids=self.correlation.call_id,
            watch=self.watch.calls(CONNECTION),
        )

    @property
    def address(self) -> tuple[str, int]:
        """Where the API listens: host and port."""
        return self.settings.host, self.settings.port

    @property
    def request_seconds(self) -> float:
        """How long a request may take to arrive."""
        return self.settings.request_seconds

    @property
    def asks_who(self) -> bool:
        """Whether a request must show who makes it."""
        return self.settings.auth == "required"

    @property
    def hosts(self) -> frozenset[str]:
        """The names beside those of the loopback address under which the service is asked."""
        named = (one.strip().lower() for one in (self.settings.allowed_hosts or "").split(","))
        return frozenset(one for one in named if one)

    @property
    def operator(self) -> str:
        """Who is at the command line: the account of this machine, whatever the environment says."""
        user = os.getuid()
        try:
            return f"cli:{pwd.getpwuid(user).pw_name}"
        except KeyError:  # a container may run under a number without a name
            return f"cli:{user}"

    @property
    def tokens(self) -> TokenPorts:
        """What the use cases on tokens need."""
        return TokenPorts(storage=self.storage, clock=self.clock, random_hex=secrets.token_hex)

    @property
    def ehr_url(self) -> str | None:
        """The base URL of the chart's server, if there is one."""
        return self.settings.ehr_url

    @property
    def keeps_a_file(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.settings.database_url.startswith("sqlite")

    @cached_property
    def log(self) -> Log:
        """Where events go: standard error, unless another stream was named."""
        return configure(
            as_json=self.settings.log_json, stream=self.log_to, request_id=lambda: self.correlation.id
        )

    @cached_property
    def correlation(self) -> Correlation:
        """The one id of each request, and of a run of the command line."""
        return Correlation(self.ids.new())

    @cached_property
    def watch(self) -> Watch:
        """What sees requests, pushes and calls of the EHR."""
        registry = Registry(version=version("tandem"), readings=self._readings, connections=(CONNECTION,))
        return Watch(
            log=self.log,
            registry=registry,
            traces=self.traces,
            request_id=lambda: self.correlation.id,
            logs_calls=lambda: self.serves or self.settings.log_json,
        )

    @cached_property
    def traces(self) -> Traces:
        """Where spans go: nowhere, unless the settings want traces."""
        return exporting() if self.settings.traces else Untraced()

    @cached_property
    def override(self) -> JsonObject:
        """What the operator says that the server can do; raises `BadSettings`."""
        return override_in(self.settings.ehr_capabilities)

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

    @property
    def seals(self) -> bool:
        """Whether what is stored is sealed."""
        return self.keys is not None

    def admit(self) -> None:
        """Check that the keys fit the database; raises `KeysUnfit`."""
        with self.storage.begin(write=False):
            pass

    def rekey(self, moved: Callable[[], None]) -> RekeyReport:
        """Seal everything under the current key; `moved` is told of each row; raises `WrongSetting`."""
        if self.keys is None:
            raise WrongSetting("TANDEM_KEYS_FILE is needed: `tandem key new` makes a key")
        return rekey(self.settings.database_url, self.keys, moved)

    def back_up(self, file: Path) -> BackupReport:
        """Copy the database into a new file; raises `BackupError`."""
        return back_up(self.settings.database_url, self.keys, file, now=self.clock.now())

    def verify_backup(self, file: Path) -> BackupReport:
        """Read all of a backup; raises `BackupError`."""
        return verify_backup(file, self.keys)

    def restore(self, file: Path) -> BackupReport:
        """Fill an empty database from a backup; raises `BackupError`."""
        return restore(self.settings.database_url, self.keys, file)

    def push(self, command: Whose) -> PushReport:
        """Push or sync a plan over the configured connection; raises `NoEhr`, and as the use case does."""
        return self._told(command, self._chart_ports())

    def bind(self, command: LookAtPatient) -> Binding:
        """Compare a plan with a patient of the chart, or bind it; raises `NoEhr`, and as that does."""
        ports = self._chart_ports()
        if isinstance(command, BindPatient):
            return bind_patient(command, ports)
        return look_at_binding(command, ports)

    def _chart_ports(self) -> Ports:
        ehr = self.ehr
        self.connect()
        return Ports(
            storage=self.storage,
            ehr=ehr,
            clock=self.clock,
            ids=self.ids,
            override=self.override,
            settle_time=timedelta(seconds=self.settings.ehr_answer_seconds + 60),
            asking=asking_of(self.settings),
        )

    def import_chart(self, command: ImportChart) -> ImportRecord:
        """Import a chart; raises `NoEhr` for a patient of one, and as `import_chart` does."""
        ehr = self.ehr if isinstance(command.source, FromEhr) else None
        if ehr is not None:
            self.connect()
        ports = ImportPorts(
            storage=self.storage,
            clock=self.clock,
            ids=self.ids,
            identifier_system=self.settings.identifier_system or DEFAULT_IDENTIFIER_SYSTEM,
            ehr=ehr,
        )
        record = import_chart(command, ports)
        emit(
            self.log,
            IMPORT_FINISHED,
            import_id=record.id,
            plan_id=record.plan_id,
            outcome=record.outcome.value,
            source=record.source.value,
        )
        return record

    def _told(self, command: Whose, ports: Ports) -> PushReport:
        """Push, and write down what came of it."""
        whose = {"plan_id": command.plan_id, "connection_id": command.connection_id}
        with self.watch.push(command.plan_id, command.connection_id) as seen:
            try:
                report = _carried_out(command, ports)
            except EhrError as error:
                seen.outcome = "failed"
                emit(self.log, PUSH_FAILED, error=type(error).__name__, status=error.status, **whose)
                raise
            standing = seen.outcome = report.standing.value
            seen.revision, seen.writes, seen.counts = report.revision, report.writes, report.counts
        emit(
            self.log,
            PUSH_FINISHED,
            revision=report.revision,
            standing=standing,
            writes=report.writes,
            counts=report.counts,
            **whose,
        )
        return report

    def connect(self) -> Connection:
        """Keep the connection as the settings have it; raises `Pinned` when they move what must stay."""
        return keep_connection(connection_of(self.settings), storage=self.storage)

    def lacks(self) -> tuple[Problem, ...]:
        """Return what keeps this installation from working."""
        try:
            current = self.is_current()
            if current:
                self.admit()
        except KeysUnfit as error:
            return (Problem("keys", str(error)),)
        except StorageError:
            return (Problem("database", "cannot be reached"),)
        return () if current else (Problem("database", "has another schema: run `tandem db upgrade`"),)

    def _readings(self) -> tuple[Reading, ...]:
        """Return what waits now, or that the database cannot tell."""
        try:
            return readings_of(read_backlog(self.database), self.clock.now())
        except StorageError:
            return (Reading(metric=metrics.STORAGE_UP, value=0),)

    def application(self) -> "WSGIApplication":
        """Return the API over this installation, which serves from now on."""
        self.serves = True
        application: WSGIApplication = api_of(self)
        return application


def _carried_out(command: Whose, ports: Ports) -> PushReport:
    match command:
        case SyncPlan():
            return sync_plan(command, ports)
        case _:
            return push_plan(PushPlan(plan_id=command.plan_id, connection_id=command.connection_id), ports)


def api_of(tandem: Tandem) -> Any:  # a Flask application, by a name that only the web adapters may import
    """Return the API over an installation."""
    from service import api  # noqa: PLC0415  0.4 s that other commands save

    settings = tandem.settings
    origins = frozenset((settings.cors_origins or "").split())
    services = api.Services(
        plans=tandem.plans,
        once=tandem.storage,
        rate=None if settings.rate_limit == "off" else api.Rate(settings.rate_limit),
        protection=api.Protection(origins=origins, behind_https=settings.behind_https),
        largest_body=settings.max_body_bytes,
        ids=tandem.ids,
        log=tandem.log,
        ready=tandem.lacks,
        push=None if tandem.ehr_url is None else tandem.push,
        bind_patient=None if tandem.ehr_url is None else tandem.bind,
        import_chart=tandem.import_chart,
        bind=tandem.correlation.bind,
        watch=tandem.watch,
        recogniser=_recogniser(tandem) if tandem.asks_who else Everybody(),
        hosts=api.OWN_NAMES | tandem.hosts if tandem.asks_who else api.OWN_NAMES,
    )
    return api.create_app(services)


def _recogniser(tandem: Tandem) -> Recogniser:
    """Return who tells callers apart: by our tokens, and by the identity provider's where there is one."""
    settings, now = tandem.settings, tandem.clock.now
    if settings.jwt_keys is None:
        return Recogniser(storage=tandem.storage, clock=tandem.clock)
    remote = settings.jwt_keys.startswith("https://")
    source = KeySetUrl(settings.jwt_keys) if remote else KeySetFile(Path(settings.jwt_keys))
    provider = Provider(
        issuer=settings.jwt_issuer or "",
        audience=settings.jwt_audience or "",
        role_claim=settings.jwt_role_claim,
        plan_claim=settings.jwt_plan_claim,
    )
    verifier = JwtVerifier(provider, Keys(source, now), now)
    return Recogniser(storage=tandem.storage, clock=tandem.clock, verifier=verifier)
