"""Every metric with the labels that it may carry: closed lists, or ids of connections and operations.

A value that is on no list is counted as `other`: a label is never a path, a name or a text, whoever made it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

OTHER = "other"
NONE = "none"
_NAME = re.compile(r"[A-Za-z0-9._\-]{1,64}")


class Kind(StrEnum):
    """How a metric moves: up only, as a spread of durations, or up and down."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Label:
    """A label; `values` None means an id or a name of ours, which is too many to list."""

    name: str
    values: tuple[str, ...] | None = None

    def fitted(self, value: str) -> str:
        """Return the value, or `other` for one that may not stand in a label."""
        fits = _NAME.fullmatch(value) is not None if self.values is None else value in self.values
        return value if fits else OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; a counter's name ends in `_total`; `later` are those that are read at each exposition."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[Label, ...] = ()
    later: bool = False

    def combinations(self, connections: tuple[str, ...]) -> tuple[dict[str, str], ...]:
        """Return every set of label values that can be known beforehand; none where one label has no list."""
        names = [label.name for label in self.labels]
        lists = [connections if label is CONNECTION else label.values or () for label in self.labels]
        return tuple(dict(zip(names, values, strict=True)) for values in product(*lists))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value of a metric that is read when it is asked for."""

    metric: Metric
    value: float
    labels: tuple[str, ...] = ()


CONNECTION = Label("connection")
_OPERATION = Label("operation")
METHOD = Label("method", ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"))
_STATUS = Label("status", (*(str(code) for code in range(100, 600)), NONE))
# The aims of service.ehr.messages, the words of service.sync.report and the states of service.ports.storage;
# tests/conformance/test_metrics.py holds them together.
INTERACTION = Label(
    "interaction",
    (
        "metadata",
        "read",
        "search",
        "history",
        "page",
        "validate",
        "create",
        "update",
        "put-new",
        "transaction",
    ),
)
OUTCOME = Label("outcome", ("in-step", "partly", "parked", "shadow", "failed", "refused"))
DONE = Label(
    "done",
    (
        "created", "updated", "unchanged", "linked", "matched", "referenced", "would-create", "would-update",
        "not-kept", "conflict", "detached", "rejected", "invalid", "unmatched", "waiting", "manual-entry",
        "unknown-outcome", "withheld",
    ),
)  # fmt: skip
STATE = Label(
    "state",
    ("waiting", "in-flight", "unknown-outcome", "conflict", "not-kept", "parked", "detached", "frozen"),
)
CHANNEL = Label("channel", ("email", "webhook"))
RESULT = Label("result", ("carried", "failed"))
ALERT_STATE = Label("state", ("raised", "delivered", "undelivered", "acknowledged"))
PASS = Label("state", ("queued", "running", "paused"))

REQUESTS = Metric(
    name="tandem_requests_total",
    kind=Kind.COUNTER,
    meaning="Requests that were answered.",
    labels=(_OPERATION, METHOD, _STATUS),
)
REQUEST_SECONDS = Metric(
    name="tandem_request_seconds",
    kind=Kind.HISTOGRAM,
    meaning="How long requests took.",
    labels=(_OPERATION, METHOD),
)
EHR_CALLS = Metric(
    name="tandem_ehr_calls_total",
    kind=Kind.COUNTER,
    meaning="Calls of the EHR, by what it answered; none means that no answer came.",
    labels=(CONNECTION, INTERACTION, _STATUS),
)
EHR_CALL_SECONDS = Metric(
    name="tandem_ehr_call_seconds",
    kind=Kind.HISTOGRAM,
    meaning="How long calls of the EHR took.",
    labels=(CONNECTION, INTERACTION),
)
EHR_RETRIES = Metric(
    name="tandem_ehr_retries_total",
    kind=Kind.COUNTER,
    meaning="Calls of the EHR that were made once more after a failure without effect.",
    labels=(CONNECTION, INTERACTION),
)
PUSHES = Metric(
    name="tandem_pushes_total",
    kind=Kind.COUNTER,
    meaning="Pushes of a plan, by how plan and chart stand after them.",
    labels=(CONNECTION, OUTCOME),
)
PUSH_SECONDS = Metric(
    name="tandem_push_seconds",
    kind=Kind.HISTOGRAM,
    meaning="How long pushes of a plan took.",
    labels=(CONNECTION,),
)
PUSH_ITEMS = Metric(
    name="tandem_push_items_total",
    kind=Kind.COUNTER,
    meaning="Items of pushed plans, by what became of them.",
    labels=(CONNECTION, DONE),
)
WAITING_ITEMS = Metric(
    name="tandem_waiting_items",
    kind=Kind.GAUGE,
    meaning="Items that are not in step with the chart now, by what they wait for.",
    labels=(CONNECTION, STATE),
    later=True,
)
OPEN_WRITES = Metric(
    name="tandem_open_writes",
    kind=Kind.GAUGE,
    meaning="Writes of which nobody knows yet what became of them.",
    labels=(CONNECTION,),
    later=True,
)
OLDEST_OPEN_WRITE = Metric(
    name="tandem_oldest_open_write_seconds",
    kind=Kind.GAUGE,
    meaning="How long the oldest such write has been open.",
    labels=(CONNECTION,),
    later=True,
)
ALERT_MESSAGES = Metric(
    name="tandem_alert_messages_total",
    kind=Kind.COUNTER,
    meaning="Messages about alerts, by whether they could be handed over.",
    labels=(CHANNEL, RESULT),
)
OPEN_ALERTS = Metric(
    name="tandem_open_alerts",
    kind=Kind.GAUGE,
    meaning="Alerts that are not closed now, by how far they have come.",
    labels=(ALERT_STATE,),
    later=True,
)
OLDEST_WAITING_ALERT = Metric(
    name="tandem_oldest_waiting_alert_seconds",
    kind=Kind.GAUGE,
    meaning="How long the oldest alert has waited for somebody to acknowledge it.",
    later=True,
)
ALERTS_LATE = Metric(
    name="tandem_alerts_late_seconds",
    kind=Kind.GAUGE,
    meaning="How long the alert that has been due longest has been due: nobody carries alerts.",
    later=True,
)
PLANS_WITHOUT_CONTACTS = Metric(
    name="tandem_active_plans_without_contacts",
    kind=Kind.GAUGE,
    meaning="Active plans that name nobody whom an alert reaches.",
    later=True,
)
PASSES = Metric(
    name="tandem_passes",
    kind=Kind.GAUGE,
    meaning="Plans that wait for the worker, with which it is busy, or which it tries again later.",
    labels=(CONNECTION, PASS),
    later=True,
)
OLDEST_PASS = Metric(
    name="tandem_oldest_pass_seconds",
    kind=Kind.GAUGE,
    meaning="How long the plan that was asked for first has waited for the worker.",
    labels=(CONNECTION,),
    later=True,
)
WORKERS = Metric(
    name="tandem_workers",
    kind=Kind.GAUGE,
    meaning="Workers that said within ten seconds that they live.",
    later=True,
)
WRITING_STOPPED = Metric(
    name="tandem_writing_stopped",
    kind=Kind.GAUGE,
    meaning="Whether all writing into charts is stopped, by somebody or by TANDEM_WRITING.",
    later=True,
)
STORAGE_UP = Metric(
    name="tandem_storage_up",
    kind=Kind.GAUGE,
    meaning="Whether the database could be read for this answer; where it could not, nothing waits above.",
    later=True,
)
BUILD = Metric(
    name="tandem_build_info",
    kind=Kind.GAUGE,
    meaning="Which version runs, on which Python; always 1.",
    labels=(Label("version"), Label("python")),
    later=True,
)

METRICS = (
    REQUESTS,
    REQUEST_SECONDS,
    EHR_CALLS,
    EHR_CALL_SECONDS,
    EHR_RETRIES,
    PUSHES,
    PUSH_SECONDS,
    PUSH_ITEMS,
    WAITING_ITEMS,
    OPEN_WRITES,
    OLDEST_OPEN_WRITE,
    ALERT_MESSAGES,
    OPEN_ALERTS,
    OLDEST_WAITING_ALERT,
    ALERTS_LATE,
    PLANS_WITHOUT_CONTACTS,
    PASSES,
    OLDEST_PASS,
    WORKERS,
    WRITING_STOPPED,
    STORAGE_UP,
    BUILD,
)
# Of the process itself, by prometheus-client, on systems that tell (Linux).
PROCESS_METRICS = (
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_virtual_memory_bytes",
)
