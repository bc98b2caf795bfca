"""Logging by structlog: readable lines on a terminal, or one JSON object a line."""

import sys
from typing import TextIO

import structlog

from service.telemetry.events import Log


def configure(*, as_json: bool, stream: TextIO | None = None) -> Log:
    """Set up logging to a stream (standard error by default) and return the log."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    log: Log = structlog.get_logger()
    return log
