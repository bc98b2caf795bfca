"""A thousand small plans, workers that can be killed, and what is looked at afterwards."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine, func, select

from service.application.load_plan import load_plan
from service.application.sync_status import sync_status
from service.bootstrap import Tandem
from service.domain.concept import Identifier
from service.domain.plan import Plan
from service.mapping.references import DEFAULT_IDENTIFIER_SYSTEM
from service.settings import Settings
from service.storage.database import open_engine
from service.storage.tables import passes
from service.sync.report import Standing
from tests.builders import PSYCHIATRIST, THERAPIST, a_goal, a_patient, a_plan, the_patient_in_the_team
from tests.e2e.shell import TANDEM, Shell, fetched

_LOOK_SECONDS = 0.2
# Shorter than a job takes.
_GLANCE_SECONDS = 0.01
# Longer than a write of unknown outcome waits to be sent again.
_PATIENCE_SECONDS = 150


def an_id(kind: str, number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{kind}-{number}"))


def a_tiny_plan(number: int) -> Plan:
    """A goal of a patient: each resource of it is one of a kind."""
    patient = a_patient(
        id=an_id("patient", number), identifiers=(Identifier(system="urn:example:mrn", value=f"K-{number}"),)
    )
    return a_plan(
        id=an_id("plan", number),
        patient=patient,
        conditions=(),
        therapies=(),
        medications=(),
        care_team=(the_patient_in_the_team(id=an_id("member", number)),),
        goals=(a_goal(id=an_id("goal", number), target=None),),
    )


@dataclass
class Killed:
    """A worker that was killed: when, and what it was at."""

    at: datetime
    plans: frozenset[str]


@dataclass
class Workplace:
    """A database, a chart and the workers between them."""

    shell: Shell
    tandem: Tandem
    number: int
    engine: Engine
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)
    kills: list[Killed] = field(default_factory=list)
    files: list[TextIO] = field(default_factory=list)

    def load(self) -> None:
        """Keeps the plans; each commit asks for its pass."""
        self.tandem.upgrade()
        for number in range(self.number):
            load_plan(a_tiny_plan(number), (PSYCHIATRIST, THERAPIST), author="e2e", ports=self.tandem.plans)

    def hire(self) -> int:
        """Starts a worker, and gives its place."""
        log = self.shell.folder / f"worker-{len(self.logs)}.log"
        file = log.open("w")
        self.workers.append(
            subprocess.Popen(
                [*TANDEM, "worker"],
                cwd=self.shell.folder,
                env=self.shell.environment({"TANDEM_LOG_JSON": "true"}),
                stderr=file,
                text=True,
            )
        )
        self.logs.append(log)
        self.files.append(file)
        return len(self.logs) - 1

    def kill(self, place: int) -> None:
        """Ends a worker in the middle of a job as the kernel does, with no word to it."""
        worker = self.workers[place]
        self._stop_at_work(worker, place)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        at = datetime.now(UTC)  # noqa: TID251  compared with what the workers' own clocks say
        self.kills.append(Killed(at, self._in_hand(place)))

    def _stop_at_work(self, worker: subprocess.Popen[str], place: int) -> None:
        """Holds a worker still while it has a job in hand; between two jobs it goes on for a moment."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            worker.send_signal(signal.SIGSTOP)
            os.waitpid(worker.pid, os.WUNTRACED)
            if self._in_hand(place):
                return
            worker.send_signal(signal.SIGCONT)
            assert time.monotonic() < end, "a worker was never seen at work"
            time.sleep(_GLANCE_SECONDS)

    def _in_hand(self, place: int) -> frozenset[str]:
        said = self.events(place)
        begun = {one["job_id"]: one["plan_id"] for one in said if one["event"] == "job.begun"}
        ended = {one["job_id"] for one in said if one["event"] == "job.ended"}
        return frozenset(plan for job, plan in begun.items() if job not in ended)

    def events(self, place: int) -> list[dict[str, Any]]:
        """Gives what a worker logged; the last line of one that was killed may be half a line."""
        lines = self.logs[place].read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def wait_for(self, done: int) -> None:
        """Waits until so many plans are in step, as long as any comes into step."""
        seen, end = 0, time.monotonic() + _PATIENCE_SECONDS
        while (found := self.in_step()) < done:
            if found > seen:
                seen, end = found, time.monotonic() + _PATIENCE_SECONDS
            assert time.monotonic() < end, f"{found} of {done} plans are in step, and nothing moves"
            time.sleep(_LOOK_SECONDS)

    def in_step(self) -> int:
        """Counts in one question: a test that asks for each plan takes the machine from the workers."""
        with self.engine.connect() as connection:
            found = select(func.count()).select_from(passes).where(passes.c.standing == Standing.IN_STEP)
            return connection.scalar(found) or 0

    def check(self) -> None:
        """Nothing is lost and nothing stands twice: each revision is in the chart, each resource once."""
        for number in range(self.number):
            status = sync_status(an_id("plan", number), ports=self.tandem.plans)
            assert status.in_step, status
        for kind, number in (
            ("Patient", self.number),
            ("CarePlan", self.number),
            ("Goal", self.number),
            ("Practitioner", 1),
        ):
            every = identifiers(f"{self.tandem.ehr_url}/{kind}?_count=500")
            held = Counter(one for one in every if one.startswith(DEFAULT_IDENTIFIER_SYSTEM))
            assert [one for one, times in held.items() if times > 1] == []
            assert len(held) == number, kind

    def slowest_rescue(self) -> float:
        """Gives how many seconds the plans in the hands of the killed waited until somebody took them up."""
        said = [one for place in range(len(self.logs)) for one in self.events(place)]
        begun = [
            (one["plan_id"], datetime.fromisoformat(one["timestamp"]))
            for one in said
            if one["event"] == "job.begun"
        ]
        waits = [
            min((at - kill.at).total_seconds() for plan, at in begun if plan == plan_id and at > kill.at)
            for kill in self.kills
            for plan_id in kill.plans
        ]
        return max(waits, default=0)


def identifiers(url: str | None) -> Iterator[str]:
    """Gives the identifiers of every resource of a search."""
    while url:
        bundle = fetched(url)
        for entry in bundle.get("entry", ()):
            for one in entry["resource"]["identifier"]:
                yield f"{one['system']}|{one['value']}"
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)


@contextmanager
def workplace(shell: Shell, database_url: str, number: int) -> Iterator[Workplace]:
    """Gives a workplace beside the chart that the shell names; its workers end with the block."""
    shell.settings |= {"TANDEM_DATABASE_URL": database_url, "TANDEM_EHR_ANSWER_SECONDS": "10"}
    settings = Settings(
        database_url=database_url,
        ehr_url=shell.settings["TANDEM_EHR_URL"],
        ehr_mode="write",
        ehr_sandbox=True,
    )
    tandem, engine = Tandem(settings=settings, log_to=StringIO()), open_engine(database_url)
    place = Workplace(shell, tandem, number, engine)
    try:
        yield place
    finally:
        for one in place.workers:
            one.kill()
            one.wait()
        for file in place.files:
            file.close()
        engine.dispose()
        tandem.database.close()
