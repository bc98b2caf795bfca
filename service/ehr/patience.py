"""How patient we are with a server: times, sizes, and reads that are tried again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError
from urllib3.util import Retry

SAFE = frozenset({"GET"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long we wait (seconds), how much we take (bytes), how often a read is tried again."""

    connect: float = 5.0
    answer: float = 30.0
    answer_bytes: int = 32 * 1024 * 1024
    pool: int = 16
    read_retries: int = 3
    backoff: float = 0.25
    backoff_max: float = 8.0
    retry_after_max: int = 30


class SafeRetry(Retry):
    """Tries reads again; urllib3 on its own would also try a POST again whose connection failed."""

    def __init__(self, *limits: Any, again: Callable[[], None] = lambda: None, **named: Any) -> None:
        """Take urllib3's own limits, and who is told of each new try."""
        super().__init__(*limits, **named)
        self._again = again

    def new(self, **changed: Any) -> Self:
        """Return a copy, as urllib3 makes one for each failure that it counts."""
        return super().new(again=self._again, **changed)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        *rest: Any,
        **named: Any,
    ) -> "SafeRetry":
        """Count a failure; raises at once when the method is not safe to repeat."""
        error = named.get("error")
        if error is not None and method not in SAFE and not self._is_read_error(error):
            raise MaxRetryError(named["_pool"], url or "", error)
        left = super().increment(method, url, *rest, **named)
        self._again()
        return left


def adapter_for(limits: Limits, *, again: Callable[[], None] = lambda: None) -> HTTPAdapter:
    """Return the connections to one server, which block rather than outgrow their pool.

    `again` is called before a read is tried again.
    """
    retry = SafeRetry(
        again=again,
        total=limits.read_retries,
        allowed_methods=SAFE,
        status_forcelist=(429, 502, 503, 504),
        backoff_factor=limits.backoff,
        backoff_jitter=limits.backoff,
        backoff_max=limits.backoff_max,
        retry_after_max=limits.retry_after_max,
        raise_on_status=False,
    )
    return HTTPAdapter(max_retries=retry, pool_maxsize=limits.pool, pool_block=True)
