"""What only the chart has is offered once, all in one item, and never forced."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.application.inbox import Decide, decide_item
from service.domain.medication import OrderStatus
from service.domain.values import Invalid
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.reconciliation import Cause
from service.sync.report import Standing
from tests.builders import a_medication, a_plan, an_appointment, uid
from tests.scenarios.clinic import Clinic
from tests.scenarios.foreign import FLUOXETINE, a_booking, an_order, answer, causes, chart_of, quiet, waiting

PLAN = Key("CarePlan", uid("plan"))
SOON = datetime(2026, 3, 20, 9, tzinfo=UTC)


def clinic_with(**parts: Any) -> Clinic:
    usual = {"medications": (a_medication(),), "adherence": (), "side_effects": (), "appointments": ()}
    clinic = Clinic(a_plan(**{**usual, **parts}))
    clinic.sync()
    return clinic


def test_running_orders_of_other_drugs_and_coming_appointments_stand_in_one_item() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    drug = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    visit = a_booking(clinic, SOON)
    report = clinic.sync()
    item = waiting(clinic, Cause.EXISTS_THERE)
    assert item.groups == tuple(sorted((visit, drug)))
    assert (item.resource_type, item.item_id) == ("CarePlan", PLAN.item)
    assert report.standing is Standing.IN_STEP, "an offer is in nobody's way"
    quiet(clinic)


def test_what_is_taken_up_is_of_the_plan_and_linked_pull_only() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    drug = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    visit = a_booking(clinic, SOON)
    before = chart_of(clinic, drug), chart_of(clinic, visit)
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, {drug: "confirm", visit: "confirm"})
    clinic.sync()
    order, meeting = clinic.head().medications[-1], clinic.head().appointments[-1]
    assert (order.status, order.dosage[0].dose.value) == (OrderStatus.ACTIVE, Decimal(20))
    assert meeting.start == SOON
    for key in (Key("MedicationRequest", order.id), Key("Appointment", meeting.id)):
        entry = clinic.entry(key)
        assert entry is not None
        assert entry.state is LinkState.PULL_ONLY
    assert (chart_of(clinic, drug), chart_of(clinic, visit)) == before
    named = [one["reference"]["reference"] for one in clinic.of(PLAN)["activity"]]
    assert {drug, visit} <= set(named)
    assert clinic.inbox == ()
    quiet(clinic)


def test_what_is_left_to_the_chart_is_never_offered_again() -> None:
    clinic = clinic_with()
    drug = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "decline")
    clinic.edit(drug, note=[{"text": "by hand"}])
    clinic.sync()
    assert causes(clinic) == set()
    other = an_order(clinic, 20, medicationCodeableConcept={"text": "Lamotrigine 25 mg"})
    clinic.sync()
    assert waiting(clinic, Cause.EXISTS_THERE).groups == (other,)


def test_one_may_be_taken_up_and_another_left() -> None:
    clinic = clinic_with()
    drug = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    other = an_order(clinic, 20, medicationCodeableConcept={"text": "Lamotrigine 25 mg"})
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, {drug: "confirm", other: "decline"})
    clinic.sync()
    assert len(clinic.head().medications) == 2
    assert clinic.inbox == ()
    quiet(clinic)


def test_a_medicine_in_a_resource_of_its_own_is_read() -> None:
    clinic = clinic_with()
    medication = clinic.made({"resourceType": "Medication", "code": FLUOXETINE})
    an_order(clinic, 20, medicationCodeableConcept=None, medicationReference={"reference": medication})
    clinic.sync()
    answer(clinic, Cause.EXISTS_THERE, "confirm")
    clinic.sync()
    assert clinic.head().medications[-1].drug.code.text == "Fluoxetine 20 mg"
    quiet(clinic)


NOT_OFFERED: dict[str, dict[str, Any]] = {
    "an order that ended": {"status": "stopped"},
    "a plan of somebody": {"intent": "plan"},
    "a medicine that is forbidden": {"doNotPerform": True},
}


@pytest.mark.parametrize("elements", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_what_is_no_running_order_is_not_offered(elements: dict[str, Any]) -> None:
    clinic = clinic_with()
    an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE, **elements)
    clinic.sync()
    assert causes(clinic) == set()


def test_what_was_is_not_offered_and_what_cannot_be_placed_in_time_neither() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    a_booking(clinic, clinic.clock.now() - timedelta(hours=2))
    a_booking(clinic, SOON, status="proposed", start=None, end=None)
    clinic.sync()
    assert causes(clinic) == set()


def test_each_resource_is_answered_by_confirming_or_declining_it() -> None:
    clinic = clinic_with()
    drug = an_order(clinic, 20, medicationCodeableConcept=FLUOXETINE)
    clinic.sync()
    item = waiting(clinic, Cause.EXISTS_THERE)

    def refused(choices: dict[str, str], **more: Any) -> set[str]:
        with pytest.raises(Invalid) as error:
            decide_item(
                Decide(item_id=item.id, digest=item.digest, author="x", choices=choices, **more),
                ports=clinic.plans,
            )
        return {one.field for one in error.value.problems}

    assert refused({}) == {f"choices.{drug}"}
    assert refused({drug: "ours"}) == {f"choices.{drug}"}
    assert refused({drug: "confirm"}, patch={"title": "x"}) == {"patch"}


def test_where_appointments_cannot_be_searched_none_are_offered() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    a_booking(clinic, SOON)
    clinic.sync(override={"types": {"Appointment": {"search_params": []}}})
    assert causes(clinic) == set()


def test_where_they_cannot_be_searched_by_day_they_are_offered_all_the_same() -> None:
    clinic = clinic_with(appointments=(an_appointment(),))
    visit = a_booking(clinic, SOON)
    clinic.sync(override={"types": {"Appointment": {"search_params": ["patient", "_id"]}}})
    assert waiting(clinic, Cause.EXISTS_THERE).groups == (visit,)
