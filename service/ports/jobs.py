"""Work for the worker: it is asked for in the very commit that makes it necessary, and done soon after."""

from collections.abc import Iterable
from typing import Protocol


class Jobs(Protocol):
    """What is to be done soon; where no worker is configured, asking for it does nothing."""

    def wake(self, connection_id: str, plan_ids: Iterable[str]) -> None:
        """Ask for a pass over each plan; one that waits already serves all who ask before it begins."""
