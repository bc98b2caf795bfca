"""What the engine complains of, as events: where in it, and what kind of error, never its words."""

import logging

from service.telemetry.events import ENGINE_COMPLAINED, Log, emit


class Complaints(logging.Handler):
    """Turns the engine's own lines into events; their words may quote a database or a server."""

    def __init__(self, worker_id: str, log: Log) -> None:
        super().__init__(level=logging.WARNING)
        self._worker_id = worker_id
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one complaint down."""
        kind = record.exc_info[0] if record.exc_info else None
        emit(
            self._log,
            ENGINE_COMPLAINED,
            worker_id=self._worker_id,
            place=f"{record.filename}:{record.lineno}",
            error=record.levelname.lower() if kind is None else kind.__name__,
        )
