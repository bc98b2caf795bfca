"""Traces, where they are wanted: one span for each request, use case and call of the EHR."""

from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Protocol

from service.telemetry.spans import Span


class OpenSpan(Protocol):
    """A span that is under way."""

    @property
    def traceparent(self) -> str | None:
        """The W3C traceparent that names it to others; None where nothing is traced."""

    def note(self, **attributes: str | int) -> None:
        """Note attributes; raises `UnlistedAttribute`."""

    def fail(self) -> None:
        """Mark it as failed."""


class Traces(Protocol):
    """Where spans go."""

    def span(self, span: Span, *, called: str, parent: str | None = None) -> AbstractContextManager[OpenSpan]:
        """Open a span below the one that is under way, or below the traceparent of a caller.

        `called` is from a closed list too, such as the name of an operation.
        """


class Untraced:
    """Traces nothing."""

    traceparent: str | None = None

    def span(self, span: Span, **told: str | None) -> AbstractContextManager[OpenSpan]:  # noqa: ARG002  the protocol's signature
        """Open no span."""
        return nullcontext(self)

    def note(self, **attributes: str | int) -> None:
        """Note nothing."""

    def fail(self) -> None:
        """Mark nothing."""


def can_trace() -> bool:
    """Tell whether the packages of the extra `traces` are installed."""
    needed = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")
    return all(_found(one) for one in needed)


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False
