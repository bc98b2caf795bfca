"""The clinic's own, linked for the first time: its dose comes in, and no difference is passed over."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.application.change_plan import change_dose
from service.application.sync_status import sync_status, why
from service.domain.condition import Course, Severity
from service.domain.dosing import NewDose
from service.domain.medication import MedicationOrder, OrderStatus, StatusReason
from service.mapping.references import Key
from service.ports.storage import MedicationMode
from service.sync.imported import BY_HAND
from service.sync.reconciliation import Cause
from service.sync.report import Done, Standing
from tests.builders import (
    PSYCHIATRIST,
    a_dosage_step,
    a_medication,
    a_plan,
    an_adherence_report,
    day,
    mg,
    uid,
)
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, of
from tests.scenarios.foreign import an_order, answer, causes, chart_of, quiet, waiting
from tests.scenarios.test_push_binding import PROBLEM, a_real_clinic

ORDER, NEXT, THIRD = (Key("MedicationRequest", uid(f"medications-{n}")) for n in range(3))
MODES = pytest.mark.parametrize("mode", MedicationMode)
NO_DRUG = {"medications": (), "adherence": (), "side_effects": (), "appointments": ()}
ONE_DRUG = {**NO_DRUG, "medications": (a_medication(),)}


def planned(mode: MedicationMode = MedicationMode.REFERENCE, **more: Any) -> Clinic:
    """A plan with 50 mg of sertraline, over a chart that does not order it yet."""
    clinic = Clinic(a_plan(**ONE_DRUG), medications=mode, **more)
    clinic.sync()
    return clinic


def order_of(clinic: Clinic, key: Key = ORDER) -> MedicationOrder:
    return next(one for one in clinic.head().medications if one.id == key.item)


def dose_of(clinic: Clinic, key: Key = ORDER) -> Decimal:
    return order_of(clinic, key).dosage[0].dose.value


def in_step(clinic: Clinic) -> bool:
    return sync_status(clinic.plan.id, ports=clinic.plans).in_step


def step_of(clinic: Clinic, address: str, dose: int, **elements: Any) -> Any:
    """The chart's first step, with another dose."""
    (step,) = deepcopy(chart_of(clinic, address)["dosageInstruction"])
    step["doseAndRate"][0]["doseQuantity"]["value"] = dose
    return [{**step, **elements}]


