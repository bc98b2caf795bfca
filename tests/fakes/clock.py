"""Time that stands still until it is moved, and ids that count."""

from datetime import UTC, datetime, timedelta

_MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


class StillClock:
    """A clock that a test moves."""

    def __init__(self, start: datetime = _MORNING) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def forward(self, step: timedelta) -> None:
        self._now += step


class CountingIds:
    """Ids in the order in which they were asked for: `id-1`, `id-2`."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"
