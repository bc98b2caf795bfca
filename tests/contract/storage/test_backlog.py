from dataclasses import replace

from service.domain.alert import AlertState
from service.domain.therapy import RequestStatus
from service.ports.backlog import OpenAlerts, OpenWrites, WaitingItems
from service.ports.storage import LinkState, Storage
from tests.builders import a_plan
from tests.builders.alerts import an_alert
from tests.contract.storage.samples import a_revision, a_row, an_entry, later


def waiting(state: LinkState, number: int, where: str = "default") -> WaitingItems:
    return WaitingItems(connection_id=where, state=state, number=number)


def test_nothing_waits_where_nothing_is_kept(storage: Storage) -> None:
    with storage.begin(write=False) as work:
        assert work.backlog.waiting_items() == ()
        assert work.backlog.open_writes() == ()
        assert work.backlog.open_alerts() == OpenAlerts(numbers={}, waiting_since=None, due_since=None)
        assert work.backlog.plans_without_contacts() == 0


def test_items_that_are_not_at_rest_are_counted_by_connection_and_state(storage: Storage) -> None:
    states = [*LinkState, LinkState.PARKED]
    entries = [an_entry(item_id=f"goal-{n}", state=state) for n, state in enumerate(states)]
    elsewhere = an_entry(connection_id="other", state=LinkState.CONFLICT)
    with storage.begin() as work:
        work.ledger.save([*entries, elsewhere], plan_id="plan-1")
        work.commit()
    with storage.begin(write=False) as work:
        found = work.backlog.waiting_items()
    usual = sorted(set(LinkState) - {LinkState.IN_SYNC, LinkState.PULL_ONLY, LinkState.PLAN_ONLY})
    counted = [waiting(state, 2 if state is LinkState.PARKED else 1) for state in usual]
    assert found == (*counted, waiting(LinkState.CONFLICT, 1, "other"))


def test_open_writes_are_counted_with_the_oldest(storage: Storage) -> None:
    rows = [a_row(id=f"row-{n}", recorded_at=later(n)) for n in range(3)]
    elsewhere = replace(a_row(), id="row-9", connection_id="other", patient_id="patient-2")
    with storage.begin() as work:
        work.journal.write([*rows, elsewhere])
        work.journal.settle(["row-0"], "done", later(5))
        work.commit()
    with storage.begin(write=False) as work:
        assert work.backlog.open_writes() == (
            OpenWrites(connection_id="default", number=2, oldest=later(1)),
            OpenWrites(connection_id="other", number=1, oldest=elsewhere.recorded_at),
        )


def test_alerts_are_counted_by_state_with_the_one_that_waits_longest(storage: Storage) -> None:
    alerts = [
        an_alert(id="new", raised_at=later(2), notices=(), turn_at=later(9)),
        an_alert(id="lost", state=AlertState.UNDELIVERED, raised_at=later(3), notices=(), turn_at=later(7)),
        an_alert(id="seen", state=AlertState.ACKNOWLEDGED, raised_at=later(0)),
        an_alert(id="over", state=AlertState.CLOSED, raised_at=later(0)),
    ]
    with storage.begin() as work:
        for one in alerts:
            work.alerts.add(one)
        work.commit()
    with storage.begin(write=False) as work:
        found = work.backlog.open_alerts()
    numbers = dict.fromkeys((AlertState.RAISED, AlertState.UNDELIVERED, AlertState.ACKNOWLEDGED), 1)
    assert found == OpenAlerts(numbers=numbers, waiting_since=later(2), due_since=later(7))


def test_active_plans_that_name_nobody_are_counted_until_they_do(storage: Storage) -> None:
    bare = a_plan(id="plan-1", safety=None)
    with storage.begin() as work:
        work.plans.add(a_revision(bare))
        work.plans.add(a_revision(a_plan(id="plan-2")))
        work.plans.add(a_revision(a_plan(id="plan-3", safety=None, status=RequestStatus.DRAFT)))
        work.commit()
    with storage.begin(write=False) as work:
        assert work.backlog.plans_without_contacts() == 1
    with storage.begin() as work:
        work.plans.append(a_revision(a_plan(id="plan-1"), number=2), expected=1)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.backlog.plans_without_contacts() == 0
