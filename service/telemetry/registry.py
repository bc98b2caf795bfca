"""The metrics of one application, by prometheus-client; each application has a registry of its own."""

import platform
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from service.telemetry.metrics import BUILD, METRICS, Kind, Metric, Reading

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# A chart's transaction takes tens of milliseconds to seconds; an answer is waited for 30 s by default.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_Readings: TypeAlias = Callable[[], Iterable[Reading]]
_Made: TypeAlias = Counter | Histogram


class UnlistedLabel(ValueError):
    """A metric was given other labels than its own: a mistake in the code."""


class Registry:
    """Counts and times; `readings` are taken at every exposition."""

    def __init__(self, *, version: str, readings: _Readings, connections: tuple[str, ...] = ()) -> None:
        """Make every metric; counters whose labels are known stand at 0, so that a first event shows."""
        self._registry = CollectorRegistry(auto_describe=False)
        self._made = {one: self._make(one) for one in METRICS if not one.later}
        for metric, made in self._made.items():
            for labels in metric.combinations(connections):
                made.labels(**labels)
        self._registry.register(_Later(version, readings))
        ProcessCollector(registry=self._registry)

    def count(self, metric: Metric, *, by: int = 1, **labels: str) -> None:
        """Count something that happened; raises `UnlistedLabel`."""
        counter = self._made[metric].labels(**_fitted(metric, labels))
        if isinstance(counter, Counter):
            counter.inc(by)

    def time(self, metric: Metric, seconds: float, **labels: str) -> None:
        """Note how long something took; raises `UnlistedLabel`."""
        histogram = self._made[metric].labels(**_fitted(metric, labels))
        if isinstance(histogram, Histogram):
            histogram.observe(seconds)

    def exposition(self) -> str:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry).decode()

    def _make(self, metric: Metric) -> _Made:
        names = [label.name for label in metric.labels]
        if metric.kind is Kind.COUNTER:
            return Counter(metric.name, metric.meaning, names, registry=self._registry)
        return Histogram(metric.name, metric.meaning, names, registry=self._registry, buckets=_BUCKETS)


class _Later(Collector):
    """What is read when it is asked for."""

    def __init__(self, version: str, readings: _Readings) -> None:
        self._build = Reading(metric=BUILD, value=1, labels=(version, platform.python_version()))
        self._readings = readings

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give each metric with its values."""
        found = (self._build, *self._readings())
        for metric in (one for one in METRICS if one.later):
            names = [label.name for label in metric.labels]
            family = GaugeMetricFamily(metric.name, metric.meaning, labels=names)
            for reading in (one for one in found if one.metric is metric):
                given = dict(zip(names, reading.labels, strict=True))
                family.add_metric(list(_fitted(metric, given).values()), reading.value)
            yield family


def _fitted(metric: Metric, labels: dict[str, str]) -> dict[str, str]:
    if labels.keys() != {label.name for label in metric.labels}:
        raise UnlistedLabel(f"{metric.name} has other labels than {', '.join(sorted(labels))}")
    return {label.name: label.fitted(labels[label.name]) for label in metric.labels}
