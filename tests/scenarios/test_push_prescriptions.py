"""Whose prescription it is: the same drug is never active twice, and never gone by our hand."""

import pytest

from service.application.change_plan import change_dose
from service.domain.concept import Concept
from service.domain.dosing import NewDose
from service.domain.medication import OrderStatus, StatusReason
from service.mapping import task_proposal
from service.mapping.references import Key
from service.ports.storage import MedicationMode
from service.sandbox.shape import Shape
from service.sync.report import Done, Standing
from tests.builders import (
    PSYCHIATRIST,
    RXNORM,
    a_dosage_step,
    a_drug,
    a_medication,
    a_plan,
    an_adherence_report,
    day,
    mg,
    uid,
)
from tests.scenarios.clinic import WITHOUT_TRANSACTIONS, Clinic, attention, done, of, ours

FIRST, SECOND, THIRD = (Key("MedicationRequest", uid(f"medications-{n}")) for n in range(3))
PLAN = Key("CarePlan", uid("plan"))
TASK = task_proposal.key(FIRST.item)
PATIENT = Key("Patient", uid("patient"))
RUNNING = {"active", "on-hold"}
SERTRALINE = {"coding": [{"system": RXNORM, "code": "312940"}], "text": "Sertraline 25 mg"}
MODES = pytest.mark.parametrize("mode", MedicationMode)
FLUOXETINE = a_drug(code=Concept(text="Fluoxetine 20 mg"))


def chart_order(clinic, **elements):
    """An order of sertraline that a prescriber writes in the chart, in another strength than ours."""
    resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": SERTRALINE,
        "subject": {"reference": clinic.address(PATIENT)},
        "authoredOn": "2024-03-01",
        **elements,
    }
    return clinic.made({name: one for name, one in resource.items() if one is not None})


def running(clinic):
    """The addresses of the requests that run in the chart."""
    return [
        f"MedicationRequest/{one['id']}"
        for one in clinic.all("MedicationRequest")
        if one["status"] in RUNNING
    ]


def never_twice(clinic, after=0):
    """Tells that after no answer of the server, the first ones aside, two requests of its chart ran."""
    status = {}
    for instant, versions in enumerate(clinic.instants()):
        for version in versions:
            if version.kind == "MedicationRequest":
                status[version.id] = (version.body or {}).get("status")
        if instant >= after:
            assert sum(one in RUNNING for one in status.values()) <= 1
    return True


def activities(clinic):
    return [one["reference"]["reference"] for one in clinic.of(PLAN).get("activity", [])]


def a_clinic_with_a_patient(plan=None, **more):
    """A clinic that made its patient in an earlier push of a plan without medications."""
    wanted = plan or a_plan()
    clinic = Clinic(a_plan(medications=(), adherence=(), side_effects=()), **more)
    clinic.push()
    return clinic, wanted


@pytest.mark.parametrize(
    ("mode", "intent", "status"),
    [(MedicationMode.PLAN, "plan", "active"), (MedicationMode.PROPOSE, "proposal", "draft")],
)
def test_ours_is_a_plan_or_a_proposal_and_never_an_order(mode, intent, status):
    clinic = Clinic(medications=mode)
    assert clinic.push().standing is Standing.IN_STEP
    order = clinic.of(FIRST)
    assert (order["intent"], order["status"]) == (intent, status)
    asked = [one for one in clinic.all("Task") if one["focus"]["reference"] == clinic.address(FIRST)]
    assert len(asked) == (mode is MedicationMode.PROPOSE)
    assert clinic.push().writes == 0


def test_where_the_prescriber_alone_prescribes_none_of_ours_is_written():
    clinic = Clinic(a_plan(adherence=(an_adherence_report(),)), medications=MedicationMode.REFERENCE)
    report = clinic.push()
    assert of(report, FIRST).done is Done.WITHHELD
    assert report.standing is Standing.IN_STEP
    assert clinic.all("MedicationRequest") == []
    assert not any("MedicationRequest" in one for one in activities(clinic))
    assert clinic.push().writes == 0


@MODES
def test_a_drug_that_the_chart_orders_is_referred_to_and_not_made(mode):
    clinic, plan = a_clinic_with_a_patient(medications=mode)
    theirs = chart_order(clinic)
    before = len(clinic.instants())
    report = clinic.push(plan)
    assert of(report, FIRST).done is Done.REFERENCED
    assert of(report, FIRST).reference == theirs
    assert report.standing is Standing.IN_STEP
    assert [f"MedicationRequest/{one['id']}" for one in clinic.all("MedicationRequest")] == [theirs]
    assert theirs in activities(clinic)
    assert never_twice(clinic, before)
    assert clinic.push().writes == 0


