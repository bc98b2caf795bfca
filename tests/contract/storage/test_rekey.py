"""Sealing anew, beside a service that writes, cut off at any moment, and with keys that come and go."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

import pytest
from sqlalchemy import text

from service.ports.sealing import KeyLacking, KeyRetired, NotSealed
from service.ports.storage import StorageBusy, StorageUnavailable, Superseded
from service.storage import Storage
from service.storage.database import open_engine, transaction
from service.storage.keyring import KeyRing
from service.storage.rekey import HASHED, rekey
from service.storage.rows import hashed_columns
from service.storage.schema import upgrade
from service.storage.tables import metadata
from tests.builders import a_person, a_plan
from tests.contract.storage.conftest import POSTGRESQL
from tests.contract.storage.keys import KEYS, a_ring
from tests.contract.storage.sample_database import contents, fill
from tests.contract.storage.samples import a_revision
from tests.contract.storage.test_sealing import MARK, change, connected, everything, fill_with_marks, opened

# Revisions, people, an entry of the ledger, the journal, plans with hashed identifiers, the inbox,
# a kept answer, an import, the switch, a decision, an alert, an answer to a card.
ROWS = 3 + 2 + 1 + 2 + 2 + 2 + 1 + 1 + 1 + 1 + 1 + 1
BOTH = a_ring("2026-02", "2026-01")
OLD_FIRST = a_ring("2026-01", "2026-02")
NEW = a_ring("2026-02")


def silent() -> None:
    """Hear of a row and say nothing."""


class CutOff(Exception):
    """Stands for whatever ends a run in the middle."""


def cut_off_after(count: int) -> Callable[[], None]:
    def moved() -> None:
        nonlocal count
        count -= 1
        if count < 0:
            raise CutOff

    return moved


@pytest.fixture
def filled(database: str) -> str:
    upgrade(database)
    with opened(database) as storage:
        fill(storage)
    return database


def read(url: str, keys: KeyRing | None) -> dict[str, object]:
    with opened(url, keys) as storage:
        return contents(storage)


def test_every_hashed_column_is_hashed_anew() -> None:
    assert set(HASHED) == set(hashed_columns(metadata))


def test_after_a_rekey_the_new_key_alone_opens_everything(filled: str) -> None:
    before = read(filled, KEYS)
    report = rekey(filled, BOTH, silent)
    assert report.is_complete
    assert (report.key_id, report.retired, report.damaged) == ("2026-02", ("2026-01",), ())
    assert report.resealed == ROWS
    assert read(filled, NEW) == before
    assert "sealed:1:2026-01:" not in everything(filled).replace(proofs(filled), "")


def proofs(url: str) -> str:
    with connected(url) as connection:
        return str(connection.scalar(text("SELECT proof FROM sealing_keys WHERE id = '2026-01'")))


def test_a_rekey_of_what_is_current_moves_nothing(filled: str) -> None:
    before = everything(filled)
    report = rekey(filled, KEYS, silent)
    assert (report.resealed, report.is_complete, report.retired) == (0, True, ())
    assert everything(filled) == before


@pytest.mark.parametrize("count", [0, 1, 4, 8])
def test_a_rekey_that_was_cut_off_goes_on_where_it_ended(
    filled: str, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("service.storage.rekey.BATCH", 1)
    before = read(filled, KEYS)
    with pytest.raises(CutOff):
        rekey(filled, BOTH, cut_off_after(count))
    assert read(filled, BOTH) == before
    report = rekey(filled, BOTH, silent)
    assert report.is_complete
    assert report.resealed == ROWS - count
    assert read(filled, NEW) == before


@pytest.mark.parametrize("count", [0, 1, 4, 8])
def test_a_first_sealing_that_was_cut_off_goes_on_and_leaves_nothing_clear(
    database: str, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("service.storage.rekey.BATCH", 1)
    upgrade(database)
    with opened(database, None) as storage:
        fill(storage)
    before = read(database, None)
    with pytest.raises(CutOff):
        rekey(database, KEYS, cut_off_after(count))
    with pytest.raises(KeyLacking):
        read(database, None)
    with pytest.raises(NotSealed):
        read(database, KEYS)
    report = rekey(database, KEYS, silent)
    assert (report.is_complete, report.retired) == (True, ())
    assert read(database, KEYS) == before


def test_a_first_sealing_that_cannot_forget_the_clear_says_so_and_may_be_run_again(database: str) -> None:
    upgrade(database)
    with opened(database, None) as storage:
        fill(storage)
    engine = open_engine(database)
    with transaction(engine, write=False) as reader:
        reader.execute(text("SELECT * FROM people")).all()
        if not database.startswith("sqlite"):
            with pytest.raises(StorageUnavailable, match="busy"):
                rekey(database, KEYS, silent)
    engine.dispose()
    assert rekey(database, KEYS, silent).is_complete


def test_after_a_first_sealing_no_mark_is_left(database: str) -> None:
    upgrade(database)
    with opened(database, None) as storage:
        fill_with_marks(storage)
    rekey(database, KEYS, silent)
    assert MARK not in everything(database)
    if database.startswith("sqlite"):
        engine = open_engine(database)
        file = str(engine.url.database)
        engine.dispose()
        for suffix in ("", "-wal"):
            try:
                with open(file + suffix, "rb") as stream:
                    assert MARK.encode() not in stream.read()
            except FileNotFoundError:
                assert suffix


def test_a_forged_row_in_the_clear_is_not_sealed_by_a_rekey(filled: str) -> None:
    change(filled, "UPDATE people SET document = '{}'")
    with pytest.raises(NotSealed):
        rekey(filled, BOTH, silent)


def test_a_forged_word_that_the_database_lies_in_the_clear_is_refused(filled: str) -> None:
    with connected(filled) as connection:
        connection.execute(
            text("INSERT INTO sealing_keys VALUES ('clear', 'closing', 'sealed:1:2026-01:AAAA')")
        )
    with pytest.raises(Exception, match="2026-01"):
        rekey(filled, KEYS, silent)


def test_without_the_old_key_nothing_is_touched(filled: str) -> None:
    before = everything(filled)
    with pytest.raises(KeyLacking, match="2026-01"):
        rekey(filled, NEW, silent)
    assert everything(filled) == before


def test_what_nobody_can_open_is_named_and_keeps_its_key(filled: str) -> None:
    change(filled, "UPDATE people SET document = SUBSTR(document, 1, LENGTH(document) - 8)")
    report = rekey(filled, BOTH, silent)
    assert not report.is_complete
    assert report.remaining == {"2026-01": 2}
    assert report.retired == ()
    assert len(report.damaged) == 2
    assert all(one.startswith("people.document of ") for one in report.damaged)


def test_a_plan_that_nobody_can_open_keeps_the_hashes_of_its_identifiers(filled: str) -> None:
    change(filled, "UPDATE revisions SET document = SUBSTR(document, 1, LENGTH(document) - 8)")
    assert rekey(filled, BOTH, silent).remaining == {"2026-01": 5}


def test_a_service_with_the_old_key_reads_on_and_writes_no_more(filled: str) -> None:
    with opened(filled, OLD_FIRST) as storage:
        with storage.begin() as work:
            work.people.put(a_person(id="person-x"))
            work.commit()
        rekey(filled, BOTH, silent)
        assert contents(storage)["titles"]
        with pytest.raises(KeyRetired, match="2026-01"), storage.begin():
            pass


def test_the_old_key_may_become_the_current_one_again(filled: str) -> None:
    before = read(filled, KEYS)
    rekey(filled, BOTH, silent)
    back = a_ring("2026-01", "2026-02")
    assert rekey(filled, back, silent).retired == ("2026-02",)
    assert read(filled, KEYS) == before


class Writer(Thread):
    """A service that writes until it is told to end, or its key is retired."""

    def __init__(self, url: str, keys: KeyRing) -> None:
        super().__init__()
        self.url, self.keys = url, keys
        self.over = Event()
        self.written: list[str] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        with opened(self.url, self.keys) as storage:
            try:
                while not self.over.wait(0.005):
                    self._try(storage, f"plan-x-{len(self.written)}")
            except KeyRetired:
                pass
            except Exception as error:
                self.failure = error

    def _try(self, storage: Storage, name: str) -> None:
        with suppress(StorageBusy):  # told as 503 with Retry-After, and asked again
            self._write(storage, name)

    def _write(self, storage: Storage, name: str) -> None:
        with storage.begin() as work:
            work.people.put(a_person(id=f"person-of-{name}"))
            work.plans.add(a_revision(a_plan(id=name)))
            work.commit()
        self.written.append(name)


@pytest.mark.parametrize("keys", [OLD_FIRST, BOTH], ids=["with the old key", "with the new key"])
def test_what_is_written_while_a_rekey_runs_is_lost_by_nobody(
    filled: str, monkeypatch: pytest.MonkeyPatch, keys: KeyRing
) -> None:
    monkeypatch.setattr("service.storage.rekey.BATCH", 2)
    writer = Writer(filled, keys)
    writer.start()
    try:
        report = rekey(filled, BOTH, silent)
    finally:
        writer.over.set()
        writer.join()
    assert writer.failure is None
    assert report.is_complete
    with opened(filled, NEW) as storage, storage.begin(write=False) as work:
        assert [work.plans.head(one).plan.id for one in writer.written] == writer.written


# A rekey of SQLite waits for its one writer.
@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_a_row_that_somebody_holds_is_passed_over_and_named(filled: str) -> None:
    engine = open_engine(filled)
    with transaction(engine, write=True) as holder:
        holder.execute(text("SELECT * FROM people FOR UPDATE"))
        report = rekey(filled, BOTH, silent)
    engine.dispose()
    assert report.remaining == {"2026-01": 2}
    assert (report.retired, report.damaged) == ((), ())
    assert rekey(filled, BOTH, silent).is_complete


def test_a_database_that_stays_busy_is_told_as_such(filled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.storage.rekey._TRIES", 2)
    monkeypatch.setattr("service.storage.database._WAIT_MILLISECONDS", 50)
    monkeypatch.setattr("service.storage.database._PRAGMAS", ("busy_timeout=50",))
    engine = open_engine(filled)
    with transaction(engine, write=True) as holder:
        holder.execute(text("UPDATE sealing_keys SET state = state"))
        if filled.startswith("postgresql"):
            holder.execute(text("LOCK TABLE sealing_keys IN EXCLUSIVE MODE"))
        with pytest.raises(StorageUnavailable, match="busy"):
            rekey(filled, BOTH, silent)
    engine.dispose()
    assert rekey(filled, BOTH, silent).is_complete


def test_a_plan_that_moved_on_is_still_superseded_after_a_rekey(filled: str) -> None:
    rekey(filled, BOTH, silent)
    storage = Storage(filled, NEW)
    with storage.begin() as work, pytest.raises(Superseded):
        work.plans.append(a_revision(a_plan(id="plan-2"), number=2), expected=1)
    storage.close()
