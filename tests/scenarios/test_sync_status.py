"""Nothing is called in step that is not, and whatever waits says why and what to do."""

import pytest

from service.application.sync_status import sync_status, why
from service.ports.storage import LinkState, Unknown
from service.sync.advice import NEXT_STEP
from tests.builders import a_goal, a_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, answering
from tests.scenarios.two_sides import GOAL, sets


def test_a_plan_that_was_never_synced_is_not_in_step():
    clinic = Clinic()
    status = sync_status(clinic.plan.id, ports=clinic.plans)
    assert (status.in_step, status.items, status.last_pass) == (False, (), None)
    with pytest.raises(Unknown):
        sync_status("nobody's", ports=clinic.plans)


def test_a_plan_is_in_step_until_somebody_revises_it():
    clinic = Clinic()
    clinic.sync()
    status = sync_status(clinic.plan.id, ports=clinic.plans)
    assert (status.in_step, status.in_step_as_of) == (True, clinic.clock.now())
    clinic.rename("Another title")
    status = sync_status(clinic.plan.id, ports=clinic.plans)
    assert (status.in_step, status.last_revision, status.revision) == (False, 1, 2)
    clinic.sync()
    assert sync_status(clinic.plan.id, ports=clinic.plans).in_step


def test_what_waits_for_a_person_says_so():
    clinic = Clinic(a_plan(goals=(a_goal(),)))
    clinic.sync()
    clinic.edit(clinic.address(GOAL), **sets(description={"text": "theirs"})({}))
    clinic.change(goals=(a_goal(description="ours"),))
    clinic.sync()
    assert not sync_status(clinic.plan.id, ports=clinic.plans).in_step
    (status,) = why(GOAL.item, plan_id=clinic.plan.id, ports=clinic.plans)
    assert (status.state, status.next_step) == (LinkState.CONFLICT, NEXT_STEP[LinkState.CONFLICT])
    assert status.inbox_items == (clinic.inbox[0].id,)
    assert [one.outcome for one in status.attempts] == ["done"]


def test_a_refused_write_tells_of_its_attempts():
    clinic = Clinic(a_plan(goals=(a_goal(),)), shape=WITHOUT_TRANSACTIONS)
    clinic.sync()
    clinic.change(goals=(a_goal(description="ours"),))
    clinic.spoil = answering("PUT", "Goal", 422)
    clinic.sync()
    (status,) = why(GOAL.item, ports=clinic.plans)
    assert (status.state, status.last_succeeded) == (LinkState.PARKED, clinic.clock.now())
    assert [one.outcome for one in status.attempts] == ["no effect", "done"]


def test_nobody_asks_about_an_item_that_is_not_there():
    clinic = Clinic()
    with pytest.raises(Unknown):
        why(GOAL.item, ports=clinic.plans)
    clinic.sync()
    with pytest.raises(Unknown):
        why(clinic.plan.id, plan_id="another", ports=clinic.plans)


def test_every_state_has_its_next_step():
    assert set(NEXT_STEP) == set(LinkState)
