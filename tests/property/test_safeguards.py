"""Each safeguard earns its place: without it, and only without it, the machine finds a law that breaks."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from service.sandbox.shape import Shape
from tests.crash.boundaries import When
from tests.property.replay import Schedule, Step, breaks, play
from tests.property.two_writers import SHAPES, Trouble, TwoWriters
from tests.property.unguarded import SWITCHES, Switch
from tests.scenarios.clinic import Clinic

IN_ONE, ONE_BY_ONE, BY_SEARCH = 0, 1, len(SHAPES) - 1
SYNC: Step = ("sync", {})


def trouble(kind: Trouble, number: int = 0, **more: Any) -> Step:
    usual = {"minutes": 0, "when": When.BEFORE, "there": "words of a goal", "here": "words of a task"}
    return "sync_in_trouble", {"trouble": kind, "number": number, **usual, **more}


def edited(name: str = "words of a goal") -> Step:
    return "edit_here", {"name": name}


ADDED: Step = ("add_here", {})
LATE: Step = ("arm", {"text": "late-effect looks=90 times=1", "number": 0})

# By safeguard: the chart's shape, and schedules of which one breaks a law without it. `n` is tried from 0 on.
SCHEDULES: Mapping[str, tuple[int, Any]] = {
    "If-Match": (ONE_BY_ONE, lambda n: [edited(), trouble(Trouble.EDITS, n), SYNC]),
    "journal": (BY_SEARCH, lambda _: [ADDED, LATE, trouble(Trouble.NONE), trouble(Trouble.NONE), SYNC]),
    "base": (IN_ONE, lambda _: [edited(), SYNC]),
    "lease": (BY_SEARCH, lambda n: [ADDED, trouble(Trouble.OVERTAKEN, n, when=When.AFTER), SYNC]),
    "patient check": (IN_ONE, lambda _: [trouble(Trouble.DISASTER, 1)]),
    "settle time": (BY_SEARCH, lambda _: [ADDED, LATE, trouble(Trouble.NONE), trouble(Trouble.NONE), SYNC]),
}


def schedules(name: str) -> Iterator[Schedule]:
    _, made = SCHEDULES[name]
    seen: list[Schedule] = []
    for number in range(60):  # a pass makes fewer calls than that
        if made(number) not in seen:
            seen.append(made(number))
            yield seen[-1]


def without(switch: Switch) -> type[TwoWriters]:
    """The machine with a safeguard switched off."""

    class Unguarded(TwoWriters):
        def clinic_of(self, shape: Shape) -> Clinic:
            clinic = super().clinic_of(shape)
            switch.clinic(clinic)
            return clinic

    return Unguarded


@pytest.mark.parametrize("name", SWITCHES)
def test_without_a_safeguard_a_law_breaks_and_with_it_none_does(name: str) -> None:
    switch, (shape, _) = SWITCHES[name], SCHEDULES[name]
    with switch.run():
        found = next((one for one in schedules(name) if breaks(without(switch), one, shape=shape)), None)
    assert found is not None, f"nothing shows that {name} is needed"
    play(TwoWriters, found, shape=shape)
