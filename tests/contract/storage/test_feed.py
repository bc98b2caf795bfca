"""What is remembered of reading the charts: links in the clear, sights, what is due, and hooks."""

from dataclasses import replace

from service.domain.revision import Origin
from service.ports.feed import Before, Link, Sight
from service.ports.hooks import Hook
from service.ports.inbox import ItemState
from service.ports.passes import LastPass
from service.ports.storage import LinkState, Storage
from tests.builders import a_plan
from tests.builders.inbox import an_item
from tests.contract.storage.samples import NOON, a_revision, an_entry, later

GOAL = an_entry(remote_id="17", version="3", state=LinkState.IN_SYNC)
PASSED = LastPass(connection_id="default", plan_id="plan-1", revision=1, standing="in-step", ended_at=NOON)


def test_a_resource_is_found_with_its_stamp_its_state_and_all_plans_that_use_it(storage: Storage) -> None:
    twin = an_entry(item_id="goal-2", remote_id="17", last_updated="2026-03-02T12:00:00Z")
    with storage.begin() as work:
        work.ledger.save([GOAL, twin, an_entry(item_id="goal-3")], plan_id="plan-1")
        work.ledger.save([GOAL], plan_id="plan-2")
        first = Link(reference="Goal/17", stamp="3", state=LinkState.IN_SYNC, plans=("plan-1", "plan-2"))
        second = Link(reference="Goal/17", stamp="2026-03-02T12:00:00Z", state=twin.state, plans=("plan-1",))
        assert work.links.of("default", ["Goal/17", "Goal/18", "Task/17"]) == {
            "Goal/17": tuple(link for _, link in sorted([(GOAL.item_id, first), ("goal-2", second)]))
        }
        assert work.links.of("other", ["Goal/17"]) == {}
        assert work.links.of("default", []) == {}


def test_a_patient_concerns_every_plan_of_theirs(storage: Storage) -> None:
    plans = [a_plan(id="plan-1"), a_plan(id="plan-2")]
    patient = plans[0].patient.id
    with storage.begin() as work:
        for one in plans:
            work.plans.add(a_revision(one))
        entry = an_entry(resource_type="Patient", item_id=patient, remote_id="5")
        work.ledger.save([entry], plan_id="plan-1")
        (link,) = work.links.of("default", ["Patient/5"])["Patient/5"]
        assert link.plans == ("plan-1", "plan-2")


def test_everything_that_is_linked_comes_in_pages_and_once(storage: Storage) -> None:
    entries = [
        an_entry(resource_type=kind, item_id=f"{kind}-{n}", remote_id=str(n))
        for kind in ("Goal", "Task")
        for n in range(3)
    ]
    with storage.begin() as work:
        work.ledger.save([*entries, an_entry(item_id="twin", remote_id="1")], plan_id="plan-1")
        work.ledger.save([an_entry(connection_id="other", remote_id="9")], plan_id="plan-1")
        seen: list[str] = []
        after: str | None = None
        while True:
            links, after = work.links.page("default", after=after, limit=2)
            assert len(links) == 2
            seen += sorted(links)
            if after is None:
                break
        assert seen == [f"{kind}/{n}" for kind in ("Goal", "Task") for n in range(3)]


def test_what_is_seen_is_compared_with_what_was_seen(storage: Storage) -> None:
    goal = Sight(reference="Goal/1", stamp="1", digest="0a" * 32)
    bare = Sight(reference="Task/1", stamp="4", missing=1)
    with storage.begin() as work:
        assert work.sights.before("default", [goal, bare]) == {}
        work.sights.keep("default", [goal, bare])
        work.commit()
    with storage.begin() as work:
        found = work.sights.before("default", [replace(goal, digest="0b" * 32), bare])
        assert found == {
            "Goal/1": Before(stamp="1", same=False, missing=0),
            "Task/1": Before(stamp="4", same=None, missing=1),
        }
        assert work.sights.before("default", [goal])["Goal/1"].same is True
        assert work.sights.before("default", [replace(goal, digest=None)])["Goal/1"].same is None
        assert work.sights.before("other", [goal]) == {}
        work.sights.keep("default", [replace(goal, stamp="2", digest=None)])
        assert work.sights.before("default", [goal])["Goal/1"] == Before(stamp="2", same=None, missing=0)


