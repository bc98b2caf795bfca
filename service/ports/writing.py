"""The one switch that stops all writing into charts: kept where every process of an installation sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether writing is stopped, since when, by whom and why; as it is made, nobody has ever stopped it.

    `reason` is an operator's own words, for operators: it stands in no log, metric or report of an item.
    """

    stopped: bool = False
    reason: str | None = None
    by: str | None = None
    since: datetime | None = None


class Writing(Protocol):
    """Where the switch is kept."""

    def get(self) -> Switch:
        """Return the switch as it stands."""

    def put(self, switch: Switch) -> None:
        """Turn the switch."""
