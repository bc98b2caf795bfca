"""What is the clinic's own and never written: what was changed here is entered there by hand, and seen."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.application.preview_sync import preview_sync
from service.application.sync_plan import SyncPlan
from service.application.sync_status import ItemStatus, sync_status, why
from service.document import plan_to_document
from service.domain.appointment import AppointmentStatus
from service.domain.medication import MedicationOrder, OrderStatus, StatusReason
from service.mapping.references import Key
from service.mapping.terminology.treatment import STATUS_REASON
from service.ports.storage import LinkState
from service.sync.advice import NEXT_STEP
from service.sync.imported import BY_HAND
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import PSYCHIATRIST, THERAPIST, a_plan, an_appointment
from tests.scenarios.clinic import Clinic, of
from tests.scenarios.foreign import FLUOXETINE, a_booking, an_order, answer, causes, chart_of, quiet, waiting
from tests.scenarios.visited import Visited

PLAN_OF_NO_DRUG = {"medications": (), "adherence": (), "side_effects": ()}


def taken_up() -> tuple[Clinic, Key, str]:
    """A plan that took up an order of the clinic's own, 20 mg of fluoxetine, and that order."""
    clinic = Clinic(a_plan(**PLAN_OF_NO_DRUG))
    clinic.sync()
    theirs = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    return clinic, Key("MedicationRequest", clinic.head().medications[-1].id), theirs


def order_of(clinic: Clinic) -> MedicationOrder:
    return clinic.head().medications[-1]


def dose_of(clinic: Clinic) -> Decimal:
    return order_of(clinic).dosage[0].dose.value


def here(clinic: Clinic, mg: int | None = None, **changes: Any) -> None:
    """Somebody changes the order in the plan."""
    order = order_of(clinic)
    (step, *rest) = order.dosage
    if mg is not None:
        changes["dosage"] = (replace(step, dose=replace(step.dose, value=Decimal(mg))), *rest)
    clinic.change(medications=(*clinic.head().medications[:-1], replace(order, **changes)))


def there(clinic: Clinic, address: str, mg: int, text: str | None = None, **elements: Any) -> None:
    """A prescriber changes the dose in the chart, and may say it in words as well."""
    steps = deepcopy(chart_of(clinic, address)["dosageInstruction"])
    steps[0]["doseAndRate"][0]["doseQuantity"]["value"] = mg
    steps[0].pop("text", None)
    if text is not None:
        steps[0]["text"] = text
    clinic.edit(address, dosageInstruction=steps, **elements)


def status_of(clinic: Clinic, key: Key) -> ItemStatus:
    (found,) = [one for one in why(key.item, ports=clinic.plans) if one.resource_type == key.type]
    return found


def in_step(clinic: Clinic) -> bool:
    return sync_status(clinic.plan.id, ports=clinic.plans).in_step


def left_to_people(clinic: Clinic, key: Key) -> None:
    """The plan says something else than the chart, and that is said wherever somebody may look."""
    report = clinic.sync()
    assert (of(report, key).done, report.standing) == (Done.MANUAL_ENTRY, Standing.PARTLY)
    assert (status_of(clinic, key).state, status_of(clinic, key).reason) == (LinkState.PULL_ONLY, BY_HAND)
    assert "by hand" in status_of(clinic, key).next_step
    assert not in_step(clinic)
    assert causes(clinic) == set()
    quiet(clinic)


def agreed(clinic: Clinic, key: Key) -> None:
    report = clinic.sync()
    assert report.standing is Standing.IN_STEP, report
    assert status_of(clinic, key).next_step == NEXT_STEP[LinkState.PULL_ONLY]
    assert status_of(clinic, key).reason != BY_HAND
    assert (in_step(clinic), causes(clinic)) == (True, set())
    quiet(clinic)