ELSEWHERE = {
    "a contained drug": {
        "medicationCodeableConcept": None,
        "contained": [{"resourceType": "Medication", "id": "m", "code": SERTRALINE}],
        "medicationReference": {"reference": "#m"},
    },
    "on hold": {"status": "on-hold"},
    "a filler order": {"intent": "filler-order"},
}


@pytest.mark.parametrize("elements", ELSEWHERE.values(), ids=ELSEWHERE)
def test_the_chart_may_write_its_order_in_its_own_way(elements):
    clinic, plan = a_clinic_with_a_patient()
    theirs = chart_order(clinic, **elements)
    assert of(clinic.push(plan), FIRST).reference == theirs


@pytest.mark.parametrize("includes", [True, False])
def test_a_drug_of_its_own_is_read_whether_or_not_the_server_includes_it(includes):
    clinic, plan = a_clinic_with_a_patient()
    drug = clinic.made({"resourceType": "Medication", "code": SERTRALINE})
    theirs = chart_order(clinic, medicationCodeableConcept=None, medicationReference={"reference": drug})
    override = {} if includes else {"types": {"MedicationRequest": {"search_includes": []}}}
    report = clinic.push(plan, override=override)
    assert of(report, FIRST).reference == theirs
    assert running(clinic) == [theirs]


NO_ORDERS = {
    "stopped": {"status": "stopped"},
    "a plan of somebody": {"intent": "plan"},
    "forbidden": {"doNotPerform": True},
    "another drug": {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "310385"}]}},
    "nobody knows which drug": {"medicationCodeableConcept": {"coding": [{}]}},
    "a drug that is named by words elsewhere": {
        "medicationCodeableConcept": None,
        "medicationReference": {"display": "a tablet"},
    },
}


@pytest.mark.parametrize("elements", NO_ORDERS.values(), ids=NO_ORDERS)
def test_what_is_no_running_order_of_the_drug_does_not_stand_for_ours(elements):
    clinic, plan = a_clinic_with_a_patient()
    chart_order(clinic, **elements)
    assert of(clinic.push(plan), FIRST).done is Done.CREATED


def test_of_several_orders_the_newest_stands_for_ours():
    clinic, plan = a_clinic_with_a_patient()
    chart_order(clinic)
    newest = chart_order(clinic, authoredOn="2024-06-01")
    chart_order(clinic, authoredOn=None)
    assert of(clinic.push(plan), FIRST).reference == newest


@pytest.mark.parametrize("shape", [Shape(), WITHOUT_TRANSACTIONS], ids=["transaction", "single writes"])
@pytest.mark.parametrize("mode", [MedicationMode.PLAN, MedicationMode.PROPOSE])
def test_when_the_chart_orders_the_drug_later_ours_ends_and_the_plan_points_to_theirs(mode, shape):
    clinic = Clinic(medications=mode, shape=shape)
    clinic.push()
    theirs = chart_order(clinic)
    before = len(clinic.instants())
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    ended = clinic.of(FIRST)
    assert ended["status"] == "completed"
    assert ended["statusReason"]["coding"][0]["code"] == "ordered-in-ehr"
    assert theirs in activities(clinic)
    assert clinic.address(FIRST) not in activities(clinic)
    assert running(clinic) == [theirs]
    assert never_twice(clinic, before)
    if mode is MedicationMode.PROPOSE:
        assert clinic.of(TASK)["status"] == "completed"
    assert clinic.push().writes == 0


def test_what_a_prescriber_stopped_is_not_started_by_us():
    """Theirs stood for ours from the beginning: that ours was never made is no reason to make it now."""
    clinic, plan = a_clinic_with_a_patient()
    theirs = chart_order(clinic)
    clinic.push(plan)
    clinic.edit(theirs, status="stopped")
    report = clinic.push()
    assert of(report, FIRST).done is Done.CONFLICT
    assert "runs no longer" in str(of(report, FIRST).reason)
    assert running(clinic) == []
    assert clinic.writes == []


def test_what_we_ended_for_theirs_is_not_reopened_when_theirs_ends():
    clinic = Clinic()
    clinic.push()
    theirs = chart_order(clinic)
    clinic.push()
    clinic.edit(theirs, status="stopped")
    for _ in range(2):
        report = clinic.push()
        assert of(report, FIRST).done is Done.CONFLICT
        assert "runs no longer" in str(of(report, FIRST).reason)
        assert running(clinic) == []


def test_a_renewal_does_not_stand_for_ours_before_a_person_confirmed_it():
    clinic, plan = a_clinic_with_a_patient()
    theirs = chart_order(clinic)
    clinic.push(plan)
    clinic.edit(theirs, status="completed")
    renewed = chart_order(clinic, authoredOn="2024-09-01")
    report = clinic.push()
    assert (of(report, FIRST).done, of(report, FIRST).reference) == (Done.CONFLICT, theirs)
    assert renewed not in activities(clinic)
    assert clinic.writes == []


