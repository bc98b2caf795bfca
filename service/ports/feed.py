"""What is remembered of reading the charts: what was seen last of each resource, and which plans are due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.ports.links import LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What the ledger says in the clear of one resource of the chart, and which plans rest on it.

    A Patient concerns every plan of that patient. `stamp` is the version, else lastUpdated.
    """

    reference: str
    stamp: str | None
    state: LinkState
    plans: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What was seen of one resource: its stamp, a digest of all of it, in how many looks it was missing."""

    reference: str
    stamp: str | None = None
    digest: str | None = None
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was seen of a resource before; `same` compares the content, None where that cannot be told."""

    stamp: str | None
    same: bool | None
    missing: int


class Links(Protocol):
    """Look-ups over the ledger that open nothing that is sealed."""

    def of(self, connection_id: str, references: Iterable[str]) -> Mapping[str, tuple[Link, ...]]:
        """Return the links of the resources that have any, by reference."""

    def page(
        self, connection_id: str, *, after: str | None, limit: int
    ) -> tuple[Mapping[str, tuple[Link, ...]], str | None]:
        """Return the links of some resources in an order that stays, and the `after` of those that follow."""

    def using(self, connection_id: str, item_id: str) -> tuple[str, ...]:
        """Return, by id, the plans that rest on what stands for an item, such as a person, in the chart."""


class Sights(Protocol):
    """What the charts looked like when they were read last; digests are kept as keyed hashes."""

    def before(self, connection_id: str, now: Iterable[Sight]) -> Mapping[str, Before]:
        """Return what was seen before of those that were ever seen, compared with what is seen now."""

    def keep(self, connection_id: str, sights: Iterable[Sight]) -> None:
        """Keep what is seen now, in place of what was."""


class Due(Protocol):
    """Which plans wait for a pass, durably, with or without a worker."""

    def wake(self, connection_id: str, plan_ids: Iterable[str], at: datetime) -> None:
        """Note that the chart said something that concerns these plans."""

    def number(self, connection_id: str, plan_id: str) -> int:
        """Return how often a plan was woken since it was done last; 0 for one that is not."""

    def done(self, connection_id: str, plan_id: str, number: int) -> None:
        """Note that a pass began when a plan had been woken so often; later wakings stay."""

    def plans(self, connection_id: str) -> tuple[str, ...]:
        """Return, by id, the plans that were woken, or revised since their last pass, or wait."""

    def ask_for_poll(self, connection_id: str, at: datetime) -> None:
        """Note that the chart is to be read soon."""

    def poll_asked(self, connection_id: str) -> datetime | None:
        """Return since when a poll is asked for, if one is."""

    def poll_done(self, connection_id: str, asked: datetime | None) -> None:
        """Note that a poll began when one was asked for since then; a later asking stays."""
