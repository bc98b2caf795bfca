"""What the API is given: it makes none of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter

from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan
from service.domain.values import Problem
from service.ports.clock import Ids
from service.sync.report import PushReport
from service.telemetry.events import Log
from service.telemetry.watch import RequestWatch, Unwatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases' ports and the API's own surroundings.

    `push` is None where no EHR is configured. `ready` gives what keeps this service from working, such as
    `Problem("database", "cannot be reached")`, and nothing when it is ready. `bind` opens a context in which
    everything that is logged carries the request id; `stopwatch` gives seconds from any start.
    `watch` sees every request and tells what was seen at /metrics.
    """

    plans: PlanPorts
    ids: Ids
    log: Log
    ready: Callable[[], tuple[Problem, ...]]
    push: Callable[[PushPlan], PushReport] | None = None
    bind: Callable[[str], AbstractContextManager[object]] = nullcontext
    stopwatch: Callable[[], float] = perf_counter
    watch: RequestWatch = field(default_factory=Unwatched)
