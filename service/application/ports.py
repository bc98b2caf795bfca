"""What the use cases on plans need from outside."""

from dataclasses import dataclass

from service.domain.findings.judging import PUBLISHED_STANDARDS, Standards
from service.domain.findings.numbers import Numbers
from service.domain.instruments import Instruments
from service.ports.clock import Clock
from service.ports.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPorts:
    """Where plans are kept, what time it is, and what the rules judge by."""

    storage: Storage
    clock: Clock
    standards: Standards = PUBLISHED_STANDARDS

    @property
    def numbers(self) -> Numbers:
        """The clinic's numbers for the rules."""
        return self.standards.numbers

    @property
    def instruments(self) -> Instruments:
        """What the clinic holds scores to mean."""
        return self.standards.instruments


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """Who makes a revision, and on top of which one: `expected` is the number that they read.

    Who does not see journal entries that are not shared leaves them as they are: `sees_unshared` is for the
    plan's patient alone.
    """

    author: str
    expected: int
    sees_unshared: bool = False
