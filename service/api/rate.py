"""How many requests one caller may make, counted in this process's memory."""

from math import ceil
from time import time

from flask import Request, Response, g
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from service.api.callers import counted_as
from service.api.refusals import TooMany

# Whoever watches over the service asks these, and must be answered when others ask too much.
_EXEMPT = ("/health/live", "/health/ready")


class Rate:
    """A limit such as 6000/minute; its headers are those of draft-ietf-httpapi-ratelimit-headers."""

    def __init__(self, limit: str) -> None:
        self._limit = parse(limit)
        self._counter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, request: Request) -> None:
        """Count a request; raises `TooMany`."""
        if request.path in _EXEMPT:
            return
        g.counted_as = counted_as(request)
        if not self._counter.hit(self._limit, g.counted_as):
            raise TooMany(self._left(g.counted_as)[1])

    def tell(self, response: Response) -> None:
        """Say what is left to who was counted."""
        if "counted_as" not in g:
            return
        left, seconds = self._left(g.counted_as)
        window = self._limit.get_expiry()
        response.headers["RateLimit-Policy"] = f'"default";q={self._limit.amount};w={window}'
        response.headers["RateLimit"] = f'"default";r={left};t={seconds}'

    def _left(self, caller: str) -> tuple[int, int]:
        """Return how many requests are left, and in how many seconds all of them are back."""
        stats = self._counter.get_window_stats(self._limit, caller)
        return stats.remaining, max(1, ceil(stats.reset_time - time()))
