"""How fast fresh plans are pushed, as a ratio to a bare client that posts the same kind of transactions.

Two more bare clients tell what the promises of a push cost by themselves: one makes its searches as well,
since a chart is searched before anybody is made in it, and one also keeps the books of `bench.floor`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import local
from time import perf_counter, process_time

import requests

from bench.floor import Floor
from bench.installation import Installation, installed
from bench.plans import fresh_plans
from bench.sink import Sink
from bench.table import Row

WORKERS = 2
_BATCH = 20
_FHIR = {"Content-Type": "application/fhir+json", "Prefer": "return=representation"}
# As our own searches go out: HAPI keeps no result of them.
_SEARCH = {
    "Accept": "application/fhir+json",
    "Cache-Control": "no-cache, no-store",
    "Prefer": "handling=strict",
}
_CLIENTS = {
    "bare": "bare transactions",
    "searching": "bare, with the searches of a push,",
    "keeping": "bare, with its searches, lease, journal and ledger,",
    "ours": "plans pushed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the push of one fresh plan asks of the EHR: its searches, and its transaction."""

    searches: tuple[tuple[str, dict[str, str]], ...]
    body: bytes


class Bare:
    """A client that does of a push what it is told, and nothing else; any thread may use it."""

    def __init__(self, ehr: str, floor: Floor) -> None:
        """Take the server's base URL and where the books are kept."""
        self._ehr = ehr
        self._floor = floor
        self._lines = local()

    def post(self, one: Prepared) -> bytes:
        """Post a transaction, and return its answer."""
        answer = self._session.post(self._ehr, data=one.body, headers=_FHIR, timeout=60)
        answer.raise_for_status()
        return answer.content

    def search_and_post(self, one: Prepared) -> bytes:
        """Search as a push does, then post."""
        for kind, params in one.searches:
            url = f"{self._ehr}/{kind}"
            found = self._session.get(url, params=params, headers=_SEARCH, timeout=60)
            found.raise_for_status()
            if found.json().get("entry"):
                raise RuntimeError(f"a fresh {kind} is in the chart")
        return self.post(one)

    def keep_books(self, one: Prepared) -> None:
        """Search and post, with the books of a push around it."""
        lease = self._floor.lease()
        self._floor.journal(lease, one.body)
        same = self._floor.settle(lease, one.body, self.search_and_post(one))
        self._floor.leave(lease, same=same)

    @property
    def _session(self) -> requests.Session:
        session: requests.Session = self._lines.__dict__.setdefault("session", requests.Session())
        return session


@dataclass(kw_only=True)
class _Taken:
    """What each batch took, in seconds, and in seconds of this process's CPU."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def push_rows(ehr: str, rounds: int) -> Iterator[Row]:
    """Measure batches in turn, bare and ours; the first of each warms up and is not counted."""
    prepared, plans = iter(_prepared(ehr, 3 * _BATCH * (rounds + 1))), fresh_plans()
    taken: dict[str, _Taken] = defaultdict(_Taken)
    with _floor() as floor, installed(ehr) as installation:
        bare = Bare(ehr, floor)
        does = {"bare": bare.post, "searching": bare.search_and_post, "keeping": bare.keep_books}
        for _ in range(rounds + 1):
            for what, do in does.items():
                _together(do, list(islice(prepared, _BATCH)), taken[what])
            ids = [installation.load(one) for one in islice(plans, _BATCH)]
            if len(taken["ours"].seconds) == 1:
                installation.clockwork.seconds.clear()
            _together(installation.push, ids, taken["ours"])
        yield from _told({what: one.seconds[1:] for what, one in taken.items()})
        yield from _of_the_cpu({what: one.cpu[1:] for what, one in taken.items()})
        yield from _split(installation, sum(taken["ours"].seconds[1:]) * WORKERS)


@contextmanager
def _floor() -> Iterator[Floor]:
    with (
        TemporaryDirectory(prefix="tandem-bench-") as folder,
        closing(Floor(Path(folder) / "floor.db")) as floor,
    ):
        yield floor


def _prepared(ehr: str, number: int) -> Iterator[Prepared]:
    """Give what pushes of fresh plans would ask."""
    sink = Sink(keep_last=True)
    with installed(ehr, sink) as installation:
        for fresh in islice(fresh_plans(), number):
            sink.asked.clear()
            installation.push(installation.load(fresh))
            yield Prepared(searches=tuple(sink.asked), body=sink.last)


def _together(do: Callable[..., object], things: Sequence[object], taken: _Taken) -> None:
    since, cpu = perf_counter(), process_time()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(do, things))
    taken.seconds.append(perf_counter() - since)
    taken.cpu.append(process_time() - cpu)


def _told(seconds: dict[str, list[float]]) -> Iterator[Row]:
    how = f"{WORKERS} workers, {len(seconds['ours'])} batches of {_BATCH} in turn"
    for what, taken in seconds.items():
        every = ", every safeguard on" if what == "ours" else ""
        yield Row(f"{_CLIENTS[what]} a second", f"{_BATCH / median(taken):.1f}", how + every)
    said = "median of the batches' ratios"
    yield Row("ratio of push to bare", _ratio(seconds, "bare", "ours"), f"{said}; the goal is 0.8")
    yield Row("ratio of bare with the searches to bare", _ratio(seconds, "bare", "searching"), said)
    yield Row("ratio of bare with searches and books to bare", _ratio(seconds, "bare", "keeping"), said)


def _of_the_cpu(cpu: dict[str, list[float]]) -> Iterator[Row]:
    for what, taken in cpu.items():
        each = 1000 * median(taken) / _BATCH
        yield Row(
            f"CPU of the client: {_CLIENTS[what].rstrip(',')}, ms each",
            f"{each:.1f}",
            "median of the batches",
        )


def _ratio(seconds: dict[str, list[float]], to: str, of: str) -> str:
    ratio = median(one / other for one, other in zip(seconds[to], seconds[of], strict=True))
    return f"{ratio:.2f}"


def _split(installation: Installation, whole: float) -> Iterator[Row]:
    spent = installation.clockwork.seconds
    for what in ("transaction", "other calls of the EHR", "database"):
        yield Row(f"of a push: {what}", f"{100 * spent[what] / whole:.0f} %", "of the workers' time")
    rest = whole - sum(spent.values())
    yield Row("of a push: mapping, checks, the rest", f"{100 * rest / whole:.0f} %", "of the workers' time")
