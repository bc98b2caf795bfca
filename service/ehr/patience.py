"""How patient we are with a server: times, sizes, and reads that are tried again."""

from dataclasses import dataclass
from typing import Any

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
        return super().increment(method, url, *rest, **named)


def adapter_for(limits: Limits) -> HTTPAdapter:
    """Return the connections to one server, which block rather than outgrow their pool."""
    retry = SafeRetry(
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
