"""What became of a write that got no answer, in a chart in which others wrote meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.application.push_plan import PatientBusy
from service.ports.storage import LinkState
from service.sync.report import Done, Standing
from tests.crash.boundaries import CrossedEhr, CrossedStorage, Gate, When, meanwhile
from tests.property.two_sided import FIELDS, GOAL, a_small_plan
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, of


def lost(*faults: str) -> Clinic:
    """A clinic whose pass sent new words of a goal over a bad line."""
    clinic = Clinic(a_small_plan())
    clinic.sync()
    clinic.revise(FIELDS["words of a goal"].write(clinic.head(), 1))
    clinic.arm(*faults)
    clinic.sync()
    clinic.calm()
    return clinic


def test_what_somebody_added_to_a_write_without_an_answer_comes_into_the_plan() -> None:
    clinic = lost("lost-response")
    clinic.edit(clinic.address(GOAL), statusReason="somebody's reason")
    clinic.later(minutes=6)
    clinic.sync()
    assert clinic.head().goals[0].status_reason == "somebody's reason"
    assert clinic.of(GOAL)["description"]["text"] == clinic.head().goals[0].description == "here 1"


def test_what_somebody_added_to_a_create_without_an_answer_comes_into_the_plan() -> None:
    clinic = Clinic(a_small_plan(), shape=WITHOUT_TRANSACTIONS)
    clinic.arm("lost-response type=Goal")
    clinic.sync()
    clinic.calm()
    clinic.edit(clinic.address(GOAL), statusReason="somebody's reason")
    clinic.later(minutes=6)
    clinic.sync()
    assert clinic.head().goals[0].status_reason == "somebody's reason"


@pytest.mark.parametrize("says", ["sent", "kept"])
def test_a_write_that_was_answered_and_not_made_is_told_and_does_not_undo_the_plan(says: str) -> None:
    clinic = lost(f"ignored-write says={says}")
    report = clinic.sync()
    assert clinic.head().goals[0].description == "here 1"
    assert of(report, GOAL).done is Done.NOT_KEPT
    entry = clinic.entry(GOAL)
    assert entry is not None
    assert (entry.state, entry.not_kept) == (LinkState.NOT_KEPT, ("Goal.description",))
    assert clinic.sync().writes == 0


def paused(clinic: Clinic, number: int, meantime: Callable[[], object]) -> None:
    """A pass stands still behind its nth call of the chart, and goes on after what happens meanwhile."""
    gate = meanwhile(number, When.AFTER, meantime)
    clinic.sync(ehr=CrossedEhr(clinic.ehr, gate), storage=CrossedStorage(clinic.storage, gate))


def test_a_run_that_wakes_up_after_its_lease_does_not_put_back_what_was_agreed_before() -> None:
    """A reason of the chart came into the plan and was taken back, while the first run slept."""
    clinic = Clinic(a_small_plan())
    clinic.sync()
    clinic.revise(FIELDS["words of a goal"].write(clinic.head(), 1))
    without_reason = clinic.head()

    def another_run() -> None:
        clinic.later(minutes=6)
        clinic.edit(clinic.address(GOAL), statusReason="somebody's reason")
        clinic.sync()
        assert clinic.head().goals[0].status_reason == "somebody's reason"

    with pytest.raises(PatientBusy):
        paused(clinic, place_of_the_write(clinic), another_run)
    clinic.revise(without_reason)
    clinic.later(minutes=6)
    clinic.sync()
    assert clinic.head().goals[0].status_reason is None
    assert "statusReason" not in clinic.of(GOAL)


def place_of_the_write(clinic: Clinic) -> int:
    """The place of the first write among the calls of the chart that the next pass makes."""
    twin = Clinic(a_small_plan())
    twin.sync()
    twin.revise(clinic.head())
    gate = Gate()
    twin.sync(ehr=CrossedEhr(twin.ehr, gate))
    return next(n for n, name in enumerate(gate.crossed, 1) if name in {"Ehr.write", "Ehr.transact"})


def test_a_run_that_wakes_up_after_its_lease_keeps_no_account_of_the_pass() -> None:
    clinic = Clinic(a_small_plan())
    clinic.sync()

    def another_run() -> None:
        clinic.later(minutes=6)
        clinic.sync()
        clinic.later(minutes=6)

    begun = clinic.clock.now()
    paused(clinic, 1, another_run)
    assert clinic.storage.kept.passes["default", clinic.plan.id].ended_at - begun == timedelta(minutes=6)


def test_what_a_server_dropped_is_sent_again_after_their_edit_and_never_called_in_step_without_it() -> None:
    clinic = Clinic(a_small_plan())
    clinic.sync()
    clinic.arm("dropped-elements paths=Goal.statusReason")
    clinic.revise(FIELDS["reason of a goal"].write(clinic.head(), 1))
    clinic.sync()
    clinic.edit(clinic.address(GOAL), description={"text": "their words"})
    assert of(clinic.sync(), GOAL).done is Done.NOT_KEPT
    assert clinic.sync().writes == 0, "without a new version it is not sent again"
    clinic.calm()
    clinic.edit(clinic.address(GOAL), description={"text": "their last words"})
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.of(GOAL)["statusReason"] == "here 1"
    assert clinic.of(GOAL)["description"]["text"] == "their last words"
