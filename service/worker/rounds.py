"""Duties that are done again and again while a worker lives, each in a thread of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

from service.application.look_after import SILENCE
from service.ports.clock import Clock
from service.ports.storage import Storage
from service.telemetry.events import DUTY_DONE, DUTY_FAILED, Log, emit

# How often a worker looks whether a duty that another had is its own now.
_ASK_SECONDS = (1.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What is done every so many seconds; `act` returns how many it found to do.

    A duty that is `alone` is done by one of several workers at a time; it must bear being done twice at once
    all the same, because a worker that was taken for dead may still be at it.
    """

    name: str
    seconds: float
    act: Callable[[], int]
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPorts:
    """What rounds need, and whose they are."""

    storage: Storage
    clock: Clock
    log: Log
    worker_id: str


class Rounds:
    """The threads of a worker's duties."""

    def __init__(self, duties: tuple[Duty, ...], ports: RoundPorts) -> None:
        self._ports = ports
        self._over = Event()
        self._threads = [
            Thread(target=self._go_round, args=(duty,), name=f"duty-{duty.name}", daemon=True)
            for duty in duties
        ]

    def start(self) -> None:
        """Begin with every duty."""
        for one in self._threads:
            one.start()

    def stop(self, *, patience: float) -> None:
        """Begin no duty any more, and wait so many seconds for those that are being done."""
        self._over.set()
        for one in self._threads:
            if one.ident is not None:  # one that never began has no end
                one.join(patience)

    def _go_round(self, duty: Duty) -> None:
        shortest, longest = _ASK_SECONDS
        ask = min(max(duty.seconds / 4, shortest), longest)
        while True:
            took = self._see_to(duty)
            if self._over.wait(duty.seconds if took or not duty.alone else ask):
                return

    def _see_to(self, duty: Duty) -> bool:
        """Do a duty if it is this worker's now; whatever goes wrong, the next round tries again."""
        ports = self._ports
        try:
            if not duty.alone:
                found = duty.act()
            elif self._take(duty):
                found = self._done_alone(duty)
            else:
                return False
        except Exception as error:
            emit(
                ports.log, DUTY_FAILED, worker_id=ports.worker_id, duty=duty.name, error=type(error).__name__
            )
            return False
        if found:
            emit(ports.log, DUTY_DONE, worker_id=ports.worker_id, duty=duty.name, found=found)
        return True

    def _done_alone(self, duty: Duty) -> int:
        try:
            return duty.act()
        finally:  # whoever is next may have more luck
            self._give_back(duty)

    def _take(self, duty: Duty) -> bool:
        now = self._ports.clock.now()
        with self._ports.storage.begin() as work:
            taken = work.duties.take(duty.name, self._ports.worker_id, now=now, silent_since=now - SILENCE)
            work.commit()
        return taken

    def _give_back(self, duty: Duty) -> None:
        due_at = self._ports.clock.now() + timedelta(seconds=duty.seconds)
        with self._ports.storage.begin() as work:
            work.duties.done(duty.name, self._ports.worker_id, due_at=due_at)
            work.commit()
