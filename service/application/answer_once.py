"""Answering a request that may come again: its effect and its answer are kept in one transaction.

A crash leaves both or neither, and of two requests at once the second finds what the first one left.
"""

from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, cast

from service.ports.answers import Asked, KeptAnswer
from service.ports.clock import Clock
from service.ports.storage import Storage, StorageBusy, UnitOfWork


class OtherRequest(Exception):
    """The key was used for a request that said something else."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request: a new request needs a new key.")


class StillAnswering(Exception):
    """A request with this key is being answered: try again soon."""

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is being answered: try again soon.")


class _Found(Exception):
    """The answer was kept while this request was on its way to its effect."""

    def __init__(self, answer: KeptAnswer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class _Attempt:
    """One request on its way; `work` is the transaction of all its effects, once it has any.

    `stack` holds that transaction; `within` counts the parts at work in it, `wished` says that one is done.
    """

    asked: Asked
    stack: ExitStack
    work: UnitOfWork | None = None
    within: int = 0
    wished: bool = False
    left: bool = False

    def leave(self) -> None:
        """Undo what a part did without its commit, with the whole transaction: the next part begins anew.

        What another part did cannot stay without it, nor be undone behind its back: then nothing is kept.
        """
        if self.wished or self.within:
            self.left = True
        else:
            self.stack.close()
            self.work = None


class OnceStorage:
    """`service.ports.storage.Storage` whose units of work join that of the request being answered.

    Reading before the first effect stays outside, so that no transaction is open while an EHR is asked.
    """

    def __init__(self, storage: Storage, *, clock: Clock, keep_for: timedelta) -> None:
        self._storage = storage
        self._clock = clock
        self._keep_for = keep_for
        self._attempt: ContextVar[_Attempt | None] = ContextVar("attempt", default=None)

    def begin(self, *, write: bool = True) -> UnitOfWork:
        """Open a unit of work, or a part of the one that also keeps the answer."""
        attempt = self._attempt.get()
        if attempt is None or (attempt.work is None and not write):
            return self._storage.begin(write=write)
        return cast(UnitOfWork, _Part(attempt, self._joined(attempt), write=write))

    def answer(self, asked: Asked, act: Callable[[], KeptAnswer]) -> tuple[KeptAnswer, bool]:
        """Act and keep the answer, or return the kept one and True; an exception of `act` keeps nothing.

        Raises `OtherRequest` and `StillAnswering`.
        """
        with self._storage.begin(write=False) as work:
            kept = work.answers.find(asked, now=self._clock.now())
        if kept is None:
            try:
                return self._act(asked, act), False
            except _Found as found:
                kept = found.answer
        if kept.fingerprint != asked.fingerprint:
            raise OtherRequest
        return kept, True

    def _act(self, asked: Asked, act: Callable[[], KeptAnswer]) -> KeptAnswer:
        with ExitStack() as stack:
            attempt = _Attempt(asked, stack.enter_context(ExitStack()))
            stack.callback(self._attempt.reset, self._attempt.set(attempt))
            answer = act()
            work = self._joined(attempt)
            if attempt.left:
                raise RuntimeError("a part of what was to be answered left its unit of work uncommitted")
            work.answers.keep(asked, answer)
            work.commit()
        return answer

    def _joined(self, attempt: _Attempt) -> UnitOfWork:
        """Return the attempt's transaction; its first act is to take the key."""
        if attempt.work is None:
            work = attempt.stack.enter_context(self._storage.begin())
            now = self._clock.now()
            try:
                kept = work.answers.reserve(attempt.asked, now=now, until=now + self._keep_for)
            except StorageBusy:
                raise StillAnswering from None
            if kept is not None:
                raise _Found(kept)
            attempt.work = work
        return attempt.work


class _Part:
    """A unit of work within another; its commit is a wish that the whole fulfils."""

    def __init__(self, attempt: _Attempt, whole: UnitOfWork, *, write: bool) -> None:
        self._attempt = attempt
        self._whole = whole
        self._write = write
        self._done = not write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def __enter__(self) -> Self:
        self._attempt.within += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._attempt.within -= 1
        if not self._done:
            self._attempt.leave()

    def commit(self) -> None:
        if not self._write:
            raise RuntimeError("this unit of work was opened for reading")
        if self._done:
            raise RuntimeError("this unit of work is over")
        self._done = self._attempt.wished = True
