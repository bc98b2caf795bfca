"""A storage for rehearsals: what a run does in it is seen by its next step, and by nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.application.unkept import UnkeptStorage
from service.ports.inbox import ItemState
from service.ports.storage import Connection, ConnectionMode, KeptCapabilities, LinkState, Superseded
from service.ports.writing import Switch
from tests.builders import PSYCHIATRIST, a_plan
from tests.builders.inbox import an_item
from tests.contract.storage.samples import NOON, a_revision, a_row, an_entry, later
from tests.fakes.storage import MemoryStorage

CONNECTION = Connection(id="default", base_url="http://ehr.test", identifier_system="urn:ours")
ENTRY = an_entry(remote_id="7")
PLAN = a_plan(id="plan-1")


@pytest.fixture
def storage() -> MemoryStorage:
    held = MemoryStorage()
    with held.begin() as work:
        work.plans.add(a_revision(PLAN))
        work.people.put(PSYCHIATRIST)
        work.connections.put(CONNECTION)
        work.ledger.save([ENTRY], plan_id="plan-1")
        work.journal.write([a_row(id="row-1")])
        work.inbox.save([an_item(plan_id="plan-1")])
        work.writing.put(Switch(stopped=True))
        work.commit()
    return held


def test_whatever_is_done_is_seen_afterwards_and_kept_nowhere(storage: MemoryStorage) -> None:
    before = vars(storage.kept.copy())
    paper = UnkeptStorage(storage)
    moved = replace(ENTRY, remote_id="8", state=LinkState.WAITING)
    new = an_entry(item_id="goal-new", remote_id="9")
    with paper.begin() as work:
        work.plans.append(a_revision(PLAN, number=2), expected=1)
        work.ledger.save([moved, new], plan_id="plan-1")
        work.journal.write([a_row(id="row-2")])
        work.journal.settle(["row-1"], "done", NOON)
        work.capabilities.put("default", KeptCapabilities(content={"n": 1}, fetched_at=NOON))
        work.cursors.put("default", "history", "later")
        work.inbox.save([an_item(id="item-2", plan_id="plan-1")])
        work.connections.put(replace(CONNECTION, pinned=True))
        work.jobs.wake("default", ["plan-1"])
        work.commit()
    with paper.begin(write=False) as work:
        assert work.plans.head("plan-1").number == 2
        assert set(work.ledger.of_plan("default", "plan-1")) == {moved, new}
        key = (ENTRY.resource_type, ENTRY.item_id)
        assert work.ledger.many("default", [key], plan_id="plan-1") == (moved,)
        assert work.ledger.many("default", [key], plan_id="plan-2") == ()
        assert work.ledger.many("other", [key], plan_id="plan-1") == ()
        assert work.journal.open_rows("default", "patient-1") == ()
        assert work.capabilities.get("default").content == {"n": 1}
        assert work.cursors.get("default", "history") == "later"
        assert [one.id for one in work.inbox.of_plan("default", "plan-1")] == ["item-1", "item-2"]
        assert work.connections.get("default").pinned
        assert work.people.get(PSYCHIATRIST.id) == PSYCHIATRIST
    assert vars(storage.kept) == before


def test_another_plan_takes_over_what_is_kept_but_where_it_has_its_own(storage: MemoryStorage) -> None:
    new, own = an_entry(item_id="goal-new", remote_id="9"), replace(ENTRY, version="7")
    with UnkeptStorage(storage).begin() as work:
        work.ledger.save([own], plan_id="plan-2")
        work.ledger.lend([ENTRY, new], plan_id="plan-2")
        assert set(work.ledger.of_plan("default", "plan-2")) == {own, new}


def test_what_is_not_committed_is_not_seen(storage: MemoryStorage) -> None:
    paper = UnkeptStorage(storage)
    with paper.begin() as work:
        work.ledger.save([replace(ENTRY, remote_id="8")], plan_id="plan-1")
        work.inbox.save([replace(an_item(plan_id="plan-1"), state=ItemState.CLOSED)])
    with paper.begin() as work:
        assert work.ledger.of_plan("default", "plan-1") == (ENTRY,)
        assert len(work.inbox.of_plan("default", "plan-1")) == 1


def test_a_plan_that_moved_on_is_superseded_as_ever(storage: MemoryStorage) -> None:
    with UnkeptStorage(storage).begin() as work, pytest.raises(Superseded):
        work.plans.append(a_revision(PLAN, number=3), expected=2)


def test_work_that_was_opened_for_reading_cannot_be_committed(storage: MemoryStorage) -> None:
    with UnkeptStorage(storage).begin(write=False) as work, pytest.raises(RuntimeError):
        work.commit()


def test_a_rehearsal_is_one_of_writing_and_in_nobodys_way(storage: MemoryStorage) -> None:
    with UnkeptStorage(storage).begin() as work:
        assert work.connections.get("default").mode is ConnectionMode.WRITE
        assert work.writing.get() == Switch()
        lease = work.leases.acquire("default", "p", holder="run", now=NOON, ttl=timedelta(minutes=5))
        assert lease is not None
        assert work.leases.holds(lease, later(9))
        assert work.leases.renew(lease, now=NOON, ttl=timedelta(minutes=5))
        work.leases.release(lease)
        work.commit()
    assert storage.kept.leases == {}
