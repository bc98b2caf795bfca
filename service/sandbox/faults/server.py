"""The server with its faults: the same `answer`, and now and then something goes wrong on purpose."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import RLock

from service.sandbox.circumstances import USUAL
from service.sandbox.faults.effects import Effect, LateEffect, Latency
from service.sandbox.faults.events import happen, is_event
from service.sandbox.faults.lenses import seen_through
from service.sandbox.faults.memory import Memory
from service.sandbox.faults.notation import Fault
from service.sandbox.faults.refusals import refused
from service.sandbox.faults.schedule import Armed, Schedule
from service.sandbox.faults.scope import LOOKS, Asked, asked_by
from service.sandbox.faults.spoiling import arrives, spoilt
from service.sandbox.server import FhirServer
from service.sandbox.wire import Answer, Incoming, NoAnswer, Refusal, Silence, complaint

_NOBODY = Incoming(method="", base="")


@dataclass(slots=True, kw_only=True, eq=False)
class _Late:
    """A write that is still under way, and how many look-ups come before it."""

    incoming: Incoming
    looks: int


class FaultyServer:
    """Answers as the server does, but for the armed faults; `sleep` takes the seconds of a latency."""

    def __init__(
        self, server: FhirServer, faults: Iterable[Fault] = (), *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._server = server
        self._sleep = sleep
        self._lock = RLock()
        self._schedule = Schedule()
        self._memories: dict[int, Memory] = {}
        self._late: deque[_Late] = deque()
        for fault in faults:
            self.arm(fault)

    @property
    def armed(self) -> tuple[Armed, ...]:
        """Gives the faults that are armed, with what they have done."""
        return self._schedule.armed

    @property
    def under_way(self) -> int:
        """Tells how many writes wait for their late effect."""
        return len(self._late)

    def arm(self, fault: Fault) -> Armed:
        """Arms a fault; it stands behind those that are armed already."""
        with self._lock:
            self._schedule = self._schedule.with_one_more(fault)
            return self._schedule.armed[-1]

    def disarm(self, number: int | None = None) -> None:
        """Takes back one fault or all; writes that are under way have their effect now."""
        with self._lock:
            for one in self._schedule.armed:
                if number in {None, one.number}:
                    self._schedule = self._schedule.without(one.number)
                    self._memories.pop(one.number, None)
            if not any(isinstance(one.fault.effect, LateEffect) for one in self._schedule.armed):
                self.settle()

    def happen(self, event: Effect) -> tuple[str, ...]:
        """Lets an event happen now, and names what it changed; nothing where there is nothing to change."""
        with self._lock:
            return happen(event, self._server, _NOBODY)

    def settle(self) -> None:
        """Gives the writes that are under way their effect."""
        with self._lock:
            while self._late:
                self._server.answer(self._late.popleft().incoming)

    def answer(self, incoming: Incoming) -> Answer:
        """Answers a request; raises `NoAnswer` where a fault leaves it without a whole answer."""
        with self._lock:
            asked = asked_by(incoming, self._server.page_of(dict(incoming.query).get("_getpages", "")))
            struck = self._struck(asked)
        waits = [one.seconds for one, _ in struck if isinstance(one, Latency)]
        if waits:
            self._sleep(sum(waits))
        with self._lock:
            try:
                return self._played(incoming, asked, struck)
            except Refusal as refusal:
                words = f"A fault of the sandbox cannot happen: {refusal.words}"
                return Answer(status=500, body=complaint(words, "exception"))

    def _struck(self, asked: Asked) -> list[tuple[Effect, int]]:
        self._schedule, armed = self._schedule.next(asked)
        return [(one.fault.effect, one.number) for one in armed]

    def _memory(self, number: int) -> Memory:
        return self._memories.setdefault(number, Memory())

    def _played(self, incoming: Incoming, asked: Asked, struck: list[tuple[Effect, int]]) -> Answer:
        for effect, number in struck:
            if is_event(effect) and not happen(effect, self._server, incoming):
                self._schedule = self._schedule.spared(number)
        refusal = self._refused(incoming, struck)
        if refusal is not None:
            return refusal
        answer = self._answered(incoming, struck)
        if asked.interaction in LOOKS:
            self._looked()
        for effect, _ in struck:
            answer = arrives(effect, answer)
        return answer

    def _refused(self, incoming: Incoming, struck: list[tuple[Effect, int]]) -> Answer | None:
        for effect, number in struck:
            refusal = refused(effect, incoming, memory=self._memory(number), now=self._server.now())
            if refusal is not None:
                return refusal
            if isinstance(effect, LateEffect):
                self._late.append(_Late(incoming=incoming, looks=effect.looks))
                raise NoAnswer(Silence.DROPPED)
        return None

    def _answered(self, incoming: Incoming, struck: list[tuple[Effect, int]]) -> Answer:
        circumstances = USUAL
        for effect, number in struck:
            circumstances = seen_through(
                effect, circumstances, memory=self._memory(number), incoming=incoming
            )
        answer = self._server.answer(incoming, circumstances)
        reading = replace(circumstances, commits=True)
        for effect, _ in struck:
            answer = spoilt(
                effect,
                answer,
                incoming=incoming,
                ask=lambda again: self._server.answer(again, reading),
                now=self._server.now(),
            )
        return answer

    def _looked(self) -> None:
        """A look-up has been answered: what was only waiting for it happens now."""
        for late in tuple(self._late):
            late.looks -= 1
            if late.looks <= 0:
                self._late.remove(late)
                self._server.answer(late.incoming)
