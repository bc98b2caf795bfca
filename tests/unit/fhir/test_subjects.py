import pytest

from service.fhir.bundle import resources
from service.fhir.subjects import patients_of
from tests.data import synthea

ANNA = {"reference": "Patient/anna"}
BERT = {"reference": "Patient/bert"}
ROOM = {"reference": "Location/1"}

OF = {
    "a plan": ({"resourceType": "CarePlan", "subject": ANNA}, ("Patient/anna",)),
    "an allergy": ({"resourceType": "AllergyIntolerance", "patient": ANNA}, ("Patient/anna",)),
    "a task": ({"resourceType": "Task", "for": ANNA, "owner": BERT}, ("Patient/anna",)),
    "a booking": (
        {
            "resourceType": "Appointment",
            "participant": [{"actor": ANNA}, {"actor": ROOM}, {"actor": BERT}, {}],
        },
        ("Patient/anna", "Patient/bert"),
    ),
    "a booking in a transaction": (
        {
            "resourceType": "Appointment",
            "participant": [{"actor": {"reference": "urn:uuid:1", "type": "Patient"}}],
        },
        ("urn:uuid:1",),
    ),
    "an answer": ({"resourceType": "AppointmentResponse", "actor": ANNA}, ("Patient/anna",)),
    "a team": (
        {"resourceType": "CareTeam", "subject": ANNA, "participant": [{"member": ANNA}, {"member": BERT}]},
        ("Patient/anna", "Patient/bert"),
    ),
    "a message": (
        {"resourceType": "Communication", "subject": ANNA, "recipient": [BERT, ROOM]},
        ("Patient/anna", "Patient/bert"),
    ),
    "a patient": ({"resourceType": "Patient", "id": "anna"}, ("Patient/anna",)),
    "a patient not yet stored": ({"resourceType": "Patient"}, ()),
    "a group": ({"resourceType": "CarePlan", "subject": {"reference": "Group/1"}}, ("Group/1",)),
    "one named by identifier": (
        {"resourceType": "Goal", "subject": {"identifier": {"system": "urn:mrn", "value": "7"}}},
        ("urn:mrn|7",),
    ),
    "one named by words alone": ({"resourceType": "Goal", "subject": {"display": "x"}}, ("|",)),
    "a provenance": ({"resourceType": "Provenance", "target": [ANNA]}, ()),
    "a contained goal of another": (
        {
            "resourceType": "CarePlan",
            "subject": ANNA,
            "contained": [{"resourceType": "Goal", "subject": BERT}, {"resourceType": "Patient", "id": "p"}],
        },
        ("Patient/anna", "Patient/bert"),
    ),
    "a subject of the wrong shape": ({"resourceType": "CarePlan", "subject": "x"}, ()),
}


@pytest.mark.parametrize(("resource", "patients"), OF.values(), ids=OF)
def test_every_patient_that_a_resource_is_about_is_named(resource, patients):
    assert patients_of(resource) == patients


def test_a_synthetic_record_is_about_one_patient():
    for _, bundle in synthea():
        named = {one for resource in resources(bundle) for one in patients_of(resource)}
        assert len({one.rpartition(":")[2].rpartition("/")[2] for one in named}) == 1