@MODES
@pytest.mark.parametrize("shape", [None, WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"])
def test_the_dose_of_an_order_that_the_chart_makes_comes_in(mode: MedicationMode, shape: Any) -> None:
    clinic = planned(mode, shape=shape)
    theirs = an_order(clinic, 100)
    first = clinic.sync()
    assert in_step(clinic) is (dose_of(clinic) == Decimal(100)), "nothing is called in step before it came in"
    assert (first.standing is Standing.IN_STEP) is in_step(clinic)
    report = clinic.sync()
    assert (of(report, ORDER).done, of(report, ORDER).reference) == (Done.REFERENCED, theirs)
    assert dose_of(clinic) == Decimal(100)
    assert (in_step(clinic), causes(clinic)) == (True, set())
    quiet(clinic)


@MODES
def test_an_order_that_was_there_before_the_plan_comes_in_with_the_first_pass(mode: MedicationMode) -> None:
    clinic = Clinic(a_plan(**NO_DRUG), medications=mode)
    clinic.sync()
    an_order(clinic, 100, status="on-hold")
    report = clinic.sync(a_plan(**ONE_DRUG))
    assert (dose_of(clinic), order_of(clinic).status) == (Decimal(100), OrderStatus.ON_HOLD)
    assert report.standing is Standing.IN_STEP
    quiet(clinic)


@pytest.mark.parametrize("mode", [MedicationMode.PLAN, MedicationMode.REFERENCE])
def test_a_push_takes_no_dose_in_and_says_so_until_a_sync_does(mode: MedicationMode) -> None:
    clinic = planned(mode)
    an_order(clinic, 100)
    for _ in range(2):
        report = clinic.push()
        assert of(report, ORDER).done is Done.WAITING
        assert (report.standing, in_step(clinic)) == (Standing.PARTLY, False)
        (status,) = [one for one in why(ORDER.item, ports=clinic.plans) if one.resource_type == ORDER.type]
        assert "sync" in status.next_step
    clinic.sync()
    assert (dose_of(clinic), in_step(clinic)) == (Decimal(100), True)


ASKED: dict[str, tuple[dict[str, Any], Cause]] = {
    "a dose in words alone": ({"dosageInstruction": [{"text": "as the mood takes you"}]}, Cause.UNREADABLE),
    "a dose and words of another": ({"text": "Take 60 mg"}, Cause.WORDS_DISAGREE),
}


@MODES
@pytest.mark.parametrize("dose", [50, 100], ids=["as the plan says", "another dose"])
@pytest.mark.parametrize(("said", "cause"), ASKED.values(), ids=ASKED)
def test_what_cannot_be_taken_for_a_dose_waits_for_a_person(
    said: dict[str, Any], cause: Cause, mode: MedicationMode, dose: int
) -> None:
    clinic = planned(mode)
    theirs = an_order(clinic, 100)
    clinic.edit(
        theirs, **({"dosageInstruction": step_of(clinic, theirs, dose, **said)} if "text" in said else said)
    )
    clinic.sync()
    report = clinic.sync()
    assert of(report, ORDER).done is Done.CONFLICT
    assert waiting(clinic, cause).reference == theirs
    assert (dose_of(clinic), in_step(clinic)) == (Decimal(50), False)
    answer(clinic, cause, "ours")
    assert of(clinic.sync(), ORDER).done is Done.MANUAL_ENTRY
    assert not in_step(clinic)
    quiet(clinic)


def test_an_order_without_a_dose_says_nothing_of_it() -> None:
    clinic = planned()
    theirs = an_order(clinic, dosageInstruction=None)
    report = clinic.sync()
    assert (of(report, ORDER).done, dose_of(clinic)) == (Done.REFERENCED, Decimal(50))
    assert in_step(clinic)
    quiet(clinic)
    clinic.edit(theirs, status="stopped")
    clinic.sync()
    assert (order_of(clinic).status, causes(clinic)) == (OrderStatus.STOPPED, set())


def test_what_the_plan_says_by_now_as_the_chart_is_agreed_without_asking() -> None:
    clinic = planned()
    theirs = an_order(clinic, 100)
    clinic.push()
    (step, *rest) = order_of(clinic).dosage
    plain = replace(step, dose=mg("100"), timing=replace(step.timing, when=()), route=None)
    clinic.change(medications=(replace(order_of(clinic), dosage=(plain, *rest)),))
    report = clinic.sync()
    assert (of(report, ORDER).reference, report.standing, causes(clinic)) == (theirs, Standing.IN_STEP, set())
    quiet(clinic)


def referring(mode: MedicationMode = MedicationMode.REFERENCE) -> tuple[Clinic, str]:
    """A plan whose order stands for one of the chart, at one dose."""
    clinic = Clinic(a_plan(**NO_DRUG), medications=mode)
    clinic.sync()
    theirs = an_order(clinic, 50)
    clinic.sync(a_plan(**{**ONE_DRUG, "adherence": (an_adherence_report(),)}))
    assert (dose_of(clinic), in_step(clinic)) == (Decimal(50), True)
    return clinic, theirs


def by_hand(clinic: Clinic, key: Key) -> None:
    report = clinic.sync()
    assert (of(report, key).done, report.standing) == (Done.MANUAL_ENTRY, Standing.PARTLY)
    (status,) = [one for one in why(key.item, ports=clinic.plans) if one.resource_type == key.type]
    assert (status.reason, causes(clinic), in_step(clinic)) == (BY_HAND, set(), False)
    quiet(clinic)


@MODES
def test_an_end_that_was_decided_here_is_entered_by_hand(mode: MedicationMode) -> None:
    clinic, theirs = referring(mode)
    ended = {"status": OrderStatus.STOPPED, "status_reason": StatusReason.NO_BENEFIT}
    clinic.change(medications=(replace(order_of(clinic), **ended),))
    by_hand(clinic, ORDER)
    assert chart_of(clinic, theirs)["status"] == "active"
    clinic.edit(theirs, status="stopped")
    report = clinic.sync()
    assert (of(report, ORDER).done, report.standing) == (Done.REFERENCED, Standing.IN_STEP)
    assert order_of(clinic).status_reason is StatusReason.NO_BENEFIT


def new_dose(clinic: Clinic, old: Key, new: Key, amount: str) -> None:
    dose = NewDose(
        order_id=old.item,
        new_order_id=new.item,
        dosage=(a_dosage_step(dose=mg(amount)),),
        prescriber=PSYCHIATRIST.id,
        authored_on=day(42),
    )
    change_dose(clinic.plan.id, dose, editor=clinic.editor, ports=clinic.plans)


@MODES
def test_a_new_dose_of_the_plan_is_an_edit_of_ours_and_entered_by_hand(mode: MedicationMode) -> None:
    clinic, theirs = referring(mode)
    new_dose(clinic, ORDER, NEXT, "75")
    new_dose(clinic, NEXT, THIRD, "100")
    by_hand(clinic, THIRD)
    assert (dose_of(clinic, THIRD), dose_of(clinic)) == (Decimal(100), Decimal(50))
    report = clinic.sync()
    assert (of(report, ORDER).done, of(report, ORDER).reference) == (Done.REFERENCED, theirs)
    assert [one["status"] for one in clinic.all("MedicationRequest")].count("active") == 1
    clinic.edit(theirs, dosageInstruction=step_of(clinic, theirs, 75))
    clinic.sync()
    assert waiting(clinic, Cause.SAME_GROUP).item_id == THIRD.item
    answer(clinic, Cause.SAME_GROUP, "theirs")
    report = clinic.sync()
    assert (dose_of(clinic, THIRD), report.standing) == (Decimal(75), Standing.IN_STEP)
    quiet(clinic)


def test_a_new_dose_that_the_prescriber_enters_is_agreed() -> None:
    clinic, theirs = referring()
    new_dose(clinic, ORDER, NEXT, "100")
    by_hand(clinic, NEXT)
    clinic.edit(theirs, dosageInstruction=said_by(clinic, NEXT), authoredOn="2026-03-01")
    report = clinic.sync()
    assert (report.standing, causes(clinic)) == (Standing.IN_STEP, set())
    quiet(clinic)
    clinic.edit(theirs, status="stopped")
    clinic.sync()
    assert order_of(clinic, NEXT).status is OrderStatus.STOPPED
    quiet(clinic)


def said_by(clinic: Clinic, key: Key) -> Any:
    """The dosage as the plan itself would write it."""
    twin = Clinic(a_plan(**{**NO_DRUG, "medications": (replace(order_of(clinic, key), replaces=None),)}))
    twin.sync()
    return twin.of(key)["dosageInstruction"]


CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
RESOLVED = {"coding": [{"system": CLINICAL, "code": "resolved"}]}
MILD = {"coding": [{"system": "http://snomed.info/sct", "code": "255604002"}]}


def with_a_problem(**elements: Any) -> tuple[Clinic, str]:
    """A clinic whose problem list has the plan's problem, and says this of it."""
    clinic = a_real_clinic(a_plan(**NO_DRUG))
    theirs = f"Condition/{clinic.all('Condition')[0]['id']}"
    clinic.edit(theirs, **elements)
    return clinic, theirs


def problem_of(clinic: Clinic) -> Any:
    return next(one for one in clinic.head().conditions if one.id == PROBLEM.item)


def test_a_problem_that_was_changed_here_is_entered_by_hand() -> None:
    clinic, theirs = with_a_problem()
    assert clinic.sync().standing is Standing.IN_STEP
    clinic.change(conditions=(replace(problem_of(clinic), severity=Severity.MILD),))
    by_hand(clinic, PROBLEM)
    clinic.edit(theirs, severity=MILD)
    report = clinic.sync()
    assert (report.standing, causes(clinic)) == (Standing.IN_STEP, set())
    quiet(clinic)


@pytest.mark.parametrize(
    ("choice", "course", "done"),
    [("theirs", Course.RESOLVED, Done.MATCHED), ("ours", Course.ACTIVE, Done.MANUAL_ENTRY)],
)
def test_a_problem_that_the_chart_calls_resolved_waits_for_a_person(
    choice: str, course: Course, done: Done
) -> None:
    clinic, theirs = with_a_problem(clinicalStatus=RESOLVED)
    assert of(clinic.push(), PROBLEM).done is Done.WAITING
    clinic.sync()
    assert waiting(clinic, Cause.SAME_GROUP).reference == theirs
    assert (problem_of(clinic).course, in_step(clinic)) == (Course.ACTIVE, False)
    answer(clinic, Cause.SAME_GROUP, choice)
    report = clinic.sync()
    assert (problem_of(clinic).course, of(report, PROBLEM).done) == (course, done)
    quiet(clinic)


def test_a_severity_of_the_chart_stands_and_ours_is_told() -> None:
    clinic, _ = with_a_problem(severity=MILD)
    report = clinic.sync()
    assert problem_of(clinic).severity is Severity.MILD
    assert waiting(clinic, Cause.NOT_APPLIED).groups == ("severity",)
    assert report.standing is Standing.IN_STEP
    quiet(clinic)
