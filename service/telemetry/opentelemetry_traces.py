"""Traces by OpenTelemetry: an optional package, so only whoever wants traces imports this module.

The standard OTEL_ variables say where spans go (OTLP over HTTP) and how many are kept; the SDK reads them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.telemetry.spans import Side, Span, check

_KINDS = {Side.SERVER: SpanKind.SERVER, Side.INTERNAL: SpanKind.INTERNAL, Side.CLIENT: SpanKind.CLIENT}
_PARENT = "traceparent"
# The names that OpenTelemetry's conventions have for what HTTP shares; everything else is ours.
_STANDARD = {"method": "http.request.method", "status": "http.response.status_code"}


class OpenTelemetryTraces:
    """`service.telemetry.traces.Traces` with a tracer of its own."""

    def __init__(self, *, version: str, processor: SpanProcessor) -> None:
        """Take the version of the service, and what becomes of ended spans."""
        self._provider = TracerProvider(resource=_resource(version))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("tandem", version)
        self._propagator = TraceContextTextMapPropagator()

    @classmethod
    def exporting(cls, version: str) -> Self:
        """Return traces that go in batches where the OTEL_ variables say."""
        return cls(version=version, processor=BatchSpanProcessor(OTLPSpanExporter()))

    @contextmanager
    def span(self, span: Span, *, called: str, parent: str | None = None) -> Iterator["_Open"]:
        """Open a span below the one that is under way, or below the traceparent of a caller."""
        # An exception's message may quote a record, so none is recorded.
        with self._tracer.start_as_current_span(
            f"{span.name} {called}".strip(),
            context=None if parent is None else self._context(parent),
            kind=_KINDS[span.side],
            record_exception=False,
            set_status_on_exception=False,
        ) as started:
            yield _Open(span, started, self._traceparent())

    def _context(self, parent: str) -> Context:
        """Read the caller's traceparent; its tracestate could hold anything and is left where it is."""
        return self._propagator.extract({_PARENT: parent}, context=Context())

    def _traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(_PARENT)


class _Open:
    def __init__(self, kind: Span, started: trace.Span, traceparent: str | None) -> None:
        self._kind = kind
        self._started = started
        self.traceparent = traceparent

    def note(self, **attributes: str | int) -> None:
        """Note attributes; raises `UnlistedAttribute`."""
        check(self._kind, attributes)
        for name, value in attributes.items():
            self._started.set_attribute(_STANDARD.get(name, f"tandem.{name}"), value)

    def fail(self) -> None:
        """Mark it as failed, without saying why: words may quote a record."""
        self._started.set_status(Status(StatusCode.ERROR))


def _resource(version: str) -> Resource:
    told = Resource.create({"service.version": version})
    named = str(told.attributes.get(SERVICE_NAME, ""))
    return told.merge(Resource({SERVICE_NAME: "tandem"})) if named.startswith("unknown_service") else told
