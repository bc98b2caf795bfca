"""What lies in the database is sealed, and whoever lacks the key, or moved a row, is told so."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, text

from service.domain.concept import Identifier
from service.ports.sealing import Damaged, KeyLacking, KeyRetired, NotSealed, WrongKey
from service.ports.storage import PlanFilter
from service.storage import Storage, rows
from service.storage.columns import Hashed, Sealed
from service.storage.copying import kind_of
from service.storage.database import open_engine, transaction
from service.storage.keyring import Key, KeyRing
from service.storage.schema import upgrade
from service.storage.tables import metadata
from tests.builders import PSYCHIATRIST, a_patient, a_person, a_plan
from tests.contract.storage.keys import KEYS, a_ring
from tests.contract.storage.sample_database import FULL, contents, fill
from tests.contract.storage.samples import a_revision, a_row, an_entry

# What may lie in the clear, and why: a column of text that is neither sealed, hashed nor here fails a test.
IDS = "ids, which whoever makes them keeps free of names (docs/security.md)"
CODES = "a code, or words of ours with ids in them"
CHART = "what the server calls its resources and versions"
SETTINGS = "settings of the installation"
CLEAR = {
    "plans": {"id": IDS, "status": CODES, "patient_id": IDS, "author": IDS},
    "revisions": {"plan_id": IDS, "groups": "names of fields", "author": IDS, "origin": CODES},
    "plan_identifiers": {"plan_id": IDS},
    "people": {"id": IDS},
    "connections": {
        "id": IDS,
        "base_url": SETTINGS,
        "identifier_system": SETTINGS,
        "patient_identifier_system": SETTINGS,
        "mode": CODES,
        "medications": CODES,
    },
    "ledger": {
        "connection_id": IDS,
        "resource_type": CODES,
        "item_id": IDS,
        "plan_id": IDS,
        "state": CODES,
        "patient_id": IDS,
        "remote_id": CHART,
        "version": CHART,
        "last_updated": CHART,
        "reason": CODES,
        "not_kept": "FHIR paths",
    },
    "sights": {
        "connection_id": IDS,
        "resource_type": CODES,
        "remote_id": IDS,
        "stamp": "a version",
        "digest": "a keyed hash",
    },
    "due": {"connection_id": IDS, "plan_id": IDS},
    "alerts": {"id": IDS, "plan_id": IDS, "state": CODES},
    "appointees": {"plan_id": IDS, "person_id": IDS},
    "sightings": {"plan_id": IDS, "who": IDS, "item_id": IDS},
    "cards": {"id": IDS, "plan_id": IDS, "rule": CODES, "finding": "a hash of ids, dates and codes"},
    "card_answers": {"id": IDS, "card_id": IDS, "outcome": CODES},
    "polls": {"connection_id": IDS},
    "hooks": {"digest": "of 256 random bits", "connection_id": IDS},
    "journal": {
        "id": IDS,
        "connection_id": IDS,
        "patient_id": IDS,
        "plan_id": IDS,
        "resource_type": CODES,
        "item_id": IDS,
        "interaction": CODES,
        "expected_version": CHART,
        "outcome": CODES,
    },
    "capabilities": {"connection_id": IDS, "content": "what a server can do: it concerns no patient"},
    "cursors": {"connection_id": IDS, "name": CODES, "value": CHART},
    "inbox": {
        "id": IDS,
        "connection_id": IDS,
        "plan_id": IDS,
        "patient_id": IDS,
        "resource_type": CODES,
        "item_id": IDS,
        "reference": CHART,
        "cause": CODES,
        "groups": CODES,
        "state": CODES,
        "choices": CODES,
        "decided_by": IDS,
        "outcome": CODES,
    },
    "tokens": {
        "id": IDS,
        "name": IDS,
        "role": CODES,
        "plan_id": IDS,
        "digest": "of a secret of 256 random bits, which nobody can try",
        "created_by": IDS,
    },
    "answers": {"id": "a digest of the key", "principal": IDS, "operation": CODES},
    "imports": {
        "id": IDS,
        "source": CODES,
        "outcome": CODES,
        "connection_id": IDS,
        "plan_id": IDS,
        "author": IDS,
    },
    "decisions": {"plan_id": IDS, "key": "a digest of evidence under a rule", "rule": CODES, "answer": CODES},
    "audit": {
        "who": IDS,
        "role": CODES,
        "entrance": CODES,
        "operation": CODES,
        "outcome": CODES,
        "request_id": IDS,
        "plan_id": IDS,
        "patient_id": IDS,
        "item_id": IDS,
        "acting_for": IDS,
    },
    "audit_refused": {"operation": CODES, "doubt": CODES},
    "passes": {"connection_id": IDS, "plan_id": IDS, "standing": CODES},
    "writing": {"id": CODES, "by": IDS},
    "jobs": {
        "connection_id": IDS,
        "plan_id": IDS,
        "waiting_id": IDS,
        "running_id": IDS,
        "reason": CODES,
    },
    "workers": {"id": IDS},
    "duties": {"name": CODES, "holder": IDS},
    "leases": {"connection_id": IDS, "patient_id": IDS, "holder": IDS},
    "sealing_keys": {"id": "the id of a key", "state": CODES, "proof": "sealed under the key itself"},
}
ANOTHER = Key(id="2026-01", secret=bytes(32))
OTHER_2026 = KeyRing(current=ANOTHER, keys={ANOTHER.id: ANOTHER})


@contextmanager
def opened(url: str, keys: KeyRing | None = KEYS) -> Iterator[Storage]:
    storage = Storage(url, keys)
    try:
        yield storage
    finally:
        storage.close()


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    try:
        with transaction(engine, write=True) as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture
def filled(database: str) -> str:
    """The URL of a database with some of everything, sealed."""
    upgrade(database)
    with opened(database) as storage:
        fill(storage)
    return database


def change(url: str, statement: str, **values: object) -> None:
    with connected(url) as connection:
        assert connection.execute(text(statement), values).rowcount > 0


def test_every_column_of_text_is_sealed_or_has_its_reason_to_lie_in_the_clear() -> None:
    clear = {
        table.name: {column.name for column in table.c if holds_text(column) and not is_shut(column)}
        for table in metadata.sorted_tables
    }
    assert clear == {name: set(reasons) for name, reasons in CLEAR.items()}
    assert all(reason for reasons in CLEAR.values() for reason in reasons.values())


def holds_text(column: Column[Any]) -> bool:
    return kind_of(column) in ("text", "sealed", "bytes")


def is_shut(column: Column[Any]) -> bool:
    return isinstance(column.type, (Sealed, Hashed))


def test_what_names_a_row_is_not_sealed_itself() -> None:
    for table in rows.sealed_tables(metadata):
        assert not set(rows.identity(table)) & set(rows.sealed_columns(table)), table.name


MARK = "Qxzvmark"


def fill_with_marks(storage: Storage) -> None:
    patient = a_patient(
        family_name=f"{MARK}-name", identifiers=(Identifier(system=f"urn:{MARK}", value=f"{MARK}-value"),)
    )
    body = {"resourceType": "Goal", "description": {"text": f"{MARK}-text"}}
    with storage.begin() as work:
        work.plans.add(a_revision(a_plan(title=f"{MARK}-title", patient=patient)))
        work.people.put(a_person(family_name=f"{MARK}-clinician"))
        entry = an_entry(agreed_ours=body, agreed_theirs=body, ours_digest=MARK, theirs_digest=MARK)
        work.ledger.save([entry], plan_id=a_plan().id)
        work.journal.write([a_row(body=body, digest=MARK)])
        work.commit()


def everything(url: str) -> str:
    with connected(url) as connection:
        return "".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')  # noqa: S608  a name of ours
        )


def test_no_mark_of_a_plan_is_in_the_tables(database: str) -> None:
    upgrade(database)
    with opened(database) as storage:
        fill_with_marks(storage)
    assert MARK not in everything(database)


def test_no_mark_of_a_plan_is_in_the_files_of_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'plans.db'}"
    upgrade(url)
    with opened(url) as storage:
        fill_with_marks(storage)
        files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert {"plans.db", "plans.db-wal"} <= files.keys()
    assert [name for name, content in files.items() if MARK.encode() in content] == []


def test_the_marks_would_be_found(database: str) -> None:
    upgrade(database)
    with opened(database, None) as storage:
        fill_with_marks(storage)
    assert everything(database).count(MARK) >= 8


def test_a_plan_is_found_by_its_identifier_and_by_no_half_of_it(filled: str) -> None:
    (identifier, *_) = FULL.patient.identifiers
    with opened(filled) as storage, storage.begin(write=False) as work:
        assert len(work.plans.page(PlanFilter(patient_identifier=identifier)).items) == 2
        halves = Identifier(system=identifier.system + identifier.value[0], value=identifier.value[1:])
        assert work.plans.page(PlanFilter(patient_identifier=halves)).items == ()


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize(
    ("keys", "error"), [(None, KeyLacking), (a_ring("other"), KeyLacking), (OTHER_2026, WrongKey)]
)
def test_without_its_key_a_sealed_database_stays_shut_and_as_it_was(
    filled: str, keys: KeyRing | None, error: type[Exception], write: bool
) -> None:
    before = everything(filled)
    refused = pytest.raises(error, match="2026-01")
    with opened(filled, keys) as storage, refused, storage.begin(write=write):
        pass
    assert everything(filled) == before


@pytest.mark.parametrize("write", [True, False])
def test_with_a_key_a_database_in_the_clear_waits_for_its_rekey(database: str, write: bool) -> None:
    upgrade(database)
    with opened(database, None) as storage:
        fill(storage)
    refused = pytest.raises(NotSealed, match="tandem db rekey")
    with opened(database) as storage, refused, storage.begin(write=write) as work:
        work.people.get(PSYCHIATRIST.id)
    with opened(database, None) as storage:
        assert contents(storage)["titles"]


def test_a_key_is_not_taken_before_the_first_write(database: str) -> None:
    upgrade(database)
    with opened(database) as storage, storage.begin(write=False) as work:
        assert work.people.page().items == ()
    with opened(database, None) as storage, storage.begin() as work:
        work.people.put(PSYCHIATRIST)


def test_a_process_that_was_there_before_the_key_writes_no_more(database: str) -> None:
    upgrade(database)
    with opened(database, None) as before, opened(database) as after:
        with before.begin():
            pass
        with after.begin() as work:
            work.people.put(PSYCHIATRIST)
            work.commit()
        with pytest.raises(KeyLacking), before.begin():
            pass


def test_a_retired_key_writes_no_more_and_reads_on(filled: str) -> None:
    change(filled, "UPDATE sealing_keys SET state = 'retired'")
    with opened(filled) as storage:
        with pytest.raises(KeyRetired, match="2026-01"), storage.begin():
            pass
        assert contents(storage)["titles"]


def test_a_retired_key_need_not_be_at_hand(filled: str) -> None:
    change(filled, "UPDATE sealing_keys SET state = 'retired'")
    refused = pytest.raises(KeyLacking, match="2026-01")
    with opened(filled, a_ring("2026-02")) as storage, storage.begin() as work, refused:
        work.people.get(PSYCHIATRIST.id)


SWAPS = {
    "a row under another id": "UPDATE people SET id = 'person-x' WHERE id = :id",
    "the text of another row": "UPDATE people SET document = (SELECT MAX(document) FROM revisions)",
    "a text that was cut": "UPDATE people SET document = SUBSTR(document, 1, 60)",
    "a text that was changed": "UPDATE people SET document = SUBSTR(document, 1, LENGTH(document) - 8)",
}


@pytest.mark.parametrize("statement", SWAPS.values(), ids=SWAPS.keys())
def test_a_row_that_was_changed_or_moved_is_refused(filled: str, statement: str) -> None:
    with connected(filled) as connection:
        connection.execute(text(statement), {"id": PSYCHIATRIST.id} if ":id" in statement else {})
    refused = pytest.raises(Damaged, match=r"people\.document of ")
    with opened(filled) as storage, storage.begin(write=False) as work, refused:
        work.people.page()


def test_a_forged_row_in_the_clear_is_refused(filled: str) -> None:
    change(filled, "UPDATE people SET document = '{}' WHERE id = :id", id=PSYCHIATRIST.id)
    with opened(filled) as storage, storage.begin(write=False) as work, pytest.raises(NotSealed):
        work.people.get(PSYCHIATRIST.id)


REPLAY = """
UPDATE revisions SET document = (
    SELECT document FROM (SELECT * FROM revisions) AS r WHERE r.plan_id = 'plan-2' AND r.number = 1
) WHERE plan_id = 'plan-2' AND number = 2
"""


def test_an_older_revision_is_not_taken_for_the_newer_one(filled: str) -> None:
    change(filled, REPLAY)
    refused = pytest.raises(Damaged, match="plan-2/2")
    with opened(filled) as storage, storage.begin(write=False) as work, refused:
        work.plans.head("plan-2")
