"""Jobs as part of a unit of work: whoever runs them gets them in the same commit."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from sqlalchemy import Connection

# (the open transaction, connection id, plan id): makes the job durable within that transaction.
Enqueue: TypeAlias = Callable[[Connection, str, str], None]


class SqlJobs:
    """`service.ports.jobs.Jobs` over whatever the worker offers."""

    def __init__(self, connection: Connection, enqueue: Enqueue | None) -> None:
        self._connection = connection
        self._enqueue = enqueue

    def wake(self, connection_id: str, plan_ids: Iterable[str]) -> None:
        """Ask for a pass over each plan; one that waits already serves all who ask before it begins."""
        if self._enqueue is None:
            return
        for plan_id in plan_ids:
            self._enqueue(self._connection, connection_id, plan_id)
