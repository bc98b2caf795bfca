"""How fast fresh plans are pushed, as a ratio to a bare client that posts the same kind of transactions.

Another bare client makes the searches of a push as well: a chart is searched before anybody is made in it.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
_UNCACHED = {"Accept": "application/fhir+json", "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the push of one fresh plan asks of the EHR: its searches, and its transaction."""

    searches: tuple[tuple[str, dict[str, str]], ...]
    body: bytes


def push_rows(ehr: str, rounds: int) -> Iterator[Row]:
    """Measure batches in turn, bare and ours; the first of each warms up and is not counted."""
    prepared, plans, lines = iter(_prepared(ehr, 2 * _BATCH * (rounds + 1))), fresh_plans(), local()

    def post(one: Prepared) -> None:
        session = lines.__dict__.setdefault("session", requests.Session())
        session.post(ehr, data=one.body, headers=_FHIR, timeout=60).raise_for_status()

    def search_and_post(one: Prepared) -> None:
        session = lines.__dict__.setdefault("session", requests.Session())
        for kind, params in one.searches:
            session.get(f"{ehr}/{kind}", params=params, headers=_UNCACHED, timeout=60).raise_for_status()
        post(one)

    seconds: dict[str, list[float]] = {"bare": [], "searching": [], "ours": []}
    with installed(ehr) as installation:
        for _ in range(rounds + 1):
            for what, do in (("bare", post), ("searching", search_and_post)):
                seconds[what].append(_together(do, list(islice(prepared, _BATCH))))
            ids = [installation.load(one) for one in islice(plans, _BATCH)]
            if len(seconds["ours"]) == 1:
                installation.clockwork.seconds.clear()
            seconds["ours"].append(_together(installation.push, ids))
        yield from _told({what: taken[1:] for what, taken in seconds.items()})
        yield from _split(installation, sum(seconds["ours"][1:]) * WORKERS)


def _prepared(ehr: str, number: int) -> Iterator[Prepared]:
    """Give what pushes of fresh plans would ask."""
    sink = Sink(keep_last=True)
    with installed(ehr, sink) as installation:
        for fresh in islice(fresh_plans(), number):
            sink.asked.clear()
            installation.push(installation.load(fresh))
            yield Prepared(searches=tuple(sink.asked), body=sink.last)


def _together(do: Callable[..., object], things: Sequence[object]) -> float:
    since = perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(do, things))
    return perf_counter() - since


def _told(seconds: dict[str, list[float]]) -> Iterator[Row]:
    how = f"{WORKERS} workers, {len(seconds['ours'])} batches of {_BATCH} in turn"
    rates = {what: f"{_BATCH / median(taken):.1f}" for what, taken in seconds.items()}
    yield Row("bare transactions a second", rates["bare"], how)
    yield Row("bare, with the searches of a push, a second", rates["searching"], how)
    yield Row("plans pushed a second", rates["ours"], f"{how}, every safeguard on")
    said = "median of the batches' ratios"
    yield Row("ratio of push to bare", _ratio(seconds, "bare"), f"{said}; the goal is 0.8")
    yield Row("ratio of push to bare with the searches", _ratio(seconds, "searching"), said)


def _ratio(seconds: dict[str, list[float]], to: str) -> str:
    ratio = median(one / other for one, other in zip(seconds[to], seconds["ours"], strict=True))
    return f"{ratio:.2f}"


def _split(installation: Installation, whole: float) -> Iterator[Row]:
    spent = installation.clockwork.seconds
    for what in ("transaction", "other calls of the EHR", "database"):
        yield Row(f"of a push: {what}", f"{100 * spent[what] / whole:.0f} %", "of the workers' time")
    rest = whole - sum(spent.values())
    yield Row("of a push: mapping, checks, the rest", f"{100 * rest / whole:.0f} %", "of the workers' time")
