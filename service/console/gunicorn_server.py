"""gunicorn, told by us alone: one worker of several threads, no file of settings and no access log."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types

from service.console.patient_worker import PatientWorker
from service.telemetry.events import Log

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_THREADS = 8
# A push waits for the EHR, with its retries; a worker that is silent for longer is taken for dead.
_SILENCE_SECONDS = 120
# How long a connection on which nothing is asked stays open; it holds no thread.
_IDLE_SECONDS = 5
_LONGEST_LINE = 8190
_MOST_HEADERS = 100


class _Server(BaseApplication):  # type: ignore[misc]  # its base is untyped
    def __init__(self, make: Callable[[], "WSGIApplication"], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options; there is no command line and no file to read."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        """Make the application in the worker, so that no connection to a database is shared with it."""
        return self._make()


def serve_with_gunicorn(
    make: Callable[[], "WSGIApplication"], place: tuple[str, int], *, patience: float, log: Log
) -> None:
    """Serve until the process is told to end; `patience` is how many seconds a request has to arrive."""
    host, port = place
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = {
        "bind": address,
        "worker_class": type("Worker", (PatientWorker,), {"patience": patience, "events": log}),
        "workers": 1,
        "threads": _THREADS,
        "timeout": _SILENCE_SECONDS,
        "keepalive": _IDLE_SECONDS,
        "limit_request_line": _LONGEST_LINE,
        "limit_request_fields": _MOST_HEADERS,
        "limit_request_field_size": _LONGEST_LINE,
        "loglevel": "warning",
        "proc_name": "tandem",
    }
    _Server(make, options).run()
