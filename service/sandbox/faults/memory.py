"""What one armed fault remembers from request to request."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from service.sandbox.store import Store
from service.sandbox.wire import Incoming

Search: TypeAlias = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """When a search was made, and how many versions the chart had."""

    at: datetime
    versions: int


@dataclass(slots=True, kw_only=True)
class Memory:
    """The token that expired, the moment that stands still, the other server's chart, the cached searches."""

    token: str | None = None
    moment: datetime | None = None
    other: Store | None = None
    searches: dict[Search, Found] = field(default_factory=dict)


def search_of(incoming: Incoming) -> Search:
    """Gives what makes two searches the same."""
    return incoming.segments, tuple(sorted(incoming.query))
