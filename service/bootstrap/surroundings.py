"""The machine's clock and random ids: what tests put their own in place of."""

from datetime import UTC, datetime
from uuid import uuid4  # noqa: TID251  here ids are made


class SystemClock:
    """The machine's clock, in whole seconds."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  here the clock is made


class RandomIds:
    """Random UUIDs."""

    def new(self) -> str:
        """Return a fresh UUID."""
        return str(uuid4())
