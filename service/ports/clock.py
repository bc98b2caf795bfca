"""Time and new ids: both come from outside, so that rules and tests can name them."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware and in whole seconds, as plans record it."""


class Ids(Protocol):
    """Names for new things."""

    def new(self) -> str:
        """Return an id that nothing has yet: at most 64 letters, digits, '-' or '.'."""
