"""Which faults strike the next request: decided from what came before, without a clock and without a die."""

from dataclasses import dataclass, replace

from service.sandbox.faults.notation import Fault
from service.sandbox.faults.scope import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """A fault that waits for its requests: how many its scope met, how many of these it struck."""

    number: int
    fault: Fault
    met: int = 0
    struck: int = 0

    def next(self, asked: Asked) -> tuple["Armed", bool]:
        """Tells whether the fault strikes a request, and how it stands afterwards."""
        scope = self.fault.scope
        if not scope.meets(asked):
            return self, False
        strikes = scope.strikes(met=self.met, struck=self.struck)
        return replace(self, met=self.met + 1, struck=self.struck + strikes), strikes


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All faults, in the order in which they were armed."""

    armed: tuple[Armed, ...] = ()
    last: int = 0

    def with_one_more(self, fault: Fault) -> "Schedule":
        """Gives the schedule with a fault, which gets the next number."""
        number = self.last + 1
        return Schedule(armed=(*self.armed, Armed(number=number, fault=fault)), last=number)

    def without(self, number: int) -> "Schedule":
        """Gives the schedule without the fault of a number."""
        return replace(self, armed=tuple(one for one in self.armed if one.number != number))

    def spared(self, number: int) -> "Schedule":
        """Gives the schedule as if the fault of a number had not struck the last request."""
        rest = (replace(one, struck=one.struck - (one.number == number)) for one in self.armed)
        return replace(self, armed=tuple(rest))

    def next(self, asked: Asked) -> tuple["Schedule", tuple[Armed, ...]]:
        """Gives the faults that strike a request, and the schedule afterwards."""
        judged = [one.next(asked) for one in self.armed]
        struck = tuple(one for one, strikes in judged if strikes)
        return replace(self, armed=tuple(one for one, _ in judged)), struck
