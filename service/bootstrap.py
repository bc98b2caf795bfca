"""Where everything meets: settings become adapters, adapters become the ports of the use cases."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, TextIO
from uuid import uuid4  # noqa: TID251  here ids are made

from service.application.backlog import Backlog, read_backlog
from service.application.connect import keep_connection
from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan, push_plan
from service.console.installation import ChartUnusable, NoEhr, SandboxShape, WrongSetting
from service.domain.values import Problem
from service.ehr.gateway import Gateway
from service.ehr.patience import Limits
from service.ehr.retry import RetryPolicy
from service.ehr.transport import Transport
from service.fhir.json import JsonObject, NotJson, loads
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.ehr import Ehr, EhrError
from service.ports.storage import Connection, ConnectionMode, MedicationMode, StorageError
from service.sandbox.shape import Shape
from service.sandbox.sqlite import FileUnusable, SqliteStore
from service.sandbox.store import MemoryStore, Store
from service.settings import BadSettings, Settings, read_settings
from service.storage.database import database_url
from service.storage.schema import is_current, upgrade
from service.storage.unit_of_work import Storage
from service.sync.agenda import Ports
from service.sync.report import PushReport
from service.telemetry import metrics
from service.telemetry.correlation import Correlation
from service.telemetry.events import PUSH_FAILED, PUSH_FINISHED, SANDBOX_ANSWERED, Log, emit
from service.telemetry.logs import configure
from service.telemetry.metrics import Reading
from service.telemetry.registry import Registry
from service.telemetry.traces import Traces, Untraced, can_trace
from service.telemetry.watch import CallWatch, Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CONNECTION = "default"
_PLAIN = Shape(
    transaction=False,
    batch=False,
    conditional_create=False,
    conditional_update=False,
    update_create=False,
    patch=False,
)
_SHAPES = {
    SandboxShape.HAPI: Shape(),
    SandboxShape.SINGLE_WRITES: Shape(transaction=False, batch=False),
    SandboxShape.PLAIN: _PLAIN,
    SandboxShape.STRICT: Shape(validates=True),
}


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


@dataclass(slots=False, kw_only=True)
class Tandem:
    """One installation, assembled from its settings; adapters are made when they are first used."""

    settings: Settings
    clock: SystemClock = field(default_factory=SystemClock)
    ids: RandomIds = field(default_factory=RandomIds)
    log_to: TextIO | None = None
    serves: bool = False

    @cached_property
    def storage(self) -> Storage:
        """Where plans are kept."""
        return Storage(self.settings.database_url)

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
        return _opentelemetry() if self.settings.traces else Untraced()

    @cached_property
    def override(self) -> JsonObject:
        """What the operator says that the server can do; raises `BadSettings`."""
        return _override(self.settings.ehr_capabilities)

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
            override=self.override,
            settle_time=timedelta(seconds=self.settings.ehr_answer_seconds + 60),
        )
        return self._told(command, ports)

    def _told(self, command: PushPlan, ports: Ports) -> PushReport:
        """Push, and write down what came of it."""
        whose = {"plan_id": command.plan_id, "connection_id": command.connection_id}
        with self.watch.push(command.plan_id, command.connection_id) as seen:
            try:
                report = push_plan(command, ports)
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
        return keep_connection(_connection(self.settings), storage=self.storage)

    def lacks(self) -> tuple[Problem, ...]:
        """Return what keeps this installation from working."""
        try:
            current = self.is_current()
        except StorageError:
            return (Problem("database", "cannot be reached"),)
        return () if current else (Problem("database", "has another schema: run `tandem db upgrade`"),)

    def _readings(self) -> tuple[Reading, ...]:
        """Return what waits now, or that the database cannot tell."""
        try:
            return tuple(_waiting(read_backlog(self.storage), self.clock.now()))
        except StorageError:
            return (Reading(metric=metrics.STORAGE_UP, value=0),)

    def application(self) -> "WSGIApplication":
        """Return the API over this installation, which serves from now on."""
        self.serves = True
        application: WSGIApplication = _api(self)
        return application


class Parts:
    """What the command line can ask for, as `service.console.installation.Parts`."""

    def installed(self) -> Tandem:
        """Return the installation of the environment's settings; raises `WrongSetting`."""
        try:
            tandem = Tandem(settings=read_settings())
            _ = tandem.override
            _check_traces(tandem.settings)
        except BadSettings as error:
            raise WrongSetting(str(error)) from None
        _check_database(tandem.settings.database_url)
        return tandem

    def assembled(self, settings: Mapping[str, Any], log: TextIO) -> Tandem:
        """Return an installation of these settings alone, whose events go to a stream."""
        return Tandem(settings=Settings(**settings), log_to=log)

    @contextmanager
    def sandbox(
        self, chart: Path | None, shape: SandboxShape, *, log: TextIO | None = None
    ) -> "Iterator[WSGIApplication]":
        """Give a FHIR server that keeps its chart in a file or in memory; raises `ChartUnusable`.

        A line for each of its answers goes to `log`.
        """
        if chart is None:
            yield _sandbox(MemoryStore(), shape, log=log)
            return
        with closing(_chart_in(chart)) as store:
            yield _sandbox(store, shape, log=log)

    def openapi(self) -> str:
        """Return the description of the API, as openapi.yaml holds it."""
        from service.api import spec  # noqa: PLC0415  Flask and smorest: 0.4 s that other commands save

        return spec(_api(Tandem(settings=Settings())))


