"""What is left when a process dies: what the database committed, and what the EHR holds."""

from dataclasses import dataclass, field
from datetime import datetime

from service.sandbox.records import Version
from tests.crash.boundaries import Gate, Moment, When
from tests.fakes.clock import StillClock
from tests.fakes.storage import Kept
from tests.scenarios.clinic import Clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Everything outside of the process at one moment."""

    kept: Kept
    chart: tuple[Version, ...]
    now: datetime

    @classmethod
    def of(cls, clinic: Clinic) -> "Remains":
        """Return what is left if our process dies now."""
        chart = tuple(reversed(tuple(clinic.store.history())))
        return cls(kept=clinic.storage.kept, chart=chart, now=clinic.clock.now())

    def same(self, clinic: Clinic) -> bool:
        """Tell whether nothing outside has changed since; a commit puts another object into its place."""
        return clinic.storage.kept is self.kept and len(list(clinic.store.history())) == len(self.chart)

    def found_by(self, clinic: Clinic) -> None:
        """Put a clinic where a new process finds exactly this."""
        clinic.hold(self.chart)
        clinic.storage.kept = self.kept
        clinic.clock = StillClock(self.now)


@dataclass(slots=True, kw_only=True)
class Deaths:
    """Every moment at which a process could die in one piece of work, and what it would leave each time."""

    clinic: Clinic
    left: list[Remains] = field(default_factory=list)
    moments: list[tuple[int, When, int]] = field(default_factory=list)

    def gate(self) -> Gate:
        """Return the gate that notes them."""
        return Gate(meet=self._note)

    def _note(self, moment: Moment) -> None:
        if not self.left or not self.left[-1].same(self.clinic):
            self.left.append(Remains.of(self.clinic))
        self.moments.append((moment.number, moment.when, len(self.left) - 1))
