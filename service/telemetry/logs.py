"""Logging by structlog: readable lines on a terminal, or one JSON object a line."""

import logging
import sys
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from service.telemetry.events import Log


def configure(
    *, as_json: bool, stream: TextIO | None = None, request_id: Callable[[], str] | None = None
) -> Log:
    """Return a log to a stream (standard error by default); each event says for which request it happened."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        renderer,
    ]
    if request_id is not None:
        processors.insert(0, _naming(request_id))
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(file=stream or sys.stderr),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
    )
    return log


def _naming(request_id: Callable[[], str]) -> Processor:
    def name(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("request_id", request_id())
        return event

    return name
