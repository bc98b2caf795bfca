"""Our checks on resources that others wrote: no false alarm on theirs, an alarm on each spoilt copy."""

from copy import deepcopy

import pytest

from service.fhir.bundle import resources
from service.fhir.subjects import patients_of
from service.fhir.validation import problems
from tests.data import capability_statement, official, synthea, us_core

# HL7's own examples that break HL7's own rules, each at the reference that it does not allow.
WRONG_IN_THEMSELVES = {
    # dispenseRequest.performer: R4 allows an Organization only, the example has a Practitioner.
    "MedicationRequest-medrx0301": {("MedicationRequest.dispenseRequest.performer", "target")},
    # performer: R4 has no Encounter among the performers of an Observation.
    "Observation-clinical-gender": {("Observation.performer[0]", "target")},
}
TYPES = (
    *(
        "Appointment",
        "AppointmentResponse",
        "CarePlan",
        "CareTeam",
        "Communication",
        "Condition",
        "Encounter",
    ),
    *("Flag", "Goal", "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Practitioner"),
    *("PractitionerRole", "Provenance", "QuestionnaireResponse", "ServiceRequest", "Task"),
)


def found(resource):
    return {(problem.path, problem.rule) for problem in problems(resource)}


@pytest.mark.parametrize("kind", TYPES)
def test_hl7s_examples_have_no_problem_but_the_known_ones(kind):
    examples = official(kind)
    assert examples
    for name, resource in examples:
        assert found(resource) == WRONG_IN_THEMSELVES.get(name, set()), name


def test_every_type_of_the_examples_is_among_those_tried():
    assert {resource["resourceType"] for _, resource in (*official(), *us_core())} == set(TYPES)


def test_us_cores_examples_have_no_problem():
    assert us_core()
    for name, resource in us_core():
        assert found(resource) == set(), name


def test_synthetic_records_have_no_problem():
    for name, bundle in synthea():
        assert found(bundle) == set(), name
        assert resources(bundle, "CarePlan"), name


@pytest.mark.parametrize("server", ["hapi-jpa-8.8.0", "oracle-health-r4-2026-08-14"])
def test_a_real_servers_statement_can_be_read(server):
    assert capability_statement(server)["fhirVersion"] == "4.0.1"


REQUIRED_CODE = {
    "Appointment": "status",
    "AppointmentResponse": "participantStatus",
    "CarePlan": "status",
    "CareTeam": "status",
    "Communication": "status",
    "Encounter": "status",
    "Flag": "status",
    "Goal": "lifecycleStatus",
    "MedicationRequest": "intent",
    "MedicationStatement": "status",
    "Observation": "status",
    "Patient": "gender",
    "QuestionnaireResponse": "status",
    "ServiceRequest": "intent",
    "Task": "status",
}


@pytest.mark.parametrize(("kind", "element"), REQUIRED_CODE.items(), ids=REQUIRED_CODE)
def test_a_bogus_code_is_found_in_every_example(kind, element):
    for name, resource in (*official(kind), *us_core(kind)):
        spoilt = {**resource, element: "bogus"}
        assert found(spoilt) - found(resource) >= {(f"{kind}.{element}", "binding")}, name


SUBJECTS = {
    "CarePlan": "subject",
    "CareTeam": "subject",
    "Communication": "subject",
    "Condition": "subject",
    "Encounter": "subject",
    "Flag": "subject",
    "Goal": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "Observation": "subject",
    "ServiceRequest": "subject",
}


@pytest.mark.parametrize(("kind", "element"), SUBJECTS.items(), ids=SUBJECTS)
def test_a_subject_of_another_type_is_found_in_every_example(kind, element):
    for name, resource in (*official(kind), *us_core(kind)):
        spoilt = {**resource, element: {"reference": "Questionnaire/1"}}
        assert (f"{kind}.{element}", "target") in found(spoilt), name


@pytest.mark.parametrize("kind", TYPES)
def test_an_element_of_no_r4_and_an_empty_one_are_found_in_every_example(kind):
    for name, resource in (*official(kind), *us_core(kind)):
        spoilt = {**resource, "taste": "sweet", "extension": []}
        assert found(spoilt) >= {(f"{kind}.taste", "structure"), (f"{kind}.extension", "ele-1")}, name


def clinical(code):
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": code}]}


