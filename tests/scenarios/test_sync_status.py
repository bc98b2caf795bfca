"""Nothing is called in step that is not, and whatever waits says why and what to do."""

from dataclasses import replace

import pytest

from service.application.inbox import Decide, decide_item
from service.application.sync_status import ItemStatus, sync_status, why
from service.mapping.references import Key
from service.ports.storage import LinkState, Unknown
from service.sync.advice import NEXT_STEP, NEXT_STEP_OF_CAUSE, STOPS
from service.sync.reconciliation import Cause
from tests.builders import PSYCHIATRIST, a_goal, a_plan, the_full_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, answering
from tests.scenarios.foreign import FLUOXETINE, an_order, answer, causes
from tests.scenarios.two_sides import FLAG, GOAL, PLAN, sets


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
    assert (status.state, status.next_step) == (LinkState.CONFLICT, NEXT_STEP_OF_CAUSE[Cause.SAME_GROUP])
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


def test_every_cause_has_its_next_step_and_says_whether_the_resource_stops():
    assert set(NEXT_STEP_OF_CAUSE) == set(STOPS) == set(Cause)


def copied_twice():
    """Somebody copied our goal."""
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.made({name: one for name, one in clinic.of(GOAL).items() if name not in {"id", "meta"}})
    clinic.sync()
    return clinic, GOAL


def taken_up():
    """A plan that took up a medicine of the chart, and that order."""
    clinic = Clinic(a_plan(medications=(), adherence=(), side_effects=()))
    clinic.sync()
    theirs = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    return clinic, Key("MedicationRequest", clinic.head().medications[-1].id), theirs


def emptied():
    """A prescriber took the dose out of an order of the clinic's own."""
    clinic, key, theirs = taken_up()
    clinic.edit(theirs, dosageInstruction=None)
    clinic.sync()
    return clinic, key


def renewed():
    """An order of the clinic's own ended there, and another names it."""
    clinic, key, theirs = taken_up()
    clinic.edit(theirs, status="completed")
    an_order(clinic, 40, medicationCodeableConcept=FLUOXETINE, priorPrescription={"reference": theirs})
    clinic.sync()
    return clinic, key


def of_another_patient():
    clinic = Clinic(the_full_plan())
    clinic.sync()
    other = clinic.made({"resourceType": "Patient", "name": [{"family": "Other"}]})
    clinic.edit(clinic.address(GOAL), subject={"reference": other})
    clinic.sync()
    return clinic, GOAL


def with_an_unknown_modifier():
    clinic = Clinic(the_full_plan())
    clinic.sync()
    clinic.edit(clinic.address(GOAL), modifierExtension=[{"url": "urn:unheard-of", "valueBoolean": True}])
    clinic.sync()
    return clinic, GOAL


STOPPED = {
    Cause.TWO_CLAIMANTS: copied_twice,
    Cause.UNREADABLE: emptied,
    Cause.RENEWED_THERE: renewed,
    Cause.OTHER_PATIENT: of_another_patient,
    Cause.NOT_UNDERSTOOD: with_an_unknown_modifier,
}


def status_in_the_list(clinic, key) -> ItemStatus:
    (found,) = [
        one
        for one in sync_status(clinic.plan.id, ports=clinic.plans).items
        if (one.resource_type, one.item_id) == (key.type, key.item)
    ]
    return found


@pytest.mark.parametrize(("cause", "situation"), STOPPED.items(), ids=STOPPED)
def test_while_a_person_is_waited_for_nothing_is_called_done(cause, situation):
    clinic, key = situation()
    assert causes(clinic) == {cause}
    (status,) = [one for one in why(key.item, ports=clinic.plans) if one.resource_type == key.type]
    assert (status.state, status.reason) == (LinkState.CONFLICT, cause)
    assert status.next_step == NEXT_STEP_OF_CAUSE[cause]
    assert status_in_the_list(clinic, key) == status_of_list(status)
    clinic.push()
    assert not sync_status(clinic.plan.id, ports=clinic.plans).in_step


def status_of_list(status: ItemStatus) -> ItemStatus:
    """The list tells no attempts."""
    return replace(status, attempts=())


def test_when_the_question_is_over_its_reason_is_too():
    clinic, key = renewed()
    answer(clinic, Cause.RENEWED_THERE, "decline")
    clinic.sync()
    status = status_in_the_list(clinic, key)
    assert (status.state, status.reason, status.inbox_items) == (LinkState.PULL_ONLY, "adopted", ())
    assert status.next_step == NEXT_STEP[LinkState.PULL_ONLY]


def test_what_was_decided_waits_for_the_pass_that_carries_it_out():
    clinic = Clinic(a_plan(goals=(a_goal(),)))
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "theirs"})
    clinic.change(goals=(a_goal(description="ours"),))
    clinic.sync()
    answer(clinic, Cause.SAME_GROUP, "ours")
    assert "decided" in status_in_the_list(clinic, GOAL).next_step
    clinic.sync()
    assert status_in_the_list(clinic, GOAL).next_step == NEXT_STEP[LinkState.IN_SYNC]


def test_a_question_beside_which_all_goes_on_is_the_next_step_of_what_is_in_step():
    clinic = Clinic(a_plan(medications=(), adherence=(), side_effects=()), shape=WITHOUT_TRANSACTIONS)
    clinic.sync()
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    status = status_in_the_list(clinic, PLAN)
    assert (status.state, status.next_step) == (LinkState.IN_SYNC, NEXT_STEP_OF_CAUSE[Cause.EXISTS_THERE])
    assert sync_status(clinic.plan.id, ports=clinic.plans).in_step
    clinic.spoil = answering("PUT", "CarePlan", 422)
    clinic.rename("Another title")
    clinic.sync()
    status = status_in_the_list(clinic, PLAN)
    assert status.state is LinkState.PARKED
    assert status.next_step == "; ".join((NEXT_STEP[status.state], NEXT_STEP_OF_CAUSE[Cause.EXISTS_THERE]))


def test_of_what_the_chart_lost_somebody_takes_note_and_then_nothing_is_left_to_do():
    clinic = Clinic(the_full_plan())
    clinic.sync()
    assert clinic.ask("DELETE", clinic.address(FLAG)).status == 200
    clinic.sync()
    status = status_in_the_list(clinic, FLAG)
    assert (status.state, status.next_step) == (LinkState.DETACHED, NEXT_STEP_OF_CAUSE[Cause.VANISHED])
    (told,) = clinic.inbox
    decide_item(Decide(item_id=told.id, digest=told.digest, author=PSYCHIATRIST.id), ports=clinic.plans)
    clinic.sync()
    assert status_in_the_list(clinic, FLAG).next_step == NEXT_STEP[LinkState.DETACHED]
