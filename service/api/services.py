"""What the API is given: it makes none of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter

from service.api.protection import Protection
from service.api.rate import Rate
from service.application.answer_once import OnceStorage
from service.application.ports import PlanPorts
from service.application.push_plan import PushPlan
from service.domain.values import Problem
from service.ports.clock import Ids
from service.sync.report import PushReport
from service.telemetry.events import Log

LARGEST_BODY = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases' ports and the API's own surroundings.

    `push` is None where no EHR is configured. `ready` gives what keeps this service from working, such as
    `Problem("database", "cannot be reached")`, and nothing when it is ready. `bind` opens a context in which
    everything that is logged carries the request id; `stopwatch` gives seconds from any start. `once` is the
    storage of `plans`; `rate` is None where nobody is limited.
    """

    plans: PlanPorts
    once: OnceStorage
    ids: Ids
    log: Log
    ready: Callable[[], tuple[Problem, ...]]
    push: Callable[[PushPlan], PushReport] | None = None
    bind: Callable[[str], AbstractContextManager[object]] = nullcontext
    rate: Rate | None = None
    protection: Protection = Protection()  # noqa: RUF009  it is frozen
    largest_body: int = LARGEST_BODY
    stopwatch: Callable[[], float] = perf_counter
