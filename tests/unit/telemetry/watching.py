"""A watch whose events, numbers and spans a test looks at."""

from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from service.telemetry.opentelemetry_traces import OpenTelemetryTraces
from service.telemetry.registry import Registry
from service.telemetry.watch import Watch


@dataclass
class Watched:
    """Everything that was seen."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    registry: Registry = field(
        default_factory=lambda: Registry(version="1", readings=lambda: (), connections=("default",))
    )

    def info(self, event: str, **fields: object) -> None:
        self.events.append((event, fields))

    def traces(self) -> OpenTelemetryTraces:
        return OpenTelemetryTraces(version="1", processor=SimpleSpanProcessor(self.exporter))

    def watch(self, *, traced: bool = True, **more: Any) -> Watch:
        moments = iter(range(0, 1_000, 2))
        return Watch(
            log=self,
            registry=self.registry,
            traces=self.traces() if traced else None,
            request_id=lambda: "r1",
            stopwatch=lambda: next(moments),
            **more,
        )

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        """The ended spans by name."""
        return {span.name: span for span in self.exporter.get_finished_spans()}

    def counted(self, name: str, *values: str) -> float:
        """The value of one sample, by the values of its labels in the order of the labels' names."""
        for family in text_string_to_metric_families(self.registry.exposition()):
            for sample in family.samples:
                told = tuple(sample.labels[label] for label in sorted(sample.labels))
                if (sample.name, told) == (name, values):
                    return sample.value
        raise LookupError(name)
