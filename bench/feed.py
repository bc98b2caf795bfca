"""What reading the chart costs: a quiet comparison against a bare client, and a pass over what changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Any

import requests

from bench.installation import Installation, installed
from bench.plans import fresh_plans
from bench.table import Row
from service.application.sweep_chart import SweepChart, sweep_chart
from service.application.sync_plan import SyncPlan
from service.bootstrap import Tandem
from service.settings import Settings

_WORKERS = 2
_ROUNDS = 3
# A pass reads each plan by itself, in some twenty requests.
_PASSED = 100
_WRITING = frozenset({"write", "transact"})
_FHIR = {"Accept": "application/fhir+json", "Cache-Control": "no-cache"}


class Recorder:
    """An `Ehr` that notes each search, and counts the calls and the writes among them."""

    def __init__(self, ehr: Any) -> None:
        self._ehr = ehr
        self.searches: list[tuple[str, dict[str, str]]] = []
        self.calls = 0
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        self.writes += name in _WRITING
        return getattr(self._ehr, name)

    def search(self, kind: str, params: dict[str, str]) -> Any:
        """Note a search, and make it."""
        self.calls += 1
        self.searches.append((kind, params))
        return self._ehr.search(kind, params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart in which plans are in step, and who reads it."""

    ehr: str
    installation: Installation
    recorder: Recorder
    ids: list[str]


def feed_rows(ehr: str, number: int) -> Iterator[Row]:
    """Measure with so many plans in the chart."""
    recorder = Recorder(Tandem(settings=Settings(ehr_url=ehr, ehr_sandbox=True)).ehr)
    with installed(ehr, recorder) as installation:
        ids = [installation.load(one) for one in islice(fresh_plans(), number)]
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(installation.push, ids))
        tandem = installation.tandem
        tandem.reading.poll()
        _passes(installation)
        chart = Chart(ehr=ehr, installation=installation, recorder=recorder, ids=ids)
        yield from _quiet(chart)
        yield from _changed(chart)
        yield from _unchanged(chart)


def _quiet(chart: Chart) -> Iterator[Row]:
    tandem, recorder = chart.installation.tandem, chart.recorder
    report = sweep_chart(SweepChart(), tandem.reading.run())
    ours, bare = [], []
    recorder.writes = 0
    for _ in range(_ROUNDS):
        recorder.searches.clear()
        since = perf_counter()
        report = sweep_chart(SweepChart(), tandem.reading.run())
        ours.append(perf_counter() - since)
        if report.changed:
            raise RuntimeError("a quiet chart changed")
        bare.append(_read_bare(chart.ehr, recorder.searches))
    ratio = median(one / other for one, other in zip(ours, bare, strict=True))
    how = f"{len(chart.ids)} plans, {report.compared} resources, {len(recorder.searches)} searches"
    yield Row("comparing everything, s", f"{median(ours):.2f}", how)
    yield Row("ratio of it to a bare client", f"{ratio:.2f}", "which reads the same pages; the goal is 1.5")
    yield _none_written(recorder, "writes of comparing everything", f"in {_ROUNDS} comparisons, as above")


def _none_written(recorder: Recorder, what: str, how: str) -> Row:
    """Tell that nothing was written; raises `RuntimeError` when something was."""
    if recorder.writes:
        raise RuntimeError(f"{what}: {recorder.writes}")
    return Row(what, "0", how)


def _read_bare(ehr: str, searches: list[tuple[str, dict[str, str]]]) -> float:
    since = perf_counter()
    with requests.Session() as session:
        for kind, params in searches:
            url, asked = f"{ehr}/{kind}", dict(params)
            while url:
                page = session.get(url, params=asked, headers=_FHIR, timeout=60).json()
                url, asked = _next(page), {}
    return perf_counter() - since


def _next(page: Any) -> str:
    return next((one["url"] for one in page.get("link", []) if one["relation"] == "next"), "")


def _changed(chart: Chart) -> Iterator[Row]:
    """Measure a poll with its passes, with nothing, 1 %, 10 % and all of the plans changed in the chart."""
    installation, ids = chart.installation, chart.ids
    for share in (0, 0.01, 0.1, 1):
        some = ids[: round(len(ids) * share)]
        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(lambda one: _edit(installation, chart.ehr, one), some))
        chart.recorder.calls = 0
        since = perf_counter()
        installation.tandem.reading.poll()
        done = _passes(installation)
        seconds = perf_counter() - since
        if done != len(some):
            raise RuntimeError(f"{done} passes for {len(some)} changes")
        how = f"of {len(ids)} plans, {chart.recorder.calls} calls of the EHR"
        yield Row(f"a pass with {len(some)} changed in the chart, s", f"{seconds:.2f}", how)


def _unchanged(chart: Chart) -> Iterator[Row]:
    """Pass over plans that nobody has changed since their last pass."""
    some, recorder = chart.ids[:_PASSED], chart.recorder
    recorder.calls = recorder.writes = 0
    since = perf_counter()
    for plan_id in some:
        chart.installation.tandem.push(SyncPlan(plan_id=plan_id))
    each = (perf_counter() - since) / len(some)
    how = f"{len(some)} plans in turn, {recorder.calls / len(some):.0f} calls of the EHR for each"
    yield Row("a pass over a plan that nobody changed, ms", f"{1000 * each:.0f}", how)
    yield _none_written(recorder, "writes of passes over plans that nobody changed", f"{len(some)} plans")


def _edit(installation: Installation, ehr: str, plan_id: str) -> None:
    with installation.tandem.database.begin(write=False) as work:
        (entry,) = work.ledger.many("default", [("CarePlan", plan_id)], plan_id=plan_id)
    url = f"{ehr}/CarePlan/{entry.remote_id}"
    held = requests.get(url, timeout=60).json()
    held["title"] = f"Changed in the chart, version {held['meta']['versionId']}"
    requests.put(
        url, json=held, headers={"Content-Type": "application/fhir+json"}, timeout=60
    ).raise_for_status()


def _passes(installation: Installation) -> int:
    due = installation.tandem.reading.due()
    for plan_id in due:
        installation.tandem.push(SyncPlan(plan_id=plan_id))
    return len(due)