NOT_TAKEN: dict[str, tuple[Cause, Callable[[Clinic, str], Any]]] = {
    "a dose and other words": (
        Cause.WORDS_DISAGREE, lambda clinic, theirs: there(clinic, theirs, 40, "Take 60 mg"),
    ),
    "no dose": (Cause.UNREADABLE, lambda clinic, theirs: clinic.edit(theirs, dosageInstruction=None)),
    "a status that tells nothing": (
        Cause.UNREADABLE, lambda clinic, theirs: clinic.edit(theirs, status="unknown"),
    ),
    "a proposal in place of an order": (
        Cause.UNREADABLE, lambda clinic, theirs: clinic.edit(theirs, intent="proposal"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cause", "edit"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_stays_as_the_plan_says_it_is_entered_by_hand_and_not_called_in_step(
    cause: Cause, edit: Callable[[Clinic, str], Any]
) -> None:
    clinic, key, theirs = taken_up()
    before = chart_of(clinic, theirs)
    edit(clinic, theirs)
    clinic.sync()
    assert waiting(clinic, cause).reference == theirs
    answer(clinic, cause, "ours")
    left_to_people(clinic, key)
    assert (dose_of(clinic), order_of(clinic).status) == (Decimal(20), OrderStatus.ACTIVE)
    clinic.edit(theirs, note=[{"text": "seen at the ward"}])
    left_to_people(clinic, key)
    clinic.edit(theirs, **{name: before[name] for name in ("dosageInstruction", "status", "intent")})
    agreed(clinic, key)


def test_a_dry_run_does_not_show_as_coming_in_what_stays_as_the_plan_says_it() -> None:
    clinic, _, theirs = taken_up()
    there(clinic, theirs, 40, "Take 60 mg")
    clinic.sync()
    answer(clinic, Cause.WORDS_DISAGREE, "ours")
    shown = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports)
    assert (shown.plan, shown.next_revision, shown.standing) == ((), None, Standing.PARTLY)


def test_an_order_that_became_a_proposal_is_not_taken_for_an_order_because_somebody_chose_it() -> None:
    clinic, key, theirs = taken_up()
    here(clinic, 40)
    clinic.edit(theirs, intent="proposal")
    clinic.sync()
    answer(clinic, Cause.SAME_GROUP, "theirs")
    clinic.sync()
    assert waiting(clinic, Cause.UNREADABLE).item_id == key.item
    answer(clinic, Cause.UNREADABLE, "ours")
    left_to_people(clinic, key)
    assert dose_of(clinic) == Decimal(40)


def test_while_an_order_is_a_proposal_no_other_order_takes_its_place_by_itself() -> None:
    clinic, key, theirs = taken_up()
    other = an_order(clinic, 40, medicationCodeableConcept=FLUOXETINE)
    clinic.edit(theirs, intent="proposal")
    report = clinic.sync()
    assert (of(report, key).done, of(report, key).reference) == (Done.CONFLICT, theirs)
    assert dose_of(clinic) == Decimal(20)
    assert chart_of(clinic, other)["status"] == "active"


def test_what_was_left_as_the_plan_says_it_is_over_when_the_plan_says_it_as_the_chart() -> None:
    clinic, key, theirs = taken_up()
    here(clinic, 40)
    clinic.edit(theirs, status="on-hold")
    clinic.sync()
    answer(clinic, Cause.HALTED_THERE, "ours")
    left_to_people(clinic, key)
    here(clinic, 20, status=OrderStatus.ON_HOLD, status_reason=StatusReason.NOT_STATED)
    agreed(clinic, key)


def test_a_third_value_is_entered_by_hand_until_the_chart_has_it() -> None:
    clinic, key, theirs = taken_up()
    clinic.edit(theirs, status="unknown")
    clinic.sync()
    item = waiting(clinic, Cause.UNREADABLE)
    medications = deepcopy(plan_to_document(clinic.head()))["medications"]
    medications[-1] |= {"status": "stopped", "status_reason": "no-benefit"}
    decide_item(
        Decide(
            item_id=item.id,
            digest=item.digest,
            author=PSYCHIATRIST.id,
            choices={"order": "third"},
            patch={"medications": medications},
            expected=clinic.editor.expected,
        ),
        ports=clinic.plans,
    )
    left_to_people(clinic, key)
    assert order_of(clinic).status is OrderStatus.STOPPED
    clinic.edit(theirs, status="stopped")
    agreed(clinic, key)


def test_a_dose_that_was_changed_here_is_over_once_a_prescriber_enters_it() -> None:
    clinic, key, theirs = taken_up()
    here(clinic, 40)
    left_to_people(clinic, key)
    there(clinic, theirs, 40, authoredOn="2026-03-01")
    agreed(clinic, key)
    assert dose_of(clinic) == Decimal(40)
    there(clinic, theirs, 60)
    clinic.sync()
    assert dose_of(clinic) == Decimal(60)


def test_an_end_that_was_decided_here_is_over_once_the_chart_has_it() -> None:
    clinic, key, theirs = taken_up()
    here(clinic, status=OrderStatus.STOPPED, status_reason=StatusReason.NO_BENEFIT)
    left_to_people(clinic, key)
    clinic.edit(theirs, status="stopped")
    agreed(clinic, key)
    assert order_of(clinic).status_reason is StatusReason.NO_BENEFIT


STILL_ASKED: dict[str, tuple[dict[str, Any], Callable[[Clinic, str], Any], Cause]] = {
    "another dose": ({"mg": 40}, lambda clinic, one: there(clinic, one, 60), Cause.SAME_GROUP),
    "the dose, with words of the old one": (
        {"mg": 40}, lambda clinic, one: there(clinic, one, 40, "Take 20 mg"), Cause.SAME_GROUP,
    ),
    "the dose, of another medicine": (
        {"mg": 40},
        lambda clinic, one: there(clinic, one, 40, medicationCodeableConcept={"text": "Lamotrigine 25 mg"}),
        Cause.SAME_GROUP,
    ),
    "the dose, but not who ordered it": (
        {"mg": 40, "prescriber": THERAPIST.id}, lambda clinic, one: there(clinic, one, 40), Cause.SAME_GROUP,
    ),
    "the end, for another reason": (
        {"status": OrderStatus.STOPPED, "status_reason": StatusReason.NO_BENEFIT},
        lambda clinic, one: clinic.edit(
            one, status="stopped", statusReason=STATUS_REASON.concept(StatusReason.SIDE_EFFECTS, "Nausea")
        ),
        Cause.HALTED_THERE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "edit", "cause"), STILL_ASKED.values(), ids=STILL_ASKED)
def test_what_the_chart_says_otherwise_than_was_changed_here_waits_for_a_person(
    changes: dict[str, Any], edit: Callable[[Clinic, str], Any], cause: Cause
) -> None:
    clinic, key, theirs = taken_up()
    here(clinic, **changes)
    clinic.sync()
    edit(clinic, theirs)
    report = clinic.sync()
    assert of(report, key).done is Done.CONFLICT
    assert causes(clinic) == {cause}


def booked() -> tuple[Clinic, Key, str]:
    """A plan that took up a booking of the scheduler's, and that booking."""
    clinic = Clinic(a_plan(appointments=(an_appointment(),), **PLAN_OF_NO_DRUG))
    clinic.sync()
    theirs = a_booking(clinic, clinic.clock.now() + timedelta(days=20))
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    return clinic, Key("Appointment", clinic.head().appointments[-1].id), theirs


def visit_here(clinic: Clinic, **changes: Any) -> None:
    visit = clinic.head().appointments[-1]
    clinic.change(appointments=(*clinic.head().appointments[:-1], replace(visit, **changes)))


def test_a_time_that_lost_to_the_schedulers_is_told() -> None:
    clinic, key, theirs = booked()
    start = clinic.head().appointments[-1].start
    assert start is not None
    visit_here(clinic, start=start + timedelta(hours=1), end=start + timedelta(hours=2))
    moved = start + timedelta(hours=3)
    clinic.edit(theirs, start=moved.isoformat(), end=(moved + timedelta(minutes=50)).isoformat())
    report = clinic.sync()
    told = waiting(clinic, Cause.NOT_APPLIED)
    assert (told.item_id, told.groups) == (key.item, ("time",))
    assert clinic.head().appointments[-1].start == moved
    assert report.standing is Standing.IN_STEP
    quiet(clinic)


def test_an_edit_of_ours_beside_one_of_theirs_is_still_to_be_entered() -> None:
    clinic, key, theirs = booked()
    visit_here(clinic, comment="Room 4")
    clinic.edit(theirs, status="arrived")
    left_to_people(clinic, key)
    assert clinic.head().appointments[-1].status is AppointmentStatus.ARRIVED
    assert clinic.head().appointments[-1].comment == "Room 4"
    clinic.edit(theirs, comment="Room 4")
    agreed(clinic, key)


def test_what_refers_to_an_order_that_went_to_another_patient_waits_until_the_chart_is_mended() -> None:
    clinic = Visited()
    clinic.importing()
    clinic.sync()
    other = clinic.made({"resourceType": "Patient"})
    clinic.edit("MedicationRequest/order", subject={"reference": other})
    clinic.rename("Another title")
    report = clinic.sync()
    assert of(report, Key("CarePlan", clinic.plan.id)).done is Done.INVALID
    assert clinic.writes == []
    clinic.edit("MedicationRequest/order", subject={"reference": "Patient/pat"})
    assert clinic.sync().standing is Standing.IN_STEP
    assert clinic.inbox == ()
    assert (clinic.ask("GET", "CarePlan/plan").body or {})["title"] == "Another title"
