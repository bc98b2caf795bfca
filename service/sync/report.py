"""What a push did, item by item, in words that are true: nothing is called written that was not kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.fhir.outcome import OutcomeIssue
from service.mapping.references import Key


class Done(StrEnum):
    """What became of one item."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LINKED = "linked"
    MATCHED = "matched"
    REFERENCED = "referenced"
    WOULD_CREATE = "would-create"
    WOULD_UPDATE = "would-update"
    NOT_KEPT = "not-kept"
    CONFLICT = "conflict"
    DETACHED = "detached"
    REJECTED = "rejected"
    INVALID = "invalid"
    UNMATCHED = "unmatched"
    WAITING = "waiting"
    MANUAL_ENTRY = "manual-entry"
    UNKNOWN_OUTCOME = "unknown-outcome"
    WITHHELD = "withheld"


# What asks for nobody's attention; everything else is work that is left.
SETTLED = frozenset({
    Done.CREATED, Done.UPDATED, Done.UNCHANGED, Done.LINKED, Done.MATCHED, Done.REFERENCED, Done.WITHHELD,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReport:
    """One item: where it is in the chart, what was done, what stands in the way, whether we wrote it now.

    `issues` are the server's own words with their FHIR paths; `not_kept` the elements that it dropped.
    """

    key: Key
    done: Done
    reference: str | None = None
    version: str | None = None
    reason: str | None = None
    issues: tuple[OutcomeIssue, ...] = ()
    not_kept: tuple[str, ...] = ()
    wrote: bool = False


class Standing(StrEnum):
    """How plan and chart stand after a push."""

    IN_STEP = "in-step"
    PARTLY = "partly"
    PARKED = "parked"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """The whole push of one revision over one connection."""

    plan_id: str
    revision: int
    connection_id: str
    standing: Standing
    items: tuple[ItemReport, ...]

    @property
    def writes(self) -> int:
        """How many resources of the chart this push wrote."""
        return sum(item.wrote for item in self.items)

    @property
    def touched(self) -> bool:
        """Whether the chart may be another than before this push."""
        return any(item.wrote or item.done is Done.UNKNOWN_OUTCOME for item in self.items)

    @property
    def counts(self) -> dict[str, int]:
        """How many items came out how."""
        return dict(sorted(Counter(item.done.value for item in self.items).items()))


def standing_of(items: Iterable[ItemReport]) -> Standing:
    """Return how plan and chart stand, judged by the items alone."""
    done = {item.done for item in items}
    if Done.UNMATCHED in done:
        return Standing.PARKED
    if done & {Done.WOULD_CREATE, Done.WOULD_UPDATE}:
        return Standing.SHADOW
    return Standing.IN_STEP if done <= SETTLED else Standing.PARTLY
