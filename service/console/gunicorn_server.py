"""gunicorn, told by us alone: one worker of several threads, no file of settings and no access log."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_THREADS = 8
# A push waits for the EHR, with its retries; a worker that is silent for longer is taken for dead.
_SILENCE_SECONDS = 120


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


def serve_with_gunicorn(make: Callable[[], "WSGIApplication"], host: str, port: int) -> None:
    """Serve until the process is told to end."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = {
        "bind": address,
        "worker_class": "gthread",
        "workers": 1,
        "threads": _THREADS,
        "timeout": _SILENCE_SECONDS,
        "loglevel": "warning",
        "proc_name": "tandem",
    }
    _Server(make, options).run()
