"""The last pass over each plan: which revision it brought into the chart, when, and how both stood then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPass:
    """How plan and chart stood at the end of the last pass (`standing` as in a report), and when it was."""

    connection_id: str
    plan_id: str
    revision: int
    standing: str
    ended_at: datetime


class Passes(Protocol):
    """One row for each connection and plan."""

    def put(self, last: LastPass) -> None:
        """Keep how a pass ended."""

    def get(self, connection_id: str, plan_id: str) -> LastPass | None:
        """Return how the last pass ended, if there ever was one."""
