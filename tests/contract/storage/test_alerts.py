from dataclasses import replace

import pytest

from service.domain.alert import Alert, AlertState, acknowledged, closed
from service.ports.storage import Outdated, Storage, Unknown
from tests.builders.alerts import an_alert
from tests.contract.storage.samples import a_revision, later


def keep(storage: Storage, *alerts: Alert) -> None:
    with storage.begin() as work:
        for one in alerts:
            work.alerts.add(one)
        work.commit()


def test_an_alert_comes_back_as_it_was_kept(storage: Storage) -> None:
    closed_one = replace(closed(an_alert(), who="n.okafor", reason="Seen today", now=later(9)), id="alert-2")
    keep(storage, an_alert(), closed_one)
    with storage.begin(write=False) as work:
        assert work.alerts.get(an_alert().id) == an_alert()
        assert work.alerts.get("alert-2") == closed_one
        with pytest.raises(Unknown, match="alert nobody's"):
            work.alerts.get("nobody's")


def test_an_alert_that_is_there_is_not_raised_over(storage: Storage) -> None:
    keep(storage, acknowledged(an_alert(), who="n.okafor", now=later(1)))
    keep(storage, an_alert())
    with storage.begin(write=False) as work:
        assert work.alerts.get(an_alert().id).state is AlertState.ACKNOWLEDGED


def test_of_two_who_change_one_alert_the_second_is_told(storage: Storage) -> None:
    keep(storage, an_alert())
    after = replace(acknowledged(an_alert(), who="n.okafor", now=later(1)), number=2)
    with storage.begin() as work:
        work.alerts.save(after, expected=1)
        with pytest.raises(Outdated):
            work.alerts.save(after, expected=1)
        with pytest.raises(Outdated):
            work.alerts.save(replace(after, id="nobody"), expected=1)
        work.commit()
    with storage.begin(write=False) as work:
        assert work.alerts.get(after.id) == after


def test_an_alert_is_kept_with_the_revision_that_raises_it_or_not_at_all(storage: Storage) -> None:
    with storage.begin() as work:
        work.plans.add(a_revision())
        work.alerts.add(an_alert())
    with storage.begin(write=False) as work:
        assert work.alerts.of_plan(an_alert().plan_id) == ()


def test_a_list_goes_on_where_it_ended_and_leaves_out_what_is_closed(storage: Storage) -> None:
    alerts = tuple(an_alert(id=f"alert-{n}", raised_at=later(n // 2)) for n in range(5))
    over = an_alert(id="over", state=AlertState.CLOSED)
    other = an_alert(id="other", plan_id="plan-2", raised_at=later(9))
    keep(storage, over, other, *reversed(alerts))
    with storage.begin(write=False) as work:
        first = work.alerts.listed(limit=2)
        assert (*first, *work.alerts.listed(after=first[-1].id)) == (*alerts, other)
        assert work.alerts.listed(state=AlertState.CLOSED) == (over,)
        assert work.alerts.of_plan("plan-2") == (other,)
        with pytest.raises(Unknown):
            work.alerts.listed(after="nobody's")


def test_what_is_due_is_found_the_longest_due_first(storage: Storage) -> None:
    soon = an_alert(id="soon", notices=(), turn_at=later(5))
    now = an_alert(id="now", notices=(), turn_at=later(3))
    also = an_alert(id="also", notices=(), turn_at=later(3))
    looked_after = an_alert(id="seen", state=AlertState.ACKNOWLEDGED)
    keep(storage, soon, now, also, looked_after)
    with storage.begin(write=False) as work:
        assert work.alerts.due(later(3)) == ("also", "now")
        assert work.alerts.due(later(2)) == ()
        assert work.alerts.due(later(9), limit=1) == ("also",)
