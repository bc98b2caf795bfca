"""Who may tell us that a chart has changed: tokens in the address that a server's notifications go to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One token that was given to a server, by its digest; nothing is heard of one that has ended."""

    digest: str
    connection_id: str
    made_at: datetime
    ended_at: datetime | None = None


class Hooks(Protocol):
    """Every hook there ever was."""

    def put(self, hook: Hook) -> None:
        """Keep a hook, new or ended."""

    def all(self) -> tuple[Hook, ...]:
        """Return every hook that has not ended, by digest."""
