"""The worker of an installation: where jobs go, what carries them out, and the duties beside them."""

import os
from collections.abc import Callable, Sized
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from service.application.look_after import CarePorts, living, silent, wake_overlooked
from service.application.sync_plan import SyncPlan
from service.application.work_off import WorkPorts, work_off
from service.bootstrap.chart import CONNECTION
from service.bootstrap.reading import ChartReading
from service.console.installation import NoEhr, WrongSetting
from service.domain.values import Problem
from service.ports.clock import Clock, Ids
from service.ports.jobs import Job
from service.settings import Settings
from service.storage.database import database_file
from service.storage.jobs import JobQueue
from service.storage.schema import engine_revision, is_current, reserve_file, upgrade
from service.storage.unit_of_work import Storage
from service.sync.report import PushReport
from service.telemetry.correlation import Correlation
from service.telemetry.events import Log
from service.worker import ENGINE_SCHEMA, Duty, Jobs, Worker, WorkerPorts, prepare_engine

_OVERLOOKED_SECONDS = 60
_HINTED_SECONDS = 2.0
_PARENT_SECONDS = 1.0
# Longer than an idle worker takes to begin, and than a restarted one to be there again.
_UNATTENDED = timedelta(seconds=60)


def works_by_itself(settings: Settings) -> bool:
    """Tell whether a change asks for its pass: there is a chart, and somebody to do it."""
    return settings.ehr_url is not None and settings.worker != "off"


def settle_time(settings: Settings) -> timedelta:
    """Return how long a request that got no answer may be on its way."""
    return timedelta(seconds=settings.ehr_answer_seconds + 60)


def queue_of(settings: Settings, *, ids: Ids, clock: Clock) -> JobQueue | None:
    """Return where the jobs of an installation go, None for one that does nothing by itself."""
    if not works_by_itself(settings):
        return None
    return JobQueue(put=Jobs(settings.database_url).put, new_id=ids.new, now=clock.now)


def upgrade_all(settings: Settings) -> None:
    """Bring our tables up to date, and the engine's where there may be work for it."""
    url = settings.database_url
    reserve_file(url)
    upgrade(url)
    if works_by_itself(settings):
        prepare_engine(url)


def all_current(settings: Settings) -> bool:
    """Tell whether our tables are up to date, and the engine's where there may be work for it."""
    url = settings.database_url
    if not is_current(url):
        return False
    kind = "postgresql" if database_file(url) is None else "sqlite"
    return not works_by_itself(settings) or (engine_revision(url) or 0) >= ENGINE_SCHEMA[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a worker of an installation works with; `push` makes one pass."""

    settings: Settings
    storage: Storage
    clock: Clock
    ids: Ids
    log: Log
    correlation: Correlation
    connect: Callable[[], object]
    push: Callable[[SyncPlan], PushReport]
    carry_alerts: Callable[[], Sized]
    reading: ChartReading

    @property
    def is_embedded(self) -> bool:
        """Whether serving starts a worker too."""
        return works_by_itself(self.settings) and self.settings.worker == "embedded"

    def work(self, until: Event, *, parent: int | None = None) -> None:
        """Be a worker until the event is set, or the parent is gone; raises `NoEhr` and `WrongSetting`."""
        if self.settings.ehr_url is None:
            raise NoEhr("no EHR is configured: set TANDEM_EHR_URL")
        if not works_by_itself(self.settings):
            raise WrongSetting("TANDEM_WORKER is off: there is no work to do")
        self.connect()
        _watch_parent(parent, until)
        ports = WorkerPorts(
            id=self.ids.new(),
            url=self.settings.database_url,
            storage=self.storage,
            clock=self.clock,
            log=self.log,
            at_once=self.settings.worker_passes,
            carry_out=self._carry_out,
            duties=self._duties(),
        )
        Worker(ports).run(until)

    def alive(self) -> int:
        """Return how many workers live; raises `StorageError`."""
        known = living(self.storage)
        return len(known) - len(silent(known, self.clock.now()))

    def unattended(self) -> tuple[Problem, ...]:
        """Tell when plans wait for a pass and no worker lives; raises `StorageError`."""
        now = self.clock.now()
        with self.storage.begin(write=False) as work:
            planned = work.backlog.planned_passes()
        waits = [one for one in planned if one.oldest is not None and now - one.oldest >= _UNATTENDED]
        if not waits or self.alive():
            return ()
        number = sum(one.queued for one in waits)
        return (Problem("worker", f"{number} plans wait for a pass, and no worker is alive"),)

    def _duties(self) -> tuple[Duty, ...]:
        """Return what is done again and again; a further duty is a further line."""
        duties = (
            Duty(name="overlooked", seconds=_OVERLOOKED_SECONDS, act=self._wake_overlooked),
            Duty(name="poll", seconds=_HINTED_SECONDS, act=self.reading.poll_in_turn),
        )
        seconds = self.settings.alert_seconds
        if not seconds:
            return duties
        return (*duties, Duty(name="alerts", seconds=seconds, act=lambda: len(self.carry_alerts())))

    def _wake_overlooked(self) -> int:
        care = CarePorts(storage=self.storage, clock=self.clock)
        before = self.clock.now() - settle_time(self.settings) - timedelta(seconds=_OVERLOOKED_SECONDS)
        return wake_overlooked(CONNECTION, care, before=before)

    def _carry_out(self, job: Job) -> str:
        ports = WorkPorts(
            storage=self.storage,
            clock=self.clock,
            log=self.log,
            sync=self.push,
            settle_time=settle_time(self.settings),
        )
        with self.correlation.bind(job.id):
            return work_off(job, ports)


def _watch_parent(parent: int | None, until: Event) -> None:
    """Set the event when the process that started this one is gone; without one there is nothing to watch."""
    if parent is None:
        return

    def look() -> None:
        while os.getppid() == parent and not until.wait(_PARENT_SECONDS):
            pass
        until.set()

    Thread(target=look, name="parent", daemon=True).start()
