"""What the API is given: it makes none of it."""

from collections.abc import Callable, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from service.api.protection import Protection
from service.api.rate import Rate
from service.application.answer_once import OnceStorage
from service.application.bind_patient import Binding, LookAtPatient
from service.application.chart_run import Whose
from service.application.import_chart import ImportChart
from service.application.ports import PlanPorts
from service.application.preview_sync import Preview
from service.application.recognise import Everybody
from service.application.show_cards import CardPorts
from service.application.sync_plan import SyncPlan
from service.domain.values import Problem
from service.ports.access import Caller
from service.ports.clock import Ids
from service.ports.imports import ImportRecord
from service.sync.report import PushReport
from service.telemetry.events import Log
from service.telemetry.watch import RequestWatch, Unwatched

LARGEST_BODY = 2 * 1024 * 1024
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names under which a service that listens on the loopback address is asked."""


class Recognises(Protocol):
    """Tells who asks."""

    def caller_of(self, authorization: str | None) -> Caller:
        """Return whose Authorization header it is; raises `NotRecognised` or `KeysUnavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases' ports and the API's own surroundings.

    `push`, `preview` and `bind_patient` are None where no EHR is configured. `ready` gives what keeps this
    service from working, such as `Problem("database", "cannot be reached")`, and nothing when it is ready.
    `bind` opens a context in which everything that is logged carries the request id; `stopwatch` gives
    seconds from any start. `once` is the storage of `plans`; `rate` is None where nobody is limited. `hosts`
    are the names that a request may be for.
    `writing` is the environment's word on whether anything is written at all.
    `watch` sees every request and tells what was seen at /metrics. `crisis_contacts` is the clinic's text.
    `cards` is what CDS services need, and `cds_recogniser` tells their callers apart, None where those show
    the same tokens as everybody.
    """

    plans: PlanPorts
    once: OnceStorage
    ids: Ids
    log: Log
    ready: Callable[[], tuple[Problem, ...]]
    push: Callable[[Whose], PushReport] | None = None
    preview: Callable[[SyncPlan], Preview] | None = None
    bind_patient: Callable[[LookAtPatient], Binding] | None = None
    import_chart: Callable[[ImportChart], ImportRecord] | None = None
    writing: bool = True
    bind: Callable[[str], AbstractContextManager[object]] = nullcontext
    rate: Rate | None = None
    protection: Protection = Protection()  # noqa: RUF009  it is frozen
    largest_body: int = LARGEST_BODY
    stopwatch: Callable[[], float] = perf_counter
    recogniser: Recognises = field(default_factory=Everybody)
    hosts: Set[str] = OWN_NAMES
    watch: RequestWatch = field(default_factory=Unwatched)
    crisis_contacts: str | None = None
    cards: CardPorts | None = None
    cds_recogniser: Recognises | None = None
