"""Carries notifications to subscribers on this machine, one after the other, beside the server's answers."""

from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Lock, Thread
from urllib.parse import urlsplit

from service.sandbox.subscriptions import Notification

_PATIENCE = 10.0


class Hooks:
    """Sends in a thread of its own, begun by the first notification; what fails is not tried again."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Notification] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def send(self, notification: Notification) -> None:
        """Sends a notification soon; one to another machine is dropped."""
        if not is_near(notification.url):
            return
        self._queue.put(notification)
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            # A subscriber that is away or talks nonsense keeps nobody else from being told.
            with suppress(OSError, HTTPException, ValueError):
                _deliver(self._queue.get())


def is_near(url: str) -> bool:
    """Tells whether an endpoint is plain HTTP on this machine: the sandbox calls nobody else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def _deliver(notification: Notification) -> None:
    parts = urlsplit(notification.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(HTTPConnection(str(parts.hostname), parts.port or 80, timeout=_PATIENCE)) as line:
        line.request(notification.method, path, notification.body, dict(notification.headers))
        line.getresponse().read()
