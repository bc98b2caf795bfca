"""DBOS, wrapped: the one module that knows the durable engine.

Its tables lie in our database, so that a job is made in the transaction that makes it necessary. They hold
ids alone, as JSON: a job is a connection's id and a plan's, and its result is nothing.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from threading import Lock
from types import MappingProxyType
from typing import Any

from service.ports.jobs import Job

ENGINE_SCHEMA: Mapping[str, int] = MappingProxyType({"sqlite": 125, "postgresql": 125})
"""The numbers of the engine's schema that this version works with; a test compares them with the engine's."""

_NAME = "tandem"
_QUEUE = "passes"
_WORKFLOW = "pass"
# The form of a job, not our release: jobs of an older release are carried out by a newer one.
_VERSION = "1"
_POLL_SECONDS = 0.25
_ACTIVE = ["ENQUEUED", "PENDING", "DELAYED"]
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH = 500


def _as_json() -> Any:
    from dbos._serialization import Serializer  # noqa: PLC0415  half a second that other commands save

    class Json(Serializer):
        """Plain JSON in place of pickles."""

        def serialize(self, data: Any) -> str:
            return json.dumps(data)

        def deserialize(self, serialized_data: str) -> Any:
            return json.loads(serialized_data)

        def name(self) -> str:
            return "tandem_json"

    return Json()


def prepare_engine(url: str) -> None:
    """Make the engine's tables in a database, or bring them up to date."""
    from dbos import DBOS  # noqa: PLC0415  as above

    quieten(None)
    DBOS.migrate(url)


def quieten(handler: logging.Handler | None) -> None:
    """Let the engine's complaints reach a handler, or nobody: its own lines would go to standard error."""
    log = logging.getLogger("dbos")
    log.propagate = False
    log.setLevel(logging.WARNING)
    log.handlers[:] = [handler or logging.NullHandler()]


class Jobs:
    """Makes jobs in transactions of ours; launches nothing and connects to nothing."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = Lock()

    def put(self, connection: Any, job: Job) -> None:
        """Make a job durable within the transaction that is open on a connection."""
        with self._lock:  # one client, whoever asks first
            client = self._client
        options = {
            "workflow_name": _WORKFLOW,
            "queue_name": _QUEUE,
            "workflow_id": job.id,
            "app_version": _VERSION,
        }
        client.enqueue_in_transaction(connection, options, job.connection_id, job.plan_id)

    @cached_property
    def _client(self) -> Any:
        from dbos import DBOSClient  # noqa: PLC0415  as above

        quieten(None)
        return DBOSClient(
            system_database_url=self._url, serializer=_as_json(), application_name=_NAME, lazy=True
        )


class Engine:
    """The engine at work in this process, under the id of its worker."""

    def __init__(self, url: str, worker_id: str, *, at_once: int) -> None:
        self._url = url
        self._worker_id = worker_id
        self._at_once = at_once

    def launch(self, carry_out: Callable[[Job], str], complaints: logging.Handler) -> None:
        """Begin to carry out jobs; `carry_out` returns a code, and nothing that it raises is kept."""
        from dbos import DBOS  # noqa: PLC0415  as above

        quieten(complaints)
        DBOS(
            config={
                "name": _NAME,
                "system_database_url": self._url,
                "application_version": _VERSION,
                "executor_id": self._worker_id,
                "serializer": _as_json(),
                "log_level": "WARNING",
                "use_listen_notify": False,
                "run_migrations": False,
                "enable_otlp": False,
                "notification_listener_polling_interval_sec": 0.5,
            }
        )

        def one_pass(connection_id: str, plan_id: str) -> str:
            job = Job(id=str(DBOS.workflow_id), connection_id=connection_id, plan_id=plan_id)
            try:
                return carry_out(job)
            except (
                Exception
            ) as error:  # its words may be the server's or the database's: they stay out of tables
                return type(error).__name__

        # No limit: a job that took down its worker a hundred times still counts.
        DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)(one_pass)
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=self._at_once,
            polling_interval_sec=_POLL_SECONDS,
            on_conflict="always_update",
        )

    def stop(self, *, patience: int) -> None:
        """Take no new job, and wait so many seconds for those that run."""
        from dbos import DBOS  # noqa: PLC0415  as above

        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)

    def holders(self) -> frozenset[str]:
        """Return the ids of the workers that hold jobs."""
        from dbos import DBOS  # noqa: PLC0415  as above

        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return frozenset(one.executor_id for one in running if one.executor_id)

    def take_over(self, worker_ids: Sequence[str]) -> int:
        """Let the jobs of workers that are gone begin anew, wherever, and return how many they were.

        Asked for twice it does nothing more: a job that lives again belongs to another worker.
        """
        from dbos import DBOS  # noqa: PLC0415  as above

        # The engine of 3.4 leaves this to a service of its makers; its own recovery at launch calls the same.
        return len(DBOS._recover_pending_workflows(list(worker_ids)))

    def unknown(self, jobs: Iterable[Job]) -> tuple[Job, ...]:
        """Return those of the jobs that the engine neither runs nor will run."""
        from dbos import DBOS  # noqa: PLC0415  as above

        asked = tuple(jobs)
        known: set[str] = set()
        for start in range(0, len(asked), _BATCH):
            ids = [one.id for one in asked[start : start + _BATCH]]
            found = DBOS.list_workflows(workflow_ids=ids, status=_ACTIVE, load_input=False, load_output=False)
            known.update(one.workflow_id for one in found)
        return tuple(one for one in asked if one.id not in known)

    def forget(self, before: datetime) -> int:
        """Delete the engine's rows of jobs that were over before a moment, and return how many they were."""
        from dbos import DBOS  # noqa: PLC0415  as above

        gone = 0
        while True:
            over = DBOS.list_workflows(
                status=_OVER,
                completed_before=before.isoformat(),
                limit=_BATCH,
                load_input=False,
                load_output=False,
            )
            if not over:
                return gone
            DBOS.delete_workflows([one.workflow_id for one in over])
            gone += len(over)
