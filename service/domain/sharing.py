"""What of a plan is the patient's alone: journal entries that are not shared, through every change."""

from dataclasses import replace

from service.domain.journal import JournalEntry
from service.domain.plan import Plan
from service.domain.values import Invalid, Problem


def unshared(plan: Plan) -> tuple[JournalEntry, ...]:
    """Return the journal entries that the patient keeps to themselves."""
    return tuple(one for one in plan.journal if not one.shared)


def without_unshared(plan: Plan) -> Plan:
    """Return the plan as everybody but its patient sees it."""
    return replace(plan, journal=tuple(one for one in plan.journal if one.shared))


def keeping_unshared(before: Plan, after: Plan) -> Plan:
    """Return what somebody who sees no unshared entry made of a plan, with those entries in their places.

    Raises `Invalid` when `after` has an entry of its own under the id of one that is kept: it would be read,
    changed or shared by somebody whom the patient did not let see it.
    """
    kept = {one.id for one in unshared(before)}
    taken = [
        Problem(f"journal[{index}].id", "is the id of an entry that its patient has not shared")
        for index, one in enumerate(after.journal)
        if one.id in kept
    ]
    if taken:
        raise Invalid(taken)
    journal = list(after.journal)
    for index, one in enumerate(before.journal):
        if one.id in kept:
            journal.insert(index, one)
    return replace(after, journal=tuple(journal))