def test_an_order_of_ours_that_ended_needs_no_order_of_theirs():
    clinic, plan = a_clinic_with_a_patient()
    theirs = chart_order(clinic)
    clinic.push(plan)
    ended = a_medication(status=OrderStatus.STOPPED, status_reason=StatusReason.REMISSION)
    clinic.change(medications=(ended,))
    assert of(clinic.push(), FIRST).done is Done.MANUAL_ENTRY
    clinic.edit(theirs, status="stopped")
    report = clinic.sync()
    assert of(report, FIRST).done is Done.REFERENCED
    assert report.standing is Standing.IN_STEP


def dose(old, new, amount):
    return NewDose(
        order_id=uid(f"medications-{old}"),
        new_order_id=uid(f"medications-{new}"),
        dosage=(a_dosage_step(dose=mg(amount)),),
        prescriber=PSYCHIATRIST.id,
        authored_on=day(42),
    )


def decide(clinic, *doses):
    for one in doses:
        change_dose(clinic.plan.id, one, editor=clinic.editor, ports=clinic.plans)


def test_two_new_doses_between_pushes_are_one_step():
    clinic = Clinic()
    clinic.push()
    decide(clinic, dose(0, 1, "75"), dose(1, 2, "100"))
    report = clinic.push()
    assert report.standing is Standing.IN_STEP
    assert [clinic.of(key)["status"] for key in (FIRST, SECOND, THIRD)] == ["stopped", "stopped", "active"]
    assert running(clinic) == [clinic.address(THIRD)]
    assert never_twice(clinic)


def test_two_new_doses_without_transactions_leave_the_first_running():
    clinic = Clinic(shape=WITHOUT_TRANSACTIONS)
    clinic.push()
    decide(clinic, dose(0, 1, "75"), dose(1, 2, "100"))
    report = clinic.push()
    assert of(report, FIRST).done is of(report, THIRD).done is Done.MANUAL_ENTRY
    assert of(report, SECOND).done is Done.CREATED
    assert running(clinic) == [clinic.address(FIRST)]


def test_a_new_dose_waits_while_the_end_of_the_old_one_is_in_dispute():
    clinic = Clinic()
    clinic.push()
    clinic.edit(clinic.address(FIRST), note=[{"text": "taken at night"}])
    decide(clinic, dose(0, 1, "100"))
    report = clinic.push()
    assert of(report, FIRST).done is Done.CONFLICT
    assert of(report, SECOND).done is Done.WAITING
    assert of(report, SECOND).reason == f"waits for {FIRST}"
    assert running(clinic) == [clinic.address(FIRST)]
    clinic.edit(clinic.address(FIRST), note=None)
    assert clinic.push().standing is Standing.IN_STEP
    assert running(clinic) == [clinic.address(SECOND)]
    assert never_twice(clinic)


def test_a_new_dose_that_meets_another_content_under_its_identifier_is_no_second_one():
    clinic = Clinic()
    clinic.push()
    decide(clinic, dose(0, 1, "100"))
    there = clinic.made({**clinic.of(FIRST), "identifier": [{"system": clinic.system, "value": SECOND.item}]})
    report = clinic.push()
    assert of(report, SECOND).done is Done.CONFLICT
    assert running(clinic) == [there]


def test_a_new_dose_may_start_when_the_old_order_is_gone_from_the_chart():
    clinic = Clinic()
    clinic.push()
    address = clinic.address(FIRST)
    clinic.edit(clinic.address(PLAN), activity=None)
    assert clinic.ask("DELETE", address).status == 200
    decide(clinic, dose(0, 1, "100"))
    report = clinic.push()
    assert of(report, FIRST).done is Done.DETACHED
    assert of(report, FIRST).reference == address
    assert of(report, SECOND).done is Done.CREATED
    assert "priorPrescription" not in clinic.of(SECOND)
    assert running(clinic) == [clinic.address(SECOND)]


def test_orders_that_start_together_need_no_transaction():
    """Two drugs may run while one follows the other; only an end without its successor is not safe."""
    both = (a_medication(), a_medication(id=SECOND.item, drug=FLUOXETINE, replaces=FIRST.item))
    clinic = Clinic(a_plan(medications=both), shape=WITHOUT_TRANSACTIONS)
    assert clinic.push().standing is Standing.IN_STEP


def test_two_drugs_are_two_lines():
    other = a_medication(id=uid("medications-2"), drug=FLUOXETINE)
    clinic = Clinic(a_plan(medications=(a_medication(), other)))
    clinic.push()
    decide(clinic, dose(0, 1, "100"))
    report = clinic.push()
    assert done(report)[str(THIRD)] is Done.UNCHANGED
    assert len(running(clinic)) == 2
    assert attention(report) == {}
    assert all(ours(one) for one in clinic.all("MedicationRequest"))
