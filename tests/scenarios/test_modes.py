"""What each command does in each mode, and while writing is stopped: the table of docs/sync.md."""

from collections.abc import Callable
from typing import Any

import pytest

from service.application.import_chart import FromEhr, ImportChart, ImportPorts, import_chart
from service.application.preview_sync import ApplySync, apply_sync, preview_sync
from service.application.push_plan import ReadOnly
from service.application.sync_plan import SyncPlan
from service.application.writing import stop_writing
from service.ports.imports import ImportOutcome
from service.ports.storage import ConnectionMode
from service.sync.barrier import Barred
from service.sync.report import Done
from tests.architecture.test_docs import table
from tests.builders import the_full_plan
from tests.scenarios.clinic import SYSTEM, Clinic, of
from tests.scenarios.two_sides import GOAL, PLAN, item

STATES = ("read-only", "shadow", "write", "writing stopped")


def a_clinic(state: str) -> Clinic:
    """Both sides have agreed, and each has changed something since."""
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(PLAN), title="their title")
    clinic.revise(item("goals", description="our words")(clinic.head()))
    if state == "writing stopped":
        stop_writing("the EHR is moved", by="cli:root", ports=clinic.plans)
    else:
        clinic.configure(mode=ConnectionMode(state))
    clinic.asked.clear()
    return clinic


def push(clinic: Clinic) -> Done:
    return of(clinic.push(), GOAL).done


def sync(clinic: Clinic) -> Done:
    done = of(clinic.sync(), GOAL).done
    assert clinic.head().title == "their title"
    return done


def dry_run(clinic: Clinic) -> int:
    seen = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports)
    assert clinic.head().title != "their title"
    return len(seen.requests)


def apply(clinic: Clinic) -> Done:
    digest = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports).digest
    return of(apply_sync(ApplySync(plan_id=clinic.plan.id, digest=digest), clinic.ports), GOAL).done


def import_(clinic: Clinic) -> ImportOutcome:
    patient = clinic.all("Patient")[0]["id"]
    ports = ImportPorts(
        storage=clinic.storage,
        clock=clinic.clock,
        ids=clinic.ports.ids,
        identifier_system=SYSTEM,
        ehr=clinic.ehr,
    )
    return import_chart(ImportChart(source=FromEhr(patient=patient)), ports).outcome


COMMANDS: dict[str, tuple[Callable[[Clinic], Any], tuple[object, ...]]] = {
    "push": (push, (ReadOnly, Done.WOULD_UPDATE, Done.UPDATED, Done.WAITING)),
    "sync": (sync, (Done.WAITING, Done.WOULD_UPDATE, Done.UPDATED, Done.WAITING)),
    "sync --dry-run": (dry_run, (1, 1, 1, 1)),
    "sync --apply": (apply, (ReadOnly, ReadOnly, Done.UPDATED, Barred)),
    "import": (import_, (ImportOutcome.KNOWN,) * 4),
}
CASES = [
    (command, state, expected)
    for command, (_, row) in COMMANDS.items()
    for state, expected in zip(STATES, row, strict=True)
]


@pytest.mark.parametrize(("command", "state", "expected"), CASES)
def test_each_command_does_in_each_mode_what_the_table_says(
    command: str, state: str, expected: object
) -> None:
    clinic = a_clinic(state)
    before = clinic.of(GOAL)
    act = COMMANDS[command][0]
    if isinstance(expected, type) and issubclass(expected, Exception):
        with pytest.raises(expected):
            act(clinic)
    else:
        assert act(clinic) == expected
    writes = expected is Done.UPDATED
    assert ({one.method for one in clinic.asked} <= {"GET"}) is not writes
    assert (clinic.of(GOAL) == before) is not writes


def test_the_table_of_the_page_says_the_same() -> None:
    rows = {row[0]: row[1:] for row in table("docs/sync.md", "command")}
    assert set(rows) == set(COMMANDS)
    told = dict(rows)
    for name in ("sync --dry-run", "import"):
        assert told.pop(name)[1:] == ["the same"] * 3
    for name, cells in told.items():
        for cell, expected in zip(cells, COMMANDS[name][1], strict=True):
            assert ("refused" in cell) is (expected in (ReadOnly, Barred))
            assert ("waits" in cell) is (expected is Done.WAITING)
            assert ("would write" in cell) is (expected is Done.WOULD_UPDATE)
