"""How fast fresh plans are pushed, as a ratio to a bare client that posts the same kind of transactions."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from statistics import median
from threading import local
from time import perf_counter

import requests

from bench.installation import Installation, installed
from bench.plans import fresh_plans
from bench.sink import Sink
from bench.table import Row

WORKERS = 2
_BATCH = 20
_FHIR = {"Content-Type": "application/fhir+json", "Prefer": "return=representation"}


def push_rows(ehr: str, rounds: int) -> Iterator[Row]:
    """Measure batches in turn, bare and ours; the first of each warms up and is not counted."""
    prepared = iter(_prepared(ehr, _BATCH * (rounds + 1)))
    plans, lines = fresh_plans(), local()

    def post(body: bytes) -> None:
        session = lines.__dict__.setdefault("session", requests.Session())
        session.post(ehr, data=body, headers=_FHIR, timeout=60).raise_for_status()

    bare: list[float] = []
    ours: list[float] = []
    with installed(ehr) as installation:
        for _ in range(rounds + 1):
            bare.append(_together(post, list(islice(prepared, _BATCH))))
            ids = [installation.load(one) for one in islice(plans, _BATCH)]
            if len(ours) == 1:
                installation.clockwork.seconds.clear()
            ours.append(_together(installation.push, ids))
        yield from _told(bare[1:], ours[1:])
        yield from _split(installation, sum(ours[1:]) * WORKERS)


def _prepared(ehr: str, number: int) -> Iterator[bytes]:
    """Give the transactions that a push of fresh plans would send."""
    sink = Sink(keep_last=True)
    with installed(ehr, sink) as installation:
        for fresh in islice(fresh_plans(), number):
            installation.push(installation.load(fresh))
            yield sink.last


def _together(do: Callable[..., object], things: Sequence[object]) -> float:
    since = perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(do, things))
    return perf_counter() - since


def _told(bare: list[float], ours: list[float]) -> Iterator[Row]:
    ratio = median(one / other for one, other in zip(bare, ours, strict=True))
    how = f"{WORKERS} workers, {len(ours)} batches of {_BATCH} in turn"
    yield Row("bare transactions a second", f"{_BATCH / median(bare):.1f}", how)
    yield Row("plans pushed a second", f"{_BATCH / median(ours):.1f}", f"{how}, every safeguard on")
    yield Row("ratio of push to bare", f"{ratio:.2f}", "median of the batches' ratios; the goal is 0.8")


def _split(installation: Installation, whole: float) -> Iterator[Row]:
    spent = installation.clockwork.seconds
    for what in ("transaction", "other calls of the EHR", "database"):
        yield Row(f"of a push: {what}", f"{100 * spent[what] / whole:.0f} %", "of the workers' time")
    rest = whole - sum(spent.values())
    yield Row("of a push: mapping, checks, the rest", f"{100 * rest / whole:.0f} %", "of the workers' time")
