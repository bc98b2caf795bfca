"""One installation, assembled from its settings."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, TextIO

from service.application.answer_once import OnceStorage
from service.application.backlog import read_backlog
from service.application.bind_patient import Binding, LookAtPatient
from service.application.chart_run import Whose
from service.application.connect import connection_as_wanted, keep_connection
from service.application.import_chart import FromEhr, ImportChart, ImportPorts
from service.application.ports import PlanPorts
from service.application.preview_sync import Preview
from service.application.recognise import Everybody
from service.application.sync_plan import SyncPlan
from service.application.tokens import TokenPorts
from service.bootstrap.alerting import AlertDesk
from service.bootstrap.care import standards_of
from service.bootstrap.chart import (
    CONNECTION,
    asking_of,
    authority_in,
    connection_of,
    gateway_to,
    override_in,
)
from service.bootstrap.entrance import cards_of, cds_recogniser_of, recogniser_of
from service.bootstrap.passes import bound, imported, previewed, watched
from service.bootstrap.reading import ChartReading
from service.bootstrap.surroundings import RandomIds, SystemClock, account, meanwhile
from service.bootstrap.watching import exporting, readings_of
from service.bootstrap.working import Workshop, all_current, queue_of, settle_time, upgrade_all
from service.console.installation import NoEhr, WrongSetting
from service.domain.findings.judging import Standards
from service.domain.values import Problem
from service.fhir.json import JsonObject
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.ports.clock import Clock
from service.ports.ehr import Ehr
from service.ports.imports import ImportRecord
from service.ports.sealing import KeysUnfit
from service.ports.storage import Connection, StorageError
from service.ports.upkeep import BackupReport, RekeyReport
from service.settings import Settings
from service.storage.backup import back_up, verify_backup
from service.storage.keyring import KeyRing, read_keys
from service.storage.rekey import rekey
from service.storage.restore import restore
from service.storage.unit_of_work import Storage
from service.sync.agenda import Ports
from service.sync.authority import Authority
from service.sync.report import PushReport
from service.telemetry import metrics
from service.telemetry.correlation import Correlation
from service.telemetry.events import Log
from service.telemetry.logs import configure
from service.telemetry.metrics import Reading
from service.telemetry.registry import Registry
from service.telemetry.traces import Traces, Untraced
from service.telemetry.watch import Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Somebody who asks for a pass while the worker makes one waits for it: ten seconds, as long as most take.
_TRIES, _PAUSE_SECONDS = 41, 0.25


@dataclass(slots=False, kw_only=True)
class Tandem:
    """One installation, assembled from its settings; adapters are made when they are first used."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    ids: RandomIds = field(default_factory=RandomIds)
    log_to: TextIO | None = None
    serves: bool = False

    @cached_property
    def database(self) -> Storage:
        """The database itself."""
        return Storage(
            self.settings.database_url, self.keys, queue_of(self.settings, ids=self.ids, clock=self.clock)
        )

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
    def writing(self) -> bool:
        """Whether the environment lets anything be written into a chart."""
        return self.settings.writing == "on"

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
        return f"cli:{account()}"

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

    @cached_property
    def authority(self) -> Authority:
        """Whose value stands where both sides changed one group; raises `BadSettings`."""
        return authority_in(self.settings.ehr_owners)

    @property
    def plans(self) -> PlanPorts:
        """What the use cases on plans need."""
        return PlanPorts(storage=self.storage, clock=self.clock, standards=self.standards)

    @cached_property
    def standards(self) -> Standards:
        """What the rules judge by; raises `BadSettings`."""
        return standards_of(self.settings)

    def upgrade(self) -> None:
        """Bring the database up to date."""
        upgrade_all(self.settings)

    def is_current(self) -> bool:
        """Tell whether the database is up to date."""
        return all_current(self.settings)

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
        report = restore(self.settings.database_url, self.keys, file)
        self.upgrade()  # jobs are no part of a backup: their tables are made anew, and empty
        return report

    @cached_property
    def workshop(self) -> Workshop:
        """What a worker of this installation works with."""
        return Workshop(
            settings=self.settings,
            storage=self.database,
            clock=self.clock,
            ids=self.ids,
            log=self.log,
            correlation=self.correlation,
            connect=self.connect,
            push=partial(self.push, waits=False),
            carry_alerts=self.alert_desk.deliver,
            reading=self.reading,
        )

    @cached_property
    def reading(self) -> ChartReading:
        """What reads the chart, and has it tell us of changes."""
        return ChartReading(settings=self.settings, storage=self.storage, log=self.log, run=self._run)

    def push(self, command: Whose, *, waits: bool = True) -> PushReport:
        """Push or sync a plan over the configured connection; raises `NoEhr`, and as the use case does.

        For a patient whom another run holds it waits some seconds, unless told not to.
        """
        return watched(command, self._run(waits=waits), log=self.log, watch=self.watch)

    def _run(self, *, waits: bool = True) -> Ports:
        """Return what a run at the chart needs, with its connection kept; raises `NoEhr`."""
        ports = self._ports(waits=waits)
        self.connect()
        return ports

    def preview(self, command: SyncPlan) -> Preview:
        """Say what a pass would do; raises `NoEhr`, and as the use case does."""
        ports = self._ports()
        over = connection_as_wanted(connection_of(self.settings), storage=self.storage)
        return previewed(command, ports, over=over, log=self.log)

    def bind(self, command: LookAtPatient) -> Binding:
        """Compare a plan with a patient of the chart, or bind it; raises `NoEhr`, and as that does."""
        return bound(command, self._run())

    def _ports(self, *, waits: bool = False) -> Ports:
        return Ports(
            storage=self.storage,
            ehr=self.ehr,
            clock=self.clock,
            ids=self.ids,
            override=self.override,
            settle_time=settle_time(self.settings),
            meanwhile=meanwhile,
            tries=_TRIES if waits else 1,
            pause=lambda: sleep(_PAUSE_SECONDS),
            writing=self.writing,
            asking=asking_of(self.settings),
            authority=self.authority,
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
        return imported(command, ports, log=self.log)

    def connect(self) -> Connection:
        """Keep the connection as the settings have it; raises `Pinned` when they move what must stay."""
        return keep_connection(connection_of(self.settings), storage=self.storage, clock=self.clock)

    def lacks(self) -> tuple[Problem, ...]:
        """Return what keeps this installation from working."""
        try:
            if self.is_current():
                self.admit()
                return self.workshop.unattended()
        except KeysUnfit as error:
            return (Problem("keys", str(error)),)
        except StorageError:
            return (Problem("database", "cannot be reached"),)
        return (Problem("database", "has another schema: run `tandem db upgrade`"),)

    @cached_property
    def alert_desk(self) -> AlertDesk:
        """What carries alerts to people."""
        return AlertDesk(
            settings=self.settings, storage=self.database, clock=self.clock, log=self.log, watch=self.watch
        )

    def _readings(self) -> tuple[Reading, ...]:
        """Return what waits now, or that the database cannot tell."""
        try:
            backlog, workers = read_backlog(self.database), self.workshop.alive()
            return readings_of(backlog, self.clock.now(), workers=workers, writing=self.writing)
        except StorageError:
            return (Reading(metric=metrics.STORAGE_UP, value=0),)

    def served(self) -> "WSGIApplication":
        """Return the API, and begin to carry alerts beside it."""
        application = self.application()
        self.alert_desk.begin_rounds()
        return application

    def application(self) -> "WSGIApplication":
        """Return the API over this installation, which serves from now on."""
        self.serves = True
        application: WSGIApplication = api_of(self)
        return application


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
        preview=None if tandem.ehr_url is None else tandem.preview,
        bind_patient=None if tandem.ehr_url is None else tandem.bind,
        import_chart=tandem.import_chart,
        writing=tandem.writing,
        bind=tandem.correlation.bind,
        watch=tandem.watch,
        crisis_contacts=settings.crisis_contacts,
        cards=cards_of(settings, tandem.plans),
        cds_recogniser=cds_recogniser_of(
            settings, storage=tandem.storage, clock=tandem.clock, paths=api.CDS_PATHS
        ),
        recogniser=recogniser_of(settings, storage=tandem.storage, clock=tandem.clock)
        if tandem.asks_who
        else Everybody(),
        hosts=api.OWN_NAMES | tandem.hosts if tandem.asks_who else api.OWN_NAMES,
    )
    return api.create_app(services)
