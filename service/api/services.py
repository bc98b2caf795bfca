"""What the API is given: it makes none of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter

from service.application.import_chart import ImportChart
from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan
from service.domain.values import Problem
from service.ports.clock import Ids
from service.ports.imports import ImportRecord
from service.sync.report import PushReport
from service.telemetry.events import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases' ports and the API's own surroundings.

    `push` is None where no EHR is configured. `ready` gives what keeps this service from working, such as
    `Problem("database", "cannot be reached")`, and nothing when it is ready. `bind` opens a context in which
    everything that is logged carries the request id; `stopwatch` gives seconds from any start.
    """

    plans: PlanPorts
    ids: Ids
    log: Log
    ready: Callable[[], tuple[Problem, ...]]
    push: Callable[[PushPlan], PushReport] | None = None
    import_chart: Callable[[ImportChart], ImportRecord] | None = None
    bind: Callable[[str], AbstractContextManager[object]] = nullcontext
    stopwatch: Callable[[], float] = perf_counter
