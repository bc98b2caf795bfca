from dataclasses import replace
from decimal import Decimal

import pytest

from service.ports.imports import ImportOutcome, ImportRecord, ImportSource
from service.ports.storage import Storage, Unknown
from tests.contract.storage.samples import NOON, later

RECORD = ImportRecord(
    id="import-1",
    source=ImportSource.EHR,
    outcome=ImportOutcome.MADE,
    connection_id="default",
    plan_id="plan-1",
    author="n.okafor",
    imported_at=NOON,
    content={"medications": [{"drug": "x", "value": Decimal("1.50")}], "unplaced": []},
)
OF_A_FILE = ImportRecord(
    id="import-2",
    source=ImportSource.FILE,
    outcome=ImportOutcome.LACKING,
    author="n.okafor",
    imported_at=NOON,
    content={},
)


def test_an_import_comes_back_as_it_was_kept(storage: Storage) -> None:
    with storage.begin() as work:
        work.imports.put(RECORD)
        work.imports.put(OF_A_FILE)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.imports.get("import-1") == RECORD
        assert work.imports.get("import-2") == OF_A_FILE


def test_an_import_that_is_made_again_takes_the_place_of_the_first(storage: Storage) -> None:
    again = replace(RECORD, outcome=ImportOutcome.KNOWN, imported_at=later(5), content={"lacks": []})
    with storage.begin() as work:
        work.imports.put(RECORD)
        work.imports.put(again)
        assert work.imports.get("import-1") == again


def test_the_imports_of_a_plan_come_newest_first(storage: Storage) -> None:
    other = replace(RECORD, id="import-0", imported_at=later(5))
    same_time = replace(RECORD, id="import-3")
    with storage.begin() as work:
        for one in (RECORD, OF_A_FILE, same_time, other, replace(RECORD, id="import-4", plan_id="plan-2")):
            work.imports.put(one)
        assert work.imports.of_plan("plan-1") == (other, RECORD, same_time)
        assert work.imports.of_plan("plan-9") == ()


def test_an_import_that_is_not_there_is_unknown(storage: Storage) -> None:
    with storage.begin(write=False) as work, pytest.raises(Unknown, match="import import-9"):
        work.imports.get("import-9")


def test_what_a_caller_changes_afterwards_does_not_change_what_is_kept(storage: Storage) -> None:
    content = {"lacks": ["an author"]}
    with storage.begin() as work:
        work.imports.put(replace(RECORD, content=content))
        content["lacks"].append("a title")
        assert work.imports.get("import-1").content == {"lacks": ["an author"]}
