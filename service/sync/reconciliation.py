"""What to do about one resource that both sides may have changed, decided without I/O.

| agreed | ours                | theirs                          | action                                    |
| ------ | ------------------- | ------------------------------- | ----------------------------------------- |
| yes    | same                | same                            | Rest                                      |
| yes    | changed             | same                            | Send                                      |
| yes    | same                | changed                         | TakeIn                                    |
| yes    | changed             | changed, says the same          | Agree                                     |
| yes    | changed             | changed, other groups           | TakeIn, and what is ours is sent after it |
| yes    | changed             | changed, same group             | Contest, or the owner's stands            |
| yes    | changed             | halted (stopped, cancelled, …)  | Contest: nothing is merged or sent        |
| yes    | ended               | changed                         | Contest                                   |
| yes    | any                 | a step that may not be taken    | Contest: what has ended stays so          |
| yes    | same                | entered-in-error                | TakeIn                                    |

A resource without a base, one that the chart lost, and a new one are `planner.decide`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from service.fhir.json import JsonObject
from service.fhir.transitions import is_terminal, is_withdrawn, may_follow, status_of
from service.sync.merge import Both, Fork, Ours, Rules, Theirs, Untouched, Verdict, joined, verdicts
from service.sync.sides import Sides

HALTS = frozenset({
    "stopped", "cancelled", "completed", "revoked", "on-hold", "entered-in-error", "noshow", "fulfilled",
})  # fmt: skip
"""Statuses of the chart beside which no change of ours is sent or merged before a person has seen both."""


class Cause(StrEnum):
    """Why a person has to look."""

    SAME_GROUP = "same-group"
    HALTED_THERE = "halted-there"
    ENDED_HERE = "ended-here"
    FORBIDDEN_STEP = "forbidden-step"
    UNREADABLE = "unreadable"
    WORDS_DISAGREE = "words-disagree"
    BESIDE_WORDS = "beside-words"
    WORDS_LEFT = "words-left"
    NOT_UNDERSTOOD = "not-understood"
    OTHER_PATIENT = "other-patient"
    NOT_APPLIED = "not-applied"
    OVERWRITTEN = "overwritten"
    VANISHED = "vanished"
    RESTORED = "restored"
    TWO_CLAIMANTS = "two-claimants"
    BOOKED_THERE = "booked-there"
    RENEWED_THERE = "renewed-there"
    EXISTS_THERE = "exists-there"
    CANNOT_TAKE_UP = "cannot-take-up"
    PATIENT_MATCH = "patient-match"
    PATIENT_CHANGED = "patient-changed"
    DECEASED = "deceased"
    EVIDENCE_WITHDRAWN = "evidence-withdrawn"


@dataclass(frozen=True, slots=True)
class Rest:
    """Both sides are as agreed."""


@dataclass(frozen=True, slots=True)
class Send:
    """Only we changed it."""


@dataclass(frozen=True, slots=True)
class Agree:
    """They changed it to what we mean: keep it as the new base, and send what else is ours."""

    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """Their change comes into the plan: `resource` is what the plan is to read, with urns."""

    resource: JsonObject
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A person decides, group by group; until then nothing of the resource moves."""

    cause: Cause
    groups: frozenset[str]


Action: TypeAlias = Rest | Send | Agree | TakeIn | Contest


def reconcile(sides: Sides, rules: Rules) -> Action:
    """Return what to do; total over every pair of changes."""
    here, there = sides.changed_here, sides.changed_there
    if not there and not rules.choices:
        return Send() if here else Rest()
    found = verdicts(sides, rules)
    open_ = frozenset(
        name for name in here | there if name not in rules.choices and not isinstance(found[name], Untouched)
    )
    cause = _cause(sides, here=bool(here & open_), moved=bool(open_))
    if cause is not None:
        return Contest(cause=cause, groups=open_)
    forked = frozenset(name for name, one in found.items() if isinstance(one, Fork))
    if forked:
        return Contest(cause=Cause.SAME_GROUP, groups=forked)
    if any(isinstance(one, Theirs | Both) or one == Ours(over=True) for one in found.values()):
        return TakeIn(resource=joined(sides, found), verdicts=found)
    return Agree(found)


def _cause(sides: Sides, *, here: bool, moved: bool) -> Cause | None:
    """Return why the statuses alone call for a person, for what nobody has decided yet."""
    kind, was, now = sides.type, status_of(sides.agreed.theirs), status_of(sides.theirs)
    if not moved:
        return None
    if was and now and not may_follow(kind, was, now):
        return Cause.FORBIDDEN_STEP
    if here and (_withdrawn_there(sides) or (now != was and now in HALTS)):
        return Cause.HALTED_THERE
    return Cause.ENDED_HERE if here and _ended(sides) else None


def _withdrawn_there(sides: Sides) -> bool:
    """Tell whether the chart entered it in error: a diagnosis says so in its verification, not a status."""
    return is_withdrawn(sides.theirs) and not is_withdrawn(sides.agreed.theirs)


def _ended(sides: Sides) -> bool:
    before, after = status_of(sides.agreed.ours), status_of(sides.ours)
    return after is not None and before != after and is_terminal(sides.type, after)
