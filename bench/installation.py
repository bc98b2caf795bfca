"""An installation with a database of its own, whose time is told apart."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from bench.plans import Fresh
from service.application.load_plan import load_plan
from service.application.push_plan import PushPlan
from service.bootstrap import Tandem
from service.settings import Settings
from service.storage.unit_of_work import SqlUnitOfWork, Storage
from service.sync.report import PushReport, Standing


@dataclass
class Clockwork:
    """Seconds by what they were spent on, over all threads."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    lock: Lock = field(default_factory=Lock)

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Count the block's seconds."""
        since = perf_counter()
        try:
            yield
        finally:
            with self.lock:
                self.seconds[what] += perf_counter() - since


class TimedEhr:
    """An `Ehr` whose calls are timed."""

    def __init__(self, ehr: Any, clockwork: Clockwork) -> None:
        self._ehr = ehr
        self._clockwork = clockwork

    def __getattr__(self, name: str) -> Any:
        called = getattr(self._ehr, name)

        def timed(*given: Any, **named: Any) -> Any:
            with self._clockwork.timing("transaction" if name == "transact" else "other calls of the EHR"):
                found = called(*given, **named)
                return iter(list(found)) if name == "search" else found

        return timed


class TimedStorage(Storage):
    """A storage whose units of work are timed."""

    def __init__(self, url: str, clockwork: Clockwork) -> None:
        super().__init__(url)
        self._clockwork = clockwork

    def begin(self, *, write: bool = True) -> SqlUnitOfWork:
        """Open a unit of work that counts its seconds."""
        return _TimedWork(super().begin(write=write), self._clockwork)  # type: ignore[return-value]  # it passes everything on


class _TimedWork:
    def __init__(self, work: SqlUnitOfWork, clockwork: Clockwork) -> None:
        self._work = work
        self._timing = clockwork.timing("database")

    def __enter__(self) -> Self:
        self._timing.__enter__()
        self._work.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work.__exit__(kind, error, trace)
        self._timing.__exit__(None, None, None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A service on a database in a folder that goes when the block ends."""

    tandem: Tandem
    clockwork: Clockwork

    def load(self, fresh: Fresh) -> str:
        """Keep a plan with its people, and give its id."""
        load_plan(fresh.plan, fresh.people, author="bench", ports=self.tandem.plans)
        return fresh.plan.id

    def push(self, plan_id: str) -> PushReport:
        """Push a plan; it must end in step."""
        report = self.tandem.push(PushPlan(plan_id=plan_id))
        if report.standing is not Standing.IN_STEP:
            raise RuntimeError(f"{plan_id}: {report.standing} {report.counts}")
        return report


@contextmanager
def installed(ehr_url: str, ehr: Any = None) -> Iterator[Installation]:
    """Give an installation with every safeguard on; `ehr` stands in for the one at the URL."""
    with TemporaryDirectory(prefix="tandem-bench-") as folder, installed_in(folder, ehr_url, ehr) as made:
        yield made


@contextmanager
def installed_in(folder: str | Path, ehr_url: str, ehr: Any = None) -> Iterator[Installation]:
    """Give an installation whose database stays in the folder, for another process to open."""
    clockwork = Clockwork()
    url = f"sqlite:///{Path(folder) / 'bench.db'}"
    settings = Settings(
        database_url=url,
        ehr_url=ehr_url,
        ehr_mode="write",
        ehr_sandbox=True,
        log_json=True,
        worker="off",
    )
    tandem = Tandem(settings=settings, log_to=_Nowhere())
    tandem.upgrade()
    tandem.__dict__["storage"] = TimedStorage(url, clockwork)
    tandem.__dict__["ehr"] = TimedEhr(ehr or tandem.ehr, clockwork)
    yield Installation(tandem=tandem, clockwork=clockwork)
    tandem.database.close()


class _Nowhere(StringIO):
    """A stream that keeps nothing; what is written to it is made all the same."""

    def write(self, text: str, /) -> int:
        """Lose a text."""
        return len(text)
