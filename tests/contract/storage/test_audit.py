from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.ports.access import AuditEntry, AuditFilter, Doubt, Entrance, Outcome, RefusedCount
from service.ports.storage import Storage
from service.storage.database import WRITES, open_engine
from service.storage.schema import upgrade
from tests.builders import a_plan
from tests.contract.storage.samples import NOON, a_revision, later

READ = AuditEntry(
    at=NOON,
    who="n.okafor",
    role="clinician",
    entrance=Entrance.TOKEN,
    operation="readPlan",
    outcome=Outcome.DONE,
    status=200,
    request_id="req-1",
    plan_id="plan-1",
    patient_id="patient-1",
)
ENTRIES = (
    READ,
    replace(READ, who="app-7", role="patient", at=later(1)),
    replace(READ, operation="patchPlan", outcome=Outcome.REFUSED, status=412, at=later(2)),
    replace(READ, plan_id="plan-2", patient_id="patient-2", acting_for="j.mueller", item_id="i", at=later(3)),
)


def kept(storage: Storage, *entries: AuditEntry) -> None:
    with storage.begin() as work:
        for one in entries:
            work.audit.add(one)
        work.commit()


def found(storage: Storage, *, before: int | None = None, limit: int = 50, **wanted) -> list[AuditEntry]:
    with storage.begin(write=False) as work:
        return list(work.audit.page(AuditFilter(**wanted), before=before, limit=limit))


def test_entries_are_numbered_as_they_come_and_the_latest_is_shown_first(storage: Storage) -> None:
    kept(storage, *ENTRIES)
    numbered = [replace(one, number=n) for n, one in enumerate(ENTRIES, start=1)]
    assert found(storage) == numbered[::-1]
    assert found(storage, before=3) == numbered[1::-1]
    assert found(storage, before=4, limit=2) == numbered[2:0:-1]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"who": "app-7"}, [2]),
        ({"operation": "patchPlan"}, [3]),
        ({"plan_id": "plan-2"}, [4]),
        ({"patient_id": "patient-1"}, [3, 2, 1]),
        ({"outcome": Outcome.REFUSED}, [3]),
        ({"since": later(2)}, [4, 3]),
        ({"until": later(2)}, [2, 1]),
        ({"since": later(1), "until": later(3), "plan_id": "plan-1"}, [3, 2]),
        ({"who": "nobody"}, []),
    ],
)
def test_a_trail_narrows_to_what_is_asked(storage: Storage, wanted, numbers: list[int]) -> None:
    kept(storage, *ENTRIES)
    assert [one.number for one in found(storage, **wanted)] == numbers


def test_the_patient_of_a_plan_is_looked_up_unless_named_and_no_other_plan_is_kept(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision())
        work.audit.add(replace(READ, plan_id=a_plan().id, patient_id=None))
        work.audit.add(replace(READ, plan_id="none", patient_id=None))
        work.audit.add(replace(READ, plan_id=None, patient_id=None))
        work.commit()
    assert [(one.plan_id, one.patient_id) for one in found(storage)] == [
        (None, None),
        (None, None),
        (a_plan().id, a_plan().patient.id),
    ]


def test_an_entry_is_undone_with_the_change_it_tells_of(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision())
        work.audit.add(READ)
    assert found(storage) == []


def test_refusals_without_an_identity_are_counted_by_the_hour(storage: Storage) -> None:
    with storage.begin() as work:
        for hour, doubt in (
            (NOON, Doubt.MISSING),
            (NOON, Doubt.MISSING),
            (NOON, Doubt.EXPIRED),
            (later(60), Doubt.MISSING),
        ):
            work.audit.count_refused(hour, "readPlan", doubt)
        work.commit()
    with storage.begin(write=False) as work:
        counts = work.audit.refused(since=NOON)
        assert [(one.hour, one.doubt, one.count) for one in counts] == [
            (NOON, Doubt.EXPIRED, 1),
            (NOON, Doubt.MISSING, 2),
            (later(60), Doubt.MISSING, 1),
        ]
        assert work.audit.refused(since=later(60)) == (
            RefusedCount(hour=later(60), operation="readPlan", doubt=Doubt.MISSING, count=1),
        )


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_or_forget_an_entry(database: str, statement: str) -> None:
    upgrade(database)
    engine = open_engine(database)
    row = (
        "INSERT INTO audit (at, who, role, entrance, operation, outcome, status)"
        " VALUES ('2026-03-02 12:00:00', 'a', 'reader', 'token', 'readPlan', 'done', 200)"
    )
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection:
            connection.execute(text(row))
            connection.commit()
            with pytest.raises(DatabaseError, match="only grows"):
                connection.execute(text(statement))
            connection.rollback()
            assert connection.execute(text("SELECT who FROM audit")).scalar_one() == "a"
    finally:
        engine.dispose()
