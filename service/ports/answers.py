"""Answers to requests that carry an Idempotency-Key, kept so that the same request has its effect once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that may come again: who asks what under which key; `fingerprint` digests all it says."""

    principal: str
    operation: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What a request was answered; `fingerprint` is that request's."""

    fingerprint: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


class Answers(Protocol):
    """One answer for each principal, operation and key, until it expires."""

    def find(self, asked: Asked, *, now: datetime) -> KeptAnswer | None:
        """Return the answer that is kept under the key, whatever the request was."""

    def reserve(self, asked: Asked, *, now: datetime, until: datetime) -> KeptAnswer | None:
        """Take the key for this unit of work and return None, or return the answer that is kept under it.

        Where somebody else has taken it and is not done, this waits, and raises `StorageBusy` in the end.
        """

    def keep(self, asked: Asked, answer: KeptAnswer) -> None:
        """Keep the answer under the key that this unit of work has reserved."""
