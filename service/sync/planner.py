"""What to do about one resource, decided without I/O from what was agreed, what we mean and what is there.

| agreed | ours      | theirs           | decision                                             |
| ------ | --------- | ---------------- | ---------------------------------------------------- |
| no     | exists    | absent           | Make                                                 |
| no     | exists    | same             | Agree                                                |
| no     | exists    | different        | Dispute: nothing is merged without a base            |
| no     | exists    | gone             | Detach: it was linked, and is not made again         |
| yes    | same      | (not read)       | Leave                                                |
| yes    | changed   | as agreed        | Revise, conditional on the version read              |
| yes    | changed   | already says it  | Agree                                                |
| yes    | changed   | changed          | Dispute: never overwritten, never settled by time    |
| yes    | reopened  | ended            | Dispute: what has ended never becomes active again   |
| yes    | changed   | entered in error | Spare: nothing is written over what was withdrawn    |
| yes    | changed   | gone             | Detach: keep ours, ask                               |

Merging two changed sides, and pulling theirs, is the two-way sync's part.
"""

from dataclasses import dataclass
from typing import TypeAlias

from service.fhir.canonical import digest
from service.fhir.json import JsonObject
from service.fhir.transitions import is_terminal, is_withdrawn, may_follow, status_of
from service.sync.fingerprint import same

UNKNOWN_CONTENT = "the chart holds another content under our identifier"
CHANGED_THERE = "it was changed in the chart since we wrote it, and was not overwritten"
WITHDRAWN_THERE = (
    "it was entered in error in the chart, and nothing is written over that: take the change back, or make a"
    " new one"
)
ENDED_THERE = "it has ended in the chart, and what has ended is not reopened: make a new one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The two halves of the base: the digest of what we meant, and what the server kept."""

    ours_digest: str
    theirs: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """The chart holds the resource no longer."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Make:
    """Create it in the chart."""


@dataclass(frozen=True, slots=True)
class Revise:
    """Replace the version that was read by our change laid over it."""

    body: JsonObject


@dataclass(frozen=True, slots=True)
class Agree:
    """The chart says already what we mean: link, no write."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """Both sides say something of their own: stop, a person decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class Spare:
    """The chart entered it in error: nothing is written over that, whatever we mean."""


@dataclass(frozen=True, slots=True)
class Detach:
    """The chart lost it: keep ours, ask."""


Decision: TypeAlias = Leave | Make | Revise | Agree | Dispute | Spare | Detach


def changed(agreed: Agreed | None, ours: JsonObject) -> bool:
    """Tell whether we mean something else than what was agreed; without an agreement everything is new."""
    return agreed is None or agreed.ours_digest != digest(ours)


def decide(agreed: Agreed | None, ours: JsonObject | None, theirs: JsonObject | Vanished | None) -> Decision:
    """Return what to do; `ours` is our rendering laid over `theirs`, None when it did not change.

    `theirs` is None where the chart has nothing of ours, or was not read because ours is as agreed.
    """
    match agreed, ours, theirs:
        case _, None, _:
            return Leave()
        case None, _, dict() as held:
            return Agree() if same(ours, held) else Dispute(UNKNOWN_CONTENT)
        case None, _, None:
            return Make()
        case Agreed(), _, dict() as held:
            return _revision(agreed, ours, held)
        case _:
            return Detach()


def _revision(agreed: Agreed, ours: JsonObject, held: JsonObject) -> Decision:
    if same(ours, held):
        return Agree()
    if not same(agreed.theirs, held):
        return Dispute(CHANGED_THERE)
    if is_withdrawn(held):
        return Spare()
    return Dispute(ENDED_THERE) if _reopens(ours, held) else Revise(ours)


def _reopens(ours: JsonObject, held: JsonObject) -> bool:
    # HAPI 8.8.0 takes stopped to active and cancelled to booked.
    kind, old, new = held["resourceType"], status_of(held), status_of(ours)
    if old is None or new is None:
        return False
    return is_terminal(kind, old) and not may_follow(kind, old, new)
