"""Revisions: how a plan may change from one snapshot to the next, and what is said about the change."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.domain.check_in import CheckInCadence
from service.domain.journal import JournalEntry
from service.domain.medication import MedicationOrder, OrderStatus
from service.domain.plan import LIST_GROUPS, Plan, items
from service.domain.terminal import may_follow
from service.domain.values import Invalid, Problem, Value


class Origin(StrEnum):
    """Who made a revision: a person, the EHR, or a rule of this service."""

    PERSON = "person"
    EHR = "ehr"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision(Value):
    """One immutable snapshot; `number` counts from 1 and is the plan's ETag."""

    number: int
    plan: Plan
    groups: tuple[str, ...]
    author: str
    origin: Origin
    recorded_at: datetime


_STATUSES = ("status", "verification")


def changed_groups(before: Plan | None, after: Plan) -> tuple[str, ...]:
    """Return the names of the plan's fields that differ, in the plan's order; all that are set, at first."""
    names = (item.name for item in fields(Plan))
    if before is None:
        return tuple(name for name in names if getattr(after, name) not in ((), None))
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def check_succession(before: Plan, after: Plan) -> None:
    """Refuse, with `Invalid`, a next snapshot that loses an item, reopens an ending or moves the plan."""
    problems = [*_moved(before, after), *_group_problems(before, after)]
    if problems:
        raise Invalid(problems)


def _moved(before: Plan, after: Plan) -> Iterator[Problem]:
    if after.id != before.id:
        yield Problem("id", "must stay the plan's id")
    if after.patient.id != before.patient.id:
        yield Problem("patient.id", "must stay: a plan never moves to another patient")
    if not may_follow(before.status, after.status):
        yield Problem("status", f"cannot follow {before.status}; make a new plan instead")
    if before.check_ins is not None:
        yield from _check_in_problems(before.check_ins, after.check_ins)


def _check_in_problems(old: CheckInCadence, new: CheckInCadence | None) -> Iterator[Problem]:
    """The cadence stays the plan's one; on hold it may wait, and its ending is final."""
    if new is None or new.id != old.id:
        yield Problem("check_ins", "is left out; endings are explicit")
    elif not may_follow(old.status, new.status):
        yield Problem("check_ins.status", f"cannot follow {old.status}; an ending is final")


def _group_problems(before: Plan, after: Plan) -> Iterator[Problem]:
    for group in LIST_GROUPS:
        now = {one.id: (index, one) for index, one in enumerate(items(after, group))}
        for old in items(before, group):
            if old.id not in now:
                yield Problem(group, f"leaves out {old.id}; end it by its status or its last day instead")
                continue
            index, new = now[old.id]
            yield from (problem.under(f"{group}[{index}]") for problem in _item_problems(old, new))


def _item_problems(old: Any, new: Any) -> Iterator[Problem]:
    for name in _STATUSES:
        was, is_now = getattr(old, name, None), getattr(new, name, None)
        if was is not None and is_now is not None and not may_follow(was, is_now):
            yield Problem(name, f"cannot follow {was}; an ending is final, add a new item instead")
    if _withdrawn(old):
        yield from _changes(old, new)
        return
    match old:
        case MedicationOrder():
            yield from _order_problems(old, new)
        case JournalEntry() if old.shared and not new.shared:
            yield Problem("shared", "cannot be taken back: a chart may hold it; mark it entered-in-error")


def _withdrawn(one: Any) -> bool:
    return "entered-in-error" in (getattr(one, "status", None), getattr(one, "verification", None))


def _changes(old: Any, new: Any) -> Iterator[Problem]:
    """Refuse every change of what was entered in error: no chart would take it any more."""
    for name in (one.name for one in fields(old)):
        if name not in _STATUSES and getattr(old, name) != getattr(new, name):
            yield Problem(name, "cannot change: it was entered in error, add a new item instead")


def _order_problems(old: MedicationOrder, new: MedicationOrder) -> Iterator[Problem]:
    if old.status is OrderStatus.DRAFT:
        return
    if new.status is OrderStatus.DRAFT:
        yield Problem("status", "cannot become a draft again: its dose could then change in place")
    for name in ("drug", "dosage"):
        if getattr(old, name) != getattr(new, name):
            yield Problem(name, "cannot change in an order that was made; add an order that replaces it")
    for name in ("replaces", "authored_on"):
        if getattr(old, name) != getattr(new, name):
            yield Problem(name, "cannot change in an order that was made")
    if old.prescriber not in (None, new.prescriber):
        yield Problem("prescriber", "cannot change in an order that was made")
