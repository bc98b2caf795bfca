import pytest

from service.fhir.bindings import binding_problems

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
GOAL = {"resourceType": "Goal", "id": "g"}

BROKEN = {
    "status": (
        {"resourceType": "Flag", "status": "bogus"},
        ("Flag.status", "'bogus' is not one of active, inactive, entered-in-error"),
    ),
    "text in place of a code": (
        {"resourceType": "Flag", "status": "Jane Doe is away"},
        ("Flag.status", "a value that is no code is not one of active, inactive, entered-in-error"),
    ),
    "a number in place of a code": (
        {"resourceType": "Flag", "status": 5},
        ("Flag.status", "a value that is no code is not one of active, inactive, entered-in-error"),
    ),
    "in a backbone element": (
        {"resourceType": "Appointment", "participant": [{"required": "yes"}]},
        ("Appointment.participant[0].required", "'yes' is not one of required, optional, information-only"),
    ),
    "in a list": (
        {"resourceType": "Location", "hoursOfOperation": [{"daysOfWeek": ["mon", "day"]}]},
        (
            "Location.hoursOfOperation[0].daysOfWeek[1]",
            "'day' is not one of mon, tue, wed, thu, fri, sat, sun",
        ),
    ),
    "in a datatype": (
        {"resourceType": "Observation", "valueQuantity": {"comparator": "~"}},
        ("Observation.valueQuantity.comparator", "a value that is no code is not one of <, <=, >=, >"),
    ),
    "in a contained resource": (
        {"resourceType": "CarePlan", "contained": [{"resourceType": "Flag", "status": "on"}]},
        ("CarePlan.contained[0].status", "'on' is not one of active, inactive, entered-in-error"),
    ),
    "in a bundle": (
        {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Flag", "status": "on"}}]},
        ("Bundle.entry[0].resource.status", "'on' is not one of active, inactive, entered-in-error"),
    ),
    "a concept's code": (
        {"resourceType": "Condition", "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "cured"}]}},
        (
            "Condition.clinicalStatus",
            "'cured' is not one of active, recurrence, relapse, inactive, remission, resolved",
        ),
    ),
    "a concept's system": (
        {
            "resourceType": "Condition",
            "clinicalStatus": {"coding": [{"system": "urn:x", "code": "active"}, "odd"]},
        },
        ("Condition.clinicalStatus", f"no code of {CLINICAL} is given"),
    ),
    "a concept in words": (
        {"resourceType": "Condition", "clinicalStatus": {"text": "better"}},
        ("Condition.clinicalStatus", f"no code of {CLINICAL} is given"),
    ),
    "a target": (
        {"resourceType": "CarePlan", "addresses": [{"reference": "Goal/1"}]},
        ("CarePlan.addresses[0]", "refers to 'Goal', and may refer to Condition"),
    ),
    "a target in words": (
        {"resourceType": "CarePlan", "addresses": [{"display": "x", "type": "A goal"}]},
        ("CarePlan.addresses[0]", "refers to a value that is no code, and may refer to Condition"),
    ),
    "a contained target": (
        {"resourceType": "CarePlan", "contained": [GOAL], "addresses": [{"reference": "#g"}]},
        ("CarePlan.addresses[0]", "refers to 'Goal', and may refer to Condition"),
    ),
    "the container as a target": (
        {"resourceType": "CarePlan", "addresses": [{"reference": "#"}]},
        ("CarePlan.addresses[0]", "refers to 'CarePlan', and may refer to Condition"),
    ),
    "a subject that only later versions allow": (
        {"resourceType": "Observation", "subject": {"reference": "Practitioner/1"}},
        (
            "Observation.subject",
            "refers to 'Practitioner', and may refer to Patient, Group, Device, Location",
        ),
    ),
}


@pytest.mark.parametrize(("resource", "found"), BROKEN.values(), ids=BROKEN)
def test_what_is_outside_its_value_set_or_targets_is_found(resource, found):
    (problem,) = binding_problems(resource)
    assert (problem.path, problem.message) == found


SOUND = {
    "a code": {"resourceType": "Flag", "status": "active"},
    "a status cut from the models' list": {"resourceType": "Observation", "status": "corrected"},
    "an event": {
        "resourceType": "MedicationRequest",
        "dosageInstruction": [{"timing": {"repeat": {"when": ["HS"]}}}],
    },
    "no code but an extension": {"resourceType": "Flag", "status": None, "_status": {"id": "x"}},
    "a bound concept with another system's code too": {
        "resourceType": "Condition",
        "clinicalStatus": {
            "coding": [{"system": CLINICAL, "code": "active"}, {"system": "urn:x", "code": "y"}]
        },
    },
    "a free concept": {"resourceType": "Condition", "code": {"text": "x"}},
    "any target": {"resourceType": "Appointment", "supportingInformation": [{"reference": "CarePlan/1"}]},
    "a target of no known type": {"resourceType": "CarePlan", "addresses": [{"reference": "urn:uuid:1"}]},
    "a contained target that is not there": {"resourceType": "CarePlan", "addresses": [{"reference": "#g"}]},
    "a contained list of the wrong shape": {
        "resourceType": "CarePlan",
        "contained": "x",
        "addresses": [{"reference": "#g"}],
    },
    "a reference of the wrong shape": {"resourceType": "CarePlan", "addresses": ["x"]},
    "a concept of the wrong shape": {"resourceType": "Condition", "clinicalStatus": "active"},
    "an element that R4 does not know": {"resourceType": "CarePlan", "mood": {"status": "bogus"}},
}


@pytest.mark.parametrize("resource", SOUND.values(), ids=SOUND)
def test_what_r4_allows_is_no_problem(resource):
    assert not list(binding_problems(resource))
