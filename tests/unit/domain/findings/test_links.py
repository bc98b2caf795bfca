"""A link is looked at from both sides, holds on through new orders, and is said once."""

from service.domain.findings.case import Case
from service.domain.findings.links import linked
from service.domain.medication import OrderStatus, StatusReason
from tests.builders import a_medication, a_plan, a_therapy, day
from tests.refusals import refusals

ENDED = {"status": OrderStatus.STOPPED, "status_reason": StatusReason.DOSE_CHANGED}


def test_a_link_with_an_earlier_order_holds_for_the_one_that_follows_it() -> None:
    orders = (
        a_medication(id="m-1", **ENDED),
        a_medication(id="m-2", replaces="m-1", **ENDED),
        a_medication(id="m-3", replaces="m-2"),
    )
    course = a_therapy(id="t", supports=("m-1",))
    case = Case(plan=a_plan(medications=orders, therapies=(course,)), today=day(1))
    assert linked(case, course) == (orders[2],)
    assert linked(case, orders[2]) == (course,)


def test_a_chain_that_begins_with_a_draft_ends_there() -> None:
    orders = (a_medication(id="m-1", status=OrderStatus.DRAFT), a_medication(id="m-2", replaces="m-1"))
    case = Case(plan=a_plan(medications=orders, therapies=()), today=day(1))
    assert linked(case, orders[1]) == ()


def test_a_link_that_leads_back_is_refused_since_each_is_looked_at_from_both_sides() -> None:
    orders = (a_medication(id="m-1", supports=("t",), **ENDED), a_medication(id="m-2", replaces="m-1"))
    courses = (a_therapy(id="t", supports=("m-2",)),)
    found = refusals(lambda: a_plan(medications=orders, therapies=courses))
    assert "linked with this therapy already" in found["therapies[0].supports[0]"]
    assert a_plan(medications=orders, therapies=(a_therapy(id="t"), a_therapy(id="u", supports=("m-2",))))
