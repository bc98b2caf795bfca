"""The workers that are alive, and the duties that one of them at a time sees to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One process that carries out jobs; `seen_at` is when it last said that it lives."""

    id: str
    started_at: datetime
    seen_at: datetime


class Workers(Protocol):
    """Heartbeats."""

    def beat(self, worker_id: str, now: datetime) -> None:
        """Note that a worker lives."""

    def all(self) -> tuple[Worker, ...]:
        """Return every worker that has not been noted as gone, by id."""

    def gone(self, worker_id: str) -> None:
        """Note that a worker has ended; what it held is free."""


class Duties(Protocol):
    """What is done again and again, by one worker at a time."""

    def take(self, name: str, holder: str, *, now: datetime, silent_since: datetime) -> bool:
        """Take a duty that is due, unless another worker that has been heard since holds it."""

    def done(self, name: str, holder: str, *, due_at: datetime) -> None:
        """Give a duty back until it is due again, unless another took it over."""
