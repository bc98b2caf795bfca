"""The truth table of the planner: what was agreed, what we mean, what is there."""

import pytest

from service.fhir.canonical import digest
from service.sync.planner import (
    CHANGED_THERE,
    ENDED_THERE,
    UNKNOWN_CONTENT,
    Agree,
    Agreed,
    Detach,
    Dispute,
    Leave,
    Make,
    Revise,
    Spare,
    Vanished,
    changed,
    decide,
)

OURS = {"resourceType": "Goal", "lifecycleStatus": "active", "description": {"text": "ours"}}
BEFORE = {**OURS, "description": {"text": "before"}}
THEIRS = {**OURS, "description": {"text": "theirs"}}
STAMPED = {**OURS, "id": "7", "meta": {"versionId": "9", "lastUpdated": "2026-03-02T09:00:00Z"}}
AGREED = Agreed(ours_digest=digest(BEFORE), theirs=BEFORE)

TABLE = {
    "nothing meant": (None, None, BEFORE, Leave()),
    "nothing meant, agreed": (AGREED, None, BEFORE, Leave()),
    "new": (None, OURS, None, Make()),
    "there already": (None, OURS, OURS, Agree()),
    "there already, stamped by the server": (None, OURS, STAMPED, Agree()),
    "there with another content": (None, OURS, THEIRS, Dispute(UNKNOWN_CONTENT)),
    "linked once, gone": (None, OURS, Vanished(), Detach()),
    "changed here": (AGREED, OURS, BEFORE, Revise(OURS)),
    "changed here, restamped there": (AGREED, OURS, {**BEFORE, "meta": {"versionId": "3"}}, Revise(OURS)),
    "changed on both sides to the same": (AGREED, OURS, STAMPED, Agree()),
    "changed on both sides": (AGREED, OURS, THEIRS, Dispute(CHANGED_THERE)),
    "changed here, gone there": (AGREED, OURS, Vanished(), Detach()),
}


@pytest.mark.parametrize(("agreed", "ours", "theirs", "decision"), TABLE.values(), ids=TABLE)
def test_every_row_of_the_table(agreed, ours, theirs, decision):
    assert decide(agreed, ours, theirs) == decision


def status(kind: str, value: str | None, note: str) -> dict[str, object]:
    element = "lifecycleStatus" if kind == "Goal" else "status"
    said = {} if value is None else {element: value}
    return {"resourceType": kind, "note": [{"text": note}], **said}


@pytest.mark.parametrize(
    ("kind", "there", "meant", "reopens"),
    [
        ("MedicationRequest", "stopped", "active", True),
        ("MedicationRequest", "completed", "on-hold", True),
        ("Appointment", "cancelled", "booked", True),
        ("Goal", "completed", "active", True),
        ("MedicationRequest", "stopped", "stopped", False),
        ("MedicationRequest", "stopped", "entered-in-error", False),
        ("MedicationRequest", "active", "stopped", False),
        ("CarePlan", "active", "draft", False),
        ("Patient", None, None, False),
        ("MedicationRequest", "stopped", None, False),
    ],
)
def test_what_has_ended_never_becomes_active_again(kind, there, meant, reopens):
    held, ours = status(kind, there, "before"), status(kind, meant, "after")
    wanted = Dispute(ENDED_THERE) if reopens else Revise(ours)
    assert decide(Agreed(ours_digest=digest(held), theirs=held), ours, held) == wanted


@pytest.mark.parametrize("meant", ["entered-in-error", "active", None])
@pytest.mark.parametrize("kind", ["MedicationRequest", "Goal", "Task"])
def test_nothing_is_written_over_what_the_chart_entered_in_error(kind, meant):
    held, ours = status(kind, "entered-in-error", "before"), status(kind, meant, "after")
    agreed = Agreed(ours_digest=digest(held), theirs=held)
    assert decide(agreed, ours, held) == Spare()
    assert decide(agreed, held, held) == Agree()


def test_only_another_content_is_a_change():
    assert changed(None, OURS)
    assert changed(AGREED, OURS)
    assert not changed(AGREED, {**BEFORE, "meta": {"versionId": "4"}})