def test_a_plan_that_is_woken_while_a_pass_runs_stays_due(storage: Storage) -> None:
    with storage.begin() as work:
        work.due.wake("default", ["plan-1", "plan-2", "plan-1"], NOON)
        began = work.due.number("default", "plan-1")
        work.due.wake("default", ["plan-1"], later(1))
        work.due.done("default", "plan-1", began)
        assert work.due.plans("default") == ("plan-1", "plan-2")
        work.due.done("default", "plan-1", work.due.number("default", "plan-1"))
        work.due.done("default", "plan-3", 0)
        assert work.due.plans("default") == ("plan-2",)
        assert (work.due.plans("other"), work.due.number("other", "plan-2")) == ((), 0)


def test_a_plan_is_due_while_its_latest_revision_or_one_of_its_items_waits(storage: Storage) -> None:
    plan = a_plan(id="plan-1")
    with storage.begin() as work:
        work.plans.add(a_revision(plan))
        assert work.due.plans("default") == ("plan-1",)  # never passed
        work.passes.put(PASSED)
        assert work.due.plans("default") == ()
        assert work.due.plans("other") == ("plan-1",)
        work.plans.append(
            a_revision(replace(plan, title="Other"), number=2, recorded_at=later(1)), expected=1
        )
        assert work.due.plans("default") == ("plan-1",)
        work.passes.put(replace(PASSED, revision=2))
        for state in LinkState:
            work.ledger.save([replace(GOAL, state=state)], plan_id="plan-1")
            waits = state in {LinkState.WAITING, LinkState.IN_FLIGHT, LinkState.UNKNOWN_OUTCOME}
            assert work.due.plans("default") == (("plan-1",) if waits else ()), state


def test_an_import_that_nobody_has_touched_is_not_due(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision(a_plan(id="plan-1"), origin=Origin.EHR))
        assert work.due.plans("default") == ()
        work.due.wake("default", ["plan-1"], NOON)
        assert work.due.plans("default") == ("plan-1",)


def test_a_plan_is_due_when_it_is_parked_or_something_was_decided(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision(a_plan(id="plan-1")))
        work.passes.put(replace(PASSED, standing="parked"))
        assert work.due.plans("default") == ("plan-1",)
        work.passes.put(PASSED)
        work.inbox.save([an_item(plan_id="plan-1")])
        assert work.due.plans("default") == ()
        decided = an_item(plan_id="plan-1", state=ItemState.DECIDED, decided_by="n.okafor", decided_at=NOON)
        work.inbox.save([decided])
        assert work.due.plans("default") == ("plan-1",)


def test_a_poll_that_is_asked_for_while_one_runs_is_made_after_it(storage: Storage) -> None:
    with storage.begin() as work:
        assert work.due.poll_asked("default") is None
        work.due.poll_done("default", None)
        work.due.ask_for_poll("default", NOON)
        began = work.due.poll_asked("default")
        work.due.ask_for_poll("default", later(1))
        work.due.poll_done("default", began)
        assert work.due.poll_asked("default") == later(1)
        assert work.due.poll_asked("other") is None
        work.due.poll_done("default", later(1))
        assert work.due.poll_asked("default") is None


def test_a_hook_that_has_ended_is_heard_no_longer(storage: Storage) -> None:
    one = Hook(digest="0a" * 32, connection_id="default", made_at=NOON)
    two = replace(one, digest="0b" * 32)
    with storage.begin() as work:
        assert work.hooks.all() == ()
        work.hooks.put(two)
        work.hooks.put(one)
        assert work.hooks.all() == (one, two)
        work.hooks.put(replace(one, ended_at=later(1)))
        assert work.hooks.all() == (two,)
