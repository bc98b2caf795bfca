"""One worker: it says that it lives, carries out jobs, sees to duties, and takes over from the dead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from service.application.look_after import (
    BEAT_SECONDS,
    CarePorts,
    beat,
    find_lost,
    gone,
    living,
    silent,
    wake_due,
)
from service.ports.clock import Clock
from service.ports.jobs import Job
from service.ports.storage import Storage
from service.telemetry.events import (
    JOB_BEGUN,
    JOB_ENDED,
    JOBS_TAKEN_OVER,
    WORKER_ENDED,
    WORKER_STARTED,
    Log,
    emit,
)
from service.worker.complaints import Complaints
from service.worker.engine import Engine
from service.worker.rounds import Duty, RoundPorts, Rounds

# What runs when a worker is told to end has this long; what does not make it is taken over.
_PATIENCE_SECONDS = 20
_KEEP_OVER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPorts:
    """What a worker needs; `carry_out` does a job and returns a code, `duties` are what else it sees to."""

    id: str
    url: str
    storage: Storage
    clock: Clock
    log: Log
    at_once: int
    carry_out: Callable[[Job], str]
    duties: tuple[Duty, ...] = ()


class Worker:
    """A worker of this process: a process has one at most."""

    def __init__(self, ports: WorkerPorts) -> None:
        self._ports = ports
        self._engine = Engine(ports.url, ports.id, at_once=ports.at_once)
        self._care = CarePorts(storage=ports.storage, clock=ports.clock)
        round_ports = RoundPorts(storage=ports.storage, clock=ports.clock, log=ports.log, worker_id=ports.id)
        self._heart = Rounds(
            (Duty(name="beat", seconds=BEAT_SECONDS, act=self._beat, alone=False),), round_ports
        )
        self._rounds = Rounds((*self._own_duties(), *ports.duties), round_ports)

    def run(self, until: Event) -> None:
        """Work until the event is set; what runs then is finished, or left to others."""
        ports = self._ports
        # Before it holds a job: a holder that nobody has heard of counts as dead.
        beat(ports.id, ports.storage, ports.clock.now())
        self._heart.start()
        try:
            self._engine.launch(self._carry_out, Complaints(ports.id, ports.log))
            kind = "sqlite" if ports.url.startswith("sqlite") else "postgresql"
            emit(ports.log, WORKER_STARTED, worker_id=ports.id, database=kind, at_once=ports.at_once)
            self._rounds.start()
            until.wait()
        finally:
            self._end()

    def _end(self) -> None:
        ports = self._ports
        self._rounds.stop(patience=1)
        self._engine.stop(patience=_PATIENCE_SECONDS)
        self._heart.stop(patience=BEAT_SECONDS)
        gone([ports.id], ports.storage)
        emit(ports.log, WORKER_ENDED, worker_id=ports.id)

    def _own_duties(self) -> tuple[Duty, ...]:
        return (
            Duty(name="take-over", seconds=BEAT_SECONDS, act=self._take_over, alone=False),
            Duty(name="due", seconds=1, act=lambda: wake_due(self._care), alone=False),
            Duty(name="lost", seconds=60, act=lambda: find_lost(self._care, unknown=self._engine.unknown)),
            Duty(name="tidy", seconds=3600, act=self._tidy),
        )

    def _beat(self) -> int:
        beat(self._ports.id, self._ports.storage, self._ports.clock.now())
        return 0

    def _take_over(self) -> int:
        """Let the jobs of workers that fell silent begin anew; what holds jobs and never beat is one."""
        ports = self._ports
        # Asked first: a worker that begins in between is heard of before it holds a job.
        holders = self._engine.holders()
        known = living(ports.storage)
        dead = set(silent(known, ports.clock.now())) | (holders - {one.id for one in known})
        dead.discard(ports.id)
        for one in sorted(dead):
            jobs = self._engine.take_over([one])
            emit(ports.log, JOBS_TAKEN_OVER, worker_id=ports.id, silent=one, jobs=jobs)
        if dead:
            gone(dead, ports.storage)
        return len(dead)

    def _tidy(self) -> int:
        return self._engine.forget(self._ports.clock.now() - _KEEP_OVER)

    def _carry_out(self, job: Job) -> str:
        ports = self._ports
        whose = {"worker_id": ports.id, "job_id": job.id, "plan_id": job.plan_id}
        emit(ports.log, JOB_BEGUN, connection_id=job.connection_id, **whose)
        came_of_it = ports.carry_out(job)
        emit(ports.log, JOB_ENDED, connection_id=job.connection_id, came_of_it=came_of_it, **whose)
        return came_of_it
