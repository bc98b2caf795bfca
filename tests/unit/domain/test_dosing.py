"""A new dose is one new order and the end of the old one, in one step that the plan can follow."""

from dataclasses import replace

import pytest
from hypothesis import given

from service.domain.dosing import NewDose, change_dose
from service.domain.medication import OrderStatus, StatusReason
from service.domain.revision import changed_groups, check_succession
from tests.builders import (
    NURSE,
    a_dosage_step,
    a_medication,
    a_plan,
    day,
    mg,
    the_full_plan,
    uid,
)
from tests.refusals import refusals
from tests.strategies import FEW, plans

HIGHER = (a_dosage_step(dose=mg("100")),)


def a_new_dose(order_id: str, new_order_id: str = uid("a new order")) -> NewDose:
    return NewDose(
        order_id=order_id,
        new_order_id=new_order_id,
        dosage=HIGHER,
        prescriber=NURSE.id,
        authored_on=day(42),
    )


@FEW
@given(plans())
def test_a_new_dose_ends_the_old_order_and_adds_one_that_replaces_it(plan):
    replaced = {order.replaces for order in plan.medications}
    for old in plan.medications:
        if old.status not in (OrderStatus.ACTIVE, OrderStatus.ON_HOLD) or old.id in replaced:
            continue
        after = change_dose(plan, a_new_dose(old.id))
        check_succession(plan, after)
        assert changed_groups(plan, after) == ("medications",)
        *others, new = after.medications
        reason = {"status_reason": StatusReason.DOSE_CHANGED, "status_note": None}
        ended = replace(old, status=OrderStatus.STOPPED, **reason)
        assert others == [ended if order.id == old.id else order for order in plan.medications]
        assert (new.drug, new.reasons, new.supports) == (old.drug, old.reasons, old.supports)


def test_the_new_order_says_what_the_prescriber_decided():
    before = the_full_plan()
    new = change_dose(before, a_new_dose(uid("medications-1"))).medications[-1]
    assert new == a_medication(
        id=uid("a new order"),
        drug=before.medications[1].drug,
        dosage=HIGHER,
        prescriber=NURSE.id,
        authored_on=day(42),
        replaces=uid("medications-1"),
        reasons=before.medications[1].reasons,
        supports=before.medications[1].supports,
    )


@pytest.mark.parametrize("status", [one for one in OrderStatus if one not in ("active", "on-hold")])
def test_an_order_that_does_not_run_gets_no_new_dose(status):
    plan = a_plan(medications=(a_medication(status=status, status_reason=StatusReason.OTHER),))
    found = refusals(lambda: change_dose(plan, a_new_dose(uid("medications-0"))))
    assert found == {"medications": f"{uid('medications-0')} is {status}: its dose cannot change"}


def test_an_unknown_order_gets_no_new_dose():
    found = refusals(lambda: change_dose(a_plan(), a_new_dose(uid("nobody"))))
    assert found == {"medications": f"{uid('nobody')} is no order of this plan"}


def test_a_dose_that_was_changed_already_is_not_changed_twice():
    once = change_dose(a_plan(), a_new_dose(uid("medications-0")))
    assert "medications" in refusals(lambda: change_dose(once, a_new_dose(uid("medications-0"))))


def test_an_impossible_dose_is_refused_and_the_plan_stays():
    plan = a_plan()
    taken = a_new_dose(uid("medications-0"), new_order_id=uid("goals-0"))
    assert set(refusals(lambda: change_dose(plan, taken))) == {"medications[1].id"}
    assert plan == a_plan()
