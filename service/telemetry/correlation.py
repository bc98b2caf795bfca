"""One id from a request, or a run of the command line, to the log of the EHR."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True, slots=True)
class _Thread:
    id: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class Correlation:
    """Names what is being done now, and each call that it makes: `<id>.1`, `<id>.2`.

    HAPI 8.8.0 takes letters, digits, `.`, `-` and `_` for an X-Request-Id and makes its own of anything else.
    """

    def __init__(self, run_id: str) -> None:
        """Take the id of this run, for all that no request asked for."""
        self._run = _Thread(run_id)
        self._bound: ContextVar[_Thread | None] = ContextVar("tandem_correlation", default=None)

    @property
    def id(self) -> str:
        """The request's id, or the run's."""
        return self._current.id

    def call_id(self) -> str:
        """Return a name for one call of what is being done."""
        current = self._current
        return f"{current.id}.{next(current.numbers)}"

    @contextmanager
    def bind(self, request_id: str) -> Iterator[None]:
        """Let all that is done in the block be done for a request."""
        token = self._bound.set(_Thread(request_id))
        try:
            yield
        finally:
            self._bound.reset(token)

    @property
    def _current(self) -> _Thread:
        return self._bound.get() or self._run
