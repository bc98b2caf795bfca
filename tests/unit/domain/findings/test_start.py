"""When the clock of a response starts, through renewals, titrations and what patients report."""

from decimal import Decimal

from service.domain.adherence import Taking
from service.domain.findings.case import Case
from service.domain.findings.start import clock, daily, dose_changes, dosed_since, first_daily, last_daily
from service.domain.medication import DosePeriodUnit, DoseTiming, OrderStatus, StatusReason
from tests.builders import a_dosage_step, a_medication, a_plan, a_reserve, an_adherence_report, day, mg


def case(*orders, **changes):
    return Case(plan=a_plan(medications=orders, sessions=(), **changes), today=day(60))


def ended(**changes):
    return a_medication(id="old", status=OrderStatus.STOPPED, status_reason=StatusReason.OTHER, **changes)


def test_nothing_started_where_nothing_is_taken_and_nobody_was_seen() -> None:
    assert clock(case(ended())) is None


def test_a_renewal_goes_on_from_the_order_that_it_renews() -> None:
    renewal = a_medication(id="new", replaces="old", authored_on=day(40))
    assert dosed_since(renewal, case(ended(), renewal)) == day(0)


def test_a_renewal_goes_on_from_the_last_step_of_a_titration() -> None:
    steps = (a_dosage_step(end=day(13)), a_dosage_step(dose=mg("100"), start=day(14)))
    renewal = a_medication(
        id="new", replaces="old", authored_on=day(40), dosage=(a_dosage_step(dose=mg("100")),)
    )
    assert dosed_since(renewal, case(ended(dosage=steps), renewal)) == day(14)


def test_another_dose_is_no_renewal() -> None:
    higher = a_medication(
        id="new", replaces="old", authored_on=day(40), dosage=(a_dosage_step(dose=mg("100")),)
    )
    assert dosed_since(higher, case(ended(), higher)) == day(40)


def test_the_first_dose_is_when_the_patient_says_it_was_taken() -> None:
    order = a_medication(id="m")
    told = [
        an_adherence_report(id=f"r-{n}", medication="m", taking=taking, start=day(n), end=day(n + 1))
        for n, taking in ((0, Taking.NOT_TAKEN), (3, Taking.MOSTLY))
    ]
    assert dosed_since(order, case(order, adherence=tuple(told))) == day(3)


def test_a_report_of_later_weeks_does_not_move_the_first_dose() -> None:
    order = a_medication(id="m")
    late = an_adherence_report(id="r", medication="m", taking=Taking.MOSTLY, start=day(21), end=day(35))
    assert dosed_since(order, case(order, adherence=(late,))) == day(0)


def test_what_was_taken_before_the_order_counts_from_there() -> None:
    order = a_medication(id="m")
    early = an_adherence_report(id="r", medication="m", start=day(-7), end=day(3))
    assert dosed_since(order, case(order, adherence=(early,))) == day(-7)


def test_without_a_report_of_its_being_taken_it_is_the_day_after_it_was_not() -> None:
    order = a_medication(id="m")
    gone = an_adherence_report(id="r", medication="m", taking=Taking.NOT_TAKEN, start=day(0), end=day(4))
    assert dosed_since(order, case(order, adherence=(gone,))) == day(5)


def test_a_step_at_the_same_dose_of_a_day_changes_nothing() -> None:
    twice = DoseTiming(frequency=2)
    steps = (
        a_dosage_step(dose=mg("100"), end=day(13)),
        a_dosage_step(timing=twice, start=day(14), end=day(20)),
        a_dosage_step(timing=twice, dose=mg("75"), start=day(21)),
    )
    assert [one[0] for one in dose_changes(a_medication(dosage=steps))] == [day(21)]


def test_a_dose_of_a_day_counts_every_rhythm_and_nothing_taken_as_needed() -> None:
    weekly = a_dosage_step(dose=mg("70"), timing=DoseTiming(unit=DosePeriodUnit.WEEK))
    assert daily(weekly) == (Decimal(10), "mg")
    assert daily(a_reserve()) is None
    reserve = a_medication(dosage=(a_reserve(),))
    assert (first_daily(reserve), last_daily(reserve)) == (None, None)