SPOILT = {
    "an activity with both a reference and a detail": (
        "CarePlan-gpvisit",
        lambda plan: plan["activity"][0].update(
            reference={"reference": "Task/1"},
            detail={"status": "completed"},
            outcomeCodeableConcept=[{"text": "x"}],
        ),
        ("CarePlan.activity[0]", "cpl-3"),
    ),
    "an activity of a type that cannot be planned": (
        "CarePlan-example",
        lambda plan: plan["activity"].append({"reference": {"reference": "Observation/1"}}),
        ("CarePlan.activity[1].reference", "target"),
    ),
    "a plan without its patient": (
        "CarePlan-example",
        lambda plan: plan.pop("subject"),
        ("CarePlan.subject", "structure"),
    ),
    "a contained resource that is gone": (
        "CarePlan-example",
        lambda plan: plan.pop("contained"),
        ("CarePlan.addresses[0]", "ref-1"),
    ),
    "a contained resource that nobody refers to": (
        "CarePlan-example",
        lambda plan: plan["contained"].append(
            {"resourceType": "Basic", "id": "alone", "code": {"text": "x"}}
        ),
        ("CarePlan", "dom-3"),
    ),
    "a target's detail without its measure": (
        "Goal-example",
        lambda goal: goal["target"][0].pop("measure"),
        ("Goal.target[0]", "gol-1"),
    ),
    "a booking without a start": (
        "Appointment-example",
        lambda booking: booking.pop("start"),
        ("Appointment", "app-3"),
    ),
    "a no-show with a cancelation reason": (
        "Appointment-example",
        lambda booking: booking.update(status="noshow", cancelationReason={"text": "x"}),
        ("Appointment", "app-4"),
    ),
    "a participant who is nobody": (
        "Appointment-example",
        lambda booking: booking["participant"].append({"status": "accepted"}),
        ("Appointment.participant[3]", "app-1"),
    ),
    "a start without a zone": (
        "Appointment-example",
        lambda booking: booking.update(start="2013-12-10T09:00:00"),
        ("Appointment.start", "structure"),
    ),
    "a spelling of R5": (
        "Appointment-example",
        lambda booking: booking.update(cancellationReason={"text": "x"}),
        ("Appointment.cancellationReason", "structure"),
    ),
    "a problem that has abated and is active": (
        "Condition-f203",
        lambda problem: problem.update(abatementDateTime="2013", clinicalStatus=clinical("active")),
        ("Condition", "con-4"),
    ),
    "a clinical status that is none": (
        "Condition-f203",
        lambda problem: problem.update(clinicalStatus=clinical("cured")),
        ("Condition.clinicalStatus", "binding"),
    ),
    "a period that ends before it starts": (
        "Encounter-f203",
        lambda visit: visit.update(period={"start": "2013-03-11", "end": "2013-03-10"}),
        ("Encounter.period", "per-1"),
    ),
    "a score both given and absent": (
        "Observation-bmi",
        lambda score: score.update(dataAbsentReason={"text": "x"}),
        ("Observation", "obs-6"),
    ),
    "detail without a code": (
        "ServiceRequest-myringotomy",
        lambda order: (order.pop("code"), order.update(orderDetail=[{"text": "x"}])),
        ("ServiceRequest", "prr-1"),
    ),
    "answers beside items": (
        "QuestionnaireResponse-gcs",
        lambda form: form["item"][0].update(item=[{"linkId": "x"}]),
        ("QuestionnaireResponse.item[0]", "qrs-1"),
    ),
}


@pytest.mark.parametrize(("name", "spoil", "expected"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_example_is_found_out_where_it_was_spoilt(name, spoil, expected):
    resource = dict(official())[name]
    spoilt = deepcopy(resource)
    spoil(spoilt)
    assert expected in found(spoilt) - found(resource)


@pytest.mark.parametrize("name", ["MedicationRequest-medrx0303", "MedicationRequest-medrx0304"])
def test_a_dose_is_checked_down_to_its_timing_and_units(name):
    order = deepcopy(dict(official())[name])
    dosage = order["dosageInstruction"][0]
    dosage["timing"] = {"repeat": {"frequency": 1, "period": -1, "periodUnit": "day", "when": ["TEA"]}}
    dosage["doseAndRate"] = [{"doseQuantity": {"value": 50, "code": "mg"}}]
    timing = "MedicationRequest.dosageInstruction[0].timing.repeat"
    assert found(order) >= {
        (timing, "tim-5"),
        (f"{timing}.periodUnit", "binding"),
        (f"{timing}.when[0]", "binding"),
        ("MedicationRequest.dosageInstruction[0].doseAndRate[0].doseQuantity", "qty-3"),
    }


def test_every_example_with_a_patient_says_whose_it_is():
    for name, resource in (*official(), *us_core()):
        if "subject" in resource:
            assert patients_of(resource), name
