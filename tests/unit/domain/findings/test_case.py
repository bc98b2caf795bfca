"""What rules see of a plan: only what counts, only what was shared, in an order of its own."""

import pytest

from service.domain.appointment import AppointmentStatus
from service.domain.concept import Period
from service.domain.condition import Verification
from service.domain.findings.case import Case, Snapshot, day_of
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency, in_order
from service.domain.findings.judging import judge
from service.domain.findings.numbers import DEFAULTS, Numbers
from service.domain.findings.rule import Rule
from service.domain.medication import OrderStatus, StatusReason
from tests.builders import (
    a_condition,
    a_journal_entry,
    a_medication,
    a_plan,
    an_appointment,
    day,
    moment,
    the_full_plan,
)
from tests.refusals import refusals


def test_a_case_holds_no_entry_that_was_not_shared_neither_now_nor_in_the_past() -> None:
    plan = the_full_plan()
    assert any(not one.shared for one in plan.journal)
    case = Case(plan=plan, today=day(0), past=(Snapshot(plan=plan, day=day(0)),))
    assert all(one.shared for one in (*case.plan.journal, *case.past[0].plan.journal))
    assert case.journal == case.plan.journal


def test_only_diagnoses_that_stand_and_are_present_count() -> None:
    refuted = a_condition(id="c-2", verification=Verification.REFUTED)
    case = Case(plan=a_plan(conditions=(refuted, a_condition(id="c-1", onset=None))), today=day(0))
    assert [one.id for one in case.conditions] == ["c-1"]


def test_a_draft_is_no_order_and_what_waits_does_not_run() -> None:
    orders = (
        a_medication(id="m-1", status=OrderStatus.DRAFT),
        a_medication(id="m-2", status=OrderStatus.ON_HOLD, status_reason=StatusReason.MEDICAL),
        a_medication(id="m-3"),
    )
    case = Case(plan=a_plan(medications=orders), today=day(0))
    assert [one.id for one in case.orders] == ["m-2", "m-3"]
    assert [one.id for one in case.running] == ["m-3"]


@pytest.mark.parametrize(
    ("on", "age"), [(day(0).replace(month=5, day=16), 35), (day(0).replace(month=5, day=17), 36)]
)
def test_an_age_counts_whole_years(on, age) -> None:
    case = Case(plan=a_plan(), today=on)
    assert case.age_on(on) == age
    assert case.is_adult(on)


def test_an_appointment_stands_for_its_start_else_for_the_last_day_asked_for() -> None:
    asked = an_appointment(
        status=AppointmentStatus.PROPOSED, start=None, end=None, requested=Period(start=day(28), end=day(42))
    )
    assert day_of(an_appointment(start=moment(30, 14))) == day(30)
    assert day_of(asked) == day(42)
    assert day_of(an_appointment(status=AppointmentStatus.PROPOSED, start=None, end=None)) is None


def test_numbers_out_of_reach_or_turned_round_are_refused() -> None:
    assert refusals(lambda: Numbers(adult_age=0)) == {"adult_age": "must be 1 to 400"}
    turned = refusals(lambda: Numbers(no_improvement_weeks_min=9))
    assert turned == {"no_improvement_weeks_max": "must not be less than no_improvement_weeks_min"}
    assert Numbers() == DEFAULTS


def a_finding(urgency: Urgency, *items: str) -> Finding:
    evidence = tuple(Evidence(group="scores", item=one, says="14", day=day(0)) for one in items)
    return Finding(rule="r", urgency=urgency, text="t", evidence=evidence)


def test_the_same_evidence_is_one_finding_in_whatever_order_and_the_most_urgent_comes_first() -> None:
    one, same, other = (a_finding(Urgency.SAME_DAY, *ids) for ids in (("a", "b"), ("b", "a"), ("a",)))
    assert one.key == same.key != other.key
    urgent = a_finding(Urgency.AT_ONCE, "z")
    assert [found.urgency for found in in_order([one, same, urgent])] == [Urgency.AT_ONCE, Urgency.SAME_DAY]


def test_a_plan_is_judged_by_the_rules_that_are_given_with_what_was_shared() -> None:
    def echo(case: Case):
        yield from (a_finding(Urgency.TO_KNOW, one.id) for one in case.journal)

    rule = Rule(id="echo", says="", source="", audience=Audience.TEAM, find=echo)
    plan = a_plan(journal=(a_journal_entry(id="j-1"), a_journal_entry(id="j-2", shared=True)))
    assert [one.items for one in judge(plan, day(0), rules=(rule,))] == [("j-2",)]
