"""How an item of a plan and its resource in a chart stand to each other."""

from enum import StrEnum


class LinkState(StrEnum):
    """How one item stands with its resource in one chart (docs/sync.md)."""

    IN_SYNC = "in-sync"
    WAITING = "waiting"
    IN_FLIGHT = "in-flight"
    UNKNOWN_OUTCOME = "unknown-outcome"
    CONFLICT = "conflict"
    NOT_KEPT = "not-kept"
    PARKED = "parked"
    DETACHED = "detached"
    FROZEN = "frozen"
    PULL_ONLY = "pull-only"
    PLAN_ONLY = "plan-only"