def _check_traces(settings: Settings) -> None:
    if settings.traces and not can_trace():
        raise BadSettings("TANDEM_TRACES needs the packages of the extra: pip install 'tandem[traces]'")


def _opentelemetry() -> Traces:
    from service.telemetry.opentelemetry_traces import OpenTelemetryTraces  # noqa: PLC0415  an optional package

    return OpenTelemetryTraces.exporting(version("tandem"))


def _waiting(backlog: Backlog, now: datetime) -> Iterator[Reading]:
    yield Reading(metric=metrics.STORAGE_UP, value=1)
    for one in backlog.items:
        place = (one.connection_id, one.state.value)
        yield Reading(metric=metrics.WAITING_ITEMS, value=one.number, labels=place)
    for each in backlog.writes:
        where = (each.connection_id,)
        age = (now - each.oldest).total_seconds()
        yield Reading(metric=metrics.OPEN_WRITES, value=each.number, labels=where)
        yield Reading(metric=metrics.OLDEST_OPEN_WRITE, value=max(age, 0), labels=where)


def _check_database(url: str) -> None:
    try:
        database_url(url)
    except Exception:  # SQLAlchemy's ArgumentError, which only storage knows, is no ValueError
        # The URL may hold a password: it is not repeated.
        raise WrongSetting("TANDEM_DATABASE_URL must be sqlite:///<file> or postgresql://…") from None


def _api(tandem: Tandem) -> Any:  # a Flask application, by a name that only the web adapters may import
    from service.api import Services, create_app  # noqa: PLC0415  0.4 s that other commands save

    services = Services(
        plans=tandem.plans,
        ids=tandem.ids,
        log=tandem.log,
        ready=tandem.lacks,
        push=None if tandem.ehr_url is None else tandem.push,
        bind=tandem.correlation.bind,
        watch=tandem.watch,
    )
    return create_app(services)


def _sandbox(store: Store, shape: SandboxShape, *, log: TextIO | None) -> "WSGIApplication":
    from service.sandbox.app import create_app  # noqa: PLC0415  0.1 s that other commands save

    tell = None if log is None else _telling(configure(as_json=False, stream=log))
    return create_app(store, _precise_now, RandomIds().new, shape=_SHAPES[shape], tell=tell)


def _telling(log: Log) -> Callable[[str, str, int], None]:
    def tell(request_id: str, method: str, status: int) -> None:
        emit(log, SANDBOX_ANSWERED, request_id=request_id, method=method, status=status)

    return tell


def _precise_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  here the clock is made


def _chart_in(file: Path) -> SqliteStore:
    try:
        return SqliteStore(file)
    except FileUnusable as error:
        raise ChartUnusable(str(error)) from None


def gateway_to(
    url: str, *, settings: Settings, request_ids: Callable[[], str], watch: CallWatch | None = None
) -> Gateway:
    """Return the gateway to a FHIR server."""
    token = settings.ehr_token
    transport = Transport(
        url,
        request_ids=request_ids,
        watch=watch,
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
