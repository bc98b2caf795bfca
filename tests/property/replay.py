"""A schedule of the machine's steps, played again without Hypothesis, and made smaller."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeAlias

from hypothesis.stateful import rule

Step: TypeAlias = tuple[str, Mapping[str, Any]]
Schedule: TypeAlias = Sequence[Step]


def step(**draws: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a rule whose calls are noted in the machine's `schedule`."""

    def made(act: Callable[..., None]) -> Any:
        @wraps(act)
        def noted(machine: Any, **given: Any) -> None:
            machine.schedule.append((act.__name__, given))
            act(machine, **given)

        return rule(**draws)(noted)

    return made


def play(machine: type[Any], schedule: Schedule, *, shape: int = 0) -> None:
    """Make the steps one by one and end the run; raises what the laws raise."""
    run = machine()
    run.begin(shape=shape)
    for name, given in schedule:
        getattr(run, name)(**given)
        run.the_laws_hold()
    run.teardown()


def breaks(machine: type[Any], schedule: Schedule, *, shape: int = 0) -> bool:
    """Tell whether a schedule breaks a law."""
    try:
        play(machine, schedule, shape=shape)
    except AssertionError:
        return True
    except Exception:
        return False
    return False


def smaller(machine: type[Any], schedule: Schedule, *, shape: int = 0) -> list[Step]:
    """Leave out as many steps as can be left out while a law still breaks."""
    left, size = list(schedule), max(1, len(schedule) // 2)
    while size:
        start = 0
        while start < len(left):
            shorter = left[:start] + left[start + size :]
            if breaks(machine, shorter, shape=shape):
                left = shorter
            else:
                start += size
        size //= 2
    return left
