"""Revisions of plans, with the least said."""

from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.plan import Plan
from service.domain.revision import Origin, Revision
from service.ports.journal import Interaction, JournalRow
from service.ports.storage import LedgerEntry, LinkState
from service.storage.jobs import JobQueue
from tests.builders import a_plan
from tests.fakes.clock import CountingIds

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_revision(plan: Plan | None = None, **changes: Any) -> Revision:
    values = {
        "number": 1,
        "plan": a_plan() if plan is None else plan,
        "groups": ("title", "patient"),
        "author": "person-1",
        "origin": Origin.PERSON,
        "recorded_at": NOON,
    }
    return Revision(**values | changes)


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def an_entry(**changes: Any) -> LedgerEntry:
    values = {
        "connection_id": "default",
        "resource_type": "Goal",
        "item_id": "goal-1",
        "patient_id": "patient-1",
        "state": LinkState.IN_SYNC,
    }
    return LedgerEntry(**values | changes)


def a_row(**changes: Any) -> JournalRow:
    values = {
        "id": "row-1",
        "connection_id": "default",
        "patient_id": "patient-1",
        "plan_id": "plan-1",
        "resource_type": "Goal",
        "item_id": "goal-1",
        "interaction": Interaction.CREATE,
        "body": {"resourceType": "Goal"},
        "digest": "sha256:0",
        "fencing": 1,
        "recorded_at": NOON,
    }
    return JournalRow(**values | changes)


def a_queue() -> JobQueue:
    """A queue whose jobs nobody carries out."""
    return JobQueue(put=lambda *_: None, new_id=CountingIds("job").new, now=lambda: NOON)
