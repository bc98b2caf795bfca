"""The one switch that stops all writing into charts: turning it, and telling where it stands."""

from enum import StrEnum

from service.application.ports import PlanPorts
from service.domain.values import Invalid, Problem
from service.ports.storage import Storage
from service.ports.writing import Switch
from service.sync.report import Done

_LONGEST = 200


class WritingState(StrEnum):
    """Whether anything is written: on, stopped by somebody, or off by the environment of this process."""

    ON = "on"
    STOPPED = "stopped"
    OFF = "off"


def stop_writing(reason: str, *, by: str, ports: PlanPorts) -> Switch:
    """Stop all writing, of every process of the installation, before its next request; reading goes on.

    A reason is for operators and one line long; raises `Invalid`. Stopping again changes the reason.
    """
    words = reason.strip()
    if not words or len(reason) > _LONGEST or not words.isprintable():
        raise Invalid([Problem("reason", f"must be one line of 1 to {_LONGEST} characters")])
    return _turned(Switch(stopped=True, reason=words, by=by, since=ports.clock.now()), ports)


def resume_writing(*, by: str, ports: PlanPorts) -> Switch:
    """Let writing go on; whatever waits is written by the next pass over each plan, which is due now."""
    return _turned(Switch(stopped=False, by=by, since=ports.clock.now()), ports)


def read_switch(storage: Storage) -> Switch:
    """Return the switch as it stands."""
    with storage.begin(write=False) as work:
        return work.writing.get()


def state_of(switch: Switch, *, enabled: bool) -> WritingState:
    """Return whether anything is written; `enabled` is the environment's word, which wins where it is no."""
    if not enabled:
        return WritingState.OFF
    return WritingState.STOPPED if switch.stopped else WritingState.ON


def _turned(switch: Switch, ports: PlanPorts) -> Switch:
    with ports.storage.begin() as work:
        work.writing.put(switch)
        if not switch.stopped:
            work.jobs.hasten(Done.WAITING.value, ports.clock.now())
        work.commit()
    return switch
