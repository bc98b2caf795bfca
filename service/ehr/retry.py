"""Trying a write again, as a value: only after failures that are known to have had no effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from service.ports.ehr import Contended, Throttled, Unavailable

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently; times are in seconds, `jitter` maps a longest wait to a random one.

    A Retry-After beyond `cap` is not waited for here: the failure surfaces, and the job comes back later.
    """

    attempts: int
    base: float
    cap: float
    jitter: Callable[[float], float]

    def wait(self, failed: int, error: Unavailable) -> float | None:
        """Return how long to wait after the failure number `failed` (from 1), or None to give up."""
        if failed >= self.attempts or not harmless(error):
            return None
        backoff = self.jitter(min(self.cap, self.base * 2 ** (failed - 1)))
        asked = error.retry_after if isinstance(error, Throttled) else None
        if asked is None:
            return backoff
        return asked + backoff if asked <= self.cap else None


NEVER_AGAIN = RetryPolicy(attempts=1, base=0, cap=0, jitter=lambda longest: longest)


def harmless(error: Unavailable) -> bool:
    """Tell whether the failed request can have had no effect, by its exact kind."""
    return type(error) in {Unavailable, Throttled, Contended}


def persist(call: Callable[[], Result], policy: RetryPolicy, sleep: Callable[[float], None]) -> Result:
    """Return what `call` returns, trying again as the policy allows; raises the last failure."""
    failed = 0
    while True:
        try:
            return call()
        except Unavailable as error:
            failed += 1
            wait = policy.wait(failed, error)
            if wait is None:
                raise
        sleep(wait)
